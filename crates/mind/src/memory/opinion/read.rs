//! Reading the model's answer: forgiving of wrapping, strict in shape, and nothing that was not said.

use super::{Felt, MOST_MESSAGES, Opinion, Said};
use crate::appraisal::Emotion;
use crate::memory::extract::{Extracted, Feeling, FoundTask, Guard, canonical, sentences};
use crate::memory::{Category, Fact};
use crate::needs::Need;
use crate::text::fold;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// A longer answer is not read.
const ANSWER_BYTES: usize = 200_000;
/// The most items of one message.
pub(super) const ITEMS: usize = 20;
/// The longest of each text, in characters.
pub(super) const QUOTE: usize = 300;
pub(super) const SUBJECT: usize = 40;
pub(super) const KEY: usize = 60;
pub(super) const VALUE: usize = 200;
pub(super) const TARGET: usize = 80;
/// How often a beginning is looked for among prose.
const TRIES: usize = 16;
/// A day without an hour: a task is due then.
const MORNING: Time = time(9, 0, 0, 0);
/// What the model says is less sure than what a rule reads, unless it says how sure it is.
const CONFIDENCE: f64 = 0.75;

/// Why an answer is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Nothing was answered.
    #[error("the answer is empty")]
    Empty,
    /// It is longer than what was asked for can be.
    #[error("the answer is longer than {ANSWER_BYTES} bytes")]
    TooLong,
    /// There is no whole JSON object in it.
    #[error("the answer holds no whole JSON object")]
    NoJson,
    /// It is JSON of another shape.
    #[error("the answer has no list \"messages\"")]
    Shape,
    /// None of its entries is of a message that was asked about.
    #[error("the answer speaks of none of the messages")]
    NoMessages,
}

/// Reads the model's answer about `messages`, said in the time zone `zone`: one opinion for each message, in their
/// order, none for a message that it passed over.
///
/// # Errors
/// [`Unusable`], if nothing of the answer can be used: the rules speak instead.
pub fn read(answer: &str, messages: &[Said<'_>], zone: &TimeZone) -> Result<Vec<Option<Opinion>>, Unusable> {
    let messages = &messages[..messages.len().min(MOST_MESSAGES)];
    if answer.trim().is_empty() {
        return Err(Unusable::Empty);
    }
    if answer.len() > ANSWER_BYTES {
        return Err(Unusable::TooLong);
    }
    let entries = entries(answer, messages.len())?;
    let guard = Guard::new();
    let mut opinions: Vec<Option<Opinion>> = vec![None; messages.len()];
    for entry in entries.iter().filter_map(Value::as_object) {
        // One message needs no number.
        let n = match entry.get("n").and_then(Value::as_u64) {
            Some(n) => usize::try_from(n).unwrap_or(0),
            None if messages.len() == 1 => 1,
            None => continue,
        };
        let Some(place) = n.checked_sub(1) else { continue };
        if let (Some(slot @ None), Some(said)) = (opinions.get_mut(place), messages.get(place)) {
            *slot = Some(opinion(entry, *said, zone, &guard));
        }
    }
    if opinions.iter().all(Option::is_none) { Err(Unusable::NoMessages) } else { Ok(opinions) }
}

/// The entries of the first JSON value that has any, after whatever prose and fences come before it.
fn entries(answer: &str, asked: usize) -> Result<Vec<Value>, Unusable> {
    let mut seen_json = false;
    let mut from = 0;
    for _ in 0..TRIES {
        let Some(start) = answer[from..].find(['{', '[']).map(|at| from + at) else { break };
        let mut values = serde_json::Deserializer::from_str(&answer[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                seen_json = true;
                from = start + values.byte_offset().max(1);
                match value {
                    Value::Object(mut object) => {
                        if let Some(Value::Array(entries)) = object.remove("messages") {
                            return Ok(entries);
                        }
                        if asked == 1 && ["items", "appraisal", "importance"].iter().any(|k| object.contains_key(*k)) {
                            return Ok(vec![Value::Object(object)]);
                        }
                    }
                    Value::Array(entries) if entries.iter().any(|e| e.get("n").is_some()) => return Ok(entries),
                    _ => {}
                }
            }
            _ => from = start + 1,
        }
    }
    Err(if seen_json { Unusable::Shape } else { Unusable::NoJson })
}

fn opinion(entry: &Map<String, Value>, said: Said<'_>, zone: &TimeZone, guard: &Guard) -> Opinion {
    let own = guard.own_words(said.text);
    let message = Message { folded: words(&own), said, zone };
    let mut opinion = Opinion {
        appraisal: entry.get("appraisal").and_then(appraisal),
        importance: entry.get("importance").and_then(unit),
        ..Opinion::default()
    };
    for need in entry.get("needs").and_then(Value::as_array).into_iter().flatten() {
        if let Some(need) = Need::ALL.iter().find(|n| need.as_str() == Some(n.as_str()))
            && !opinion.needs.contains(need)
        {
            opinion.needs.push(*need);
        }
    }
    let items = entry.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    opinion.dropped = items.len().saturating_sub(ITEMS);
    let playful = guard.is_play(said.text);
    for item in items.iter().take(ITEMS) {
        match item.as_object().filter(|_| !playful).and_then(|item| message.item(item)) {
            Some(Item::Said(extracted)) => opinion.said.push(extracted),
            Some(Item::Task(task)) => opinion.tasks.push(task),
            None => opinion.dropped += 1,
        }
    }
    opinion
}

enum Item {
    Said(Extracted),
    Task(FoundTask),
}

struct Message<'a> {
    folded: Vec<String>,
    said: Said<'a>,
    zone: &'a TimeZone,
}

impl Message<'_> {
    fn item(&self, item: &Map<String, Value>) -> Option<Item> {
        let quote = text(item, "quote", QUOTE)?;
        if !self.holds(&quote) || self.asked(&quote) {
            return None;
        }
        let value = text(item, "value", VALUE)?;
        let confidence = match item.get("confidence") {
            Some(confidence) => unit(confidence)?,
            None => CONFIDENCE,
        };
        let date = match item.get("date") {
            None | Some(Value::Null) => None,
            Some(date) => Some(self.instant(date.as_str()?)?),
        };
        let occurred_at = date.map(|(at, _)| at);
        let found = match item.get("kind")?.as_str()? {
            kind @ ("fact" | "preference") => {
                let category = if kind == "fact" { Category::Fact } else { Category::Preference };
                let fact = self.fact(item, value)?;
                let (ends, past, corrected) = match item.get("status").map(Value::as_str) {
                    None | Some(None | Some("holds")) => (false, false, false),
                    Some(Some("ended")) => (true, false, false),
                    Some(Some("past")) => (false, true, false),
                    Some(Some("corrected")) => (false, false, true),
                    Some(Some(_)) => return None,
                };
                Extracted { ends, past, corrected, ..Extracted::fact(category, fact, quote) }
            }
            "emotion" => {
                if !self.shares_a_word(&value) {
                    return None;
                }
                let about = text(item, "target", TARGET).filter(|about| self.shares_a_word(about));
                let feeling = Some(Feeling { emotion: value, about });
                Extracted { feeling, ..Extracted::new(Category::Emotion, quote) }
            }
            "event" => {
                if !self.shares_a_word(&value) {
                    return None;
                }
                Extracted::new(Category::Event, quote)
            }
            "task" => {
                if !self.shares_a_word(&value) {
                    return None;
                }
                let due = date.map(|(at, grain)| if grain { at } else { self.morning(at) });
                return Some(Item::Task(FoundTask { text: value, due, said: quote }));
            }
            _ => return None,
        };
        Some(Item::Said(Extracted { confidence, occurred_at, ..found }))
    }

    fn fact(&self, item: &Map<String, Value>, value: String) -> Option<Fact> {
        let subject = text(item, "subject", SUBJECT)?;
        let subject = if subject.eq_ignore_ascii_case("user") { "user".to_owned() } else { subject };
        let key = text(item, "key", KEY)?.to_lowercase().replace(' ', "-");
        let formed = key.starts_with(|c: char| c.is_alphabetic())
            && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '\''))
            && !key.contains("..")
            && !key.ends_with('.');
        // The thing may stand in the key ("taste.jazz" = "love"); the value or the thing must have been said.
        let thing = key.split_once('.').map(|(_, thing)| thing.replace(['.', '-', '_'], " "));
        let told = self.shares_a_word(&value)
            || (is_stance(&value) && thing.as_deref().is_some_and(|thing| self.shares_a_word(thing)));
        let of_whom = subject == "user" || subject.chars().all(|c| c.is_alphanumeric() || " '-.".contains(c));
        (formed && told && of_whom).then(|| canonical(Fact { subject, key, value }))
    }

    /// Are these the person's own words, one after the other?
    fn holds(&self, quote: &str) -> bool {
        let quote = words(quote);
        !quote.is_empty() && self.folded.windows(quote.len()).any(|window| window == quote)
    }

    /// Do they stand in a question?
    fn asked(&self, quote: &str) -> bool {
        let quote = words(quote);
        sentences(self.said.text)
            .iter()
            .filter(|sentence| sentence.ends_with(['?', '？', '؟']))
            .any(|sentence| words(sentence).windows(quote.len()).any(|window| window == quote))
    }

    fn shares_a_word(&self, value: &str) -> bool {
        words(value).iter().any(|word| !is_filler(word) && self.folded.iter().any(|said| alike(said, word)))
    }

    /// An instant, and whether it has an hour.
    fn instant(&self, date: &str) -> Option<(Timestamp, bool)> {
        let date = date.trim().trim_end_matches('Z');
        let (day, hour) = match date.len() {
            4 => (Date::new(date.parse().ok()?, 1, 1).ok()?, None),
            7 => (format!("{date}-01").parse().ok()?, None),
            10 => (date.parse().ok()?, None),
            16 | 19 => {
                let at: DateTime = date.parse().ok()?;
                (at.date(), Some(at.time()))
            }
            _ => return None,
        };
        if !(1900..=2200).contains(&day.year()) {
            return None;
        }
        let at = day.to_datetime(hour.unwrap_or(Time::midnight())).to_zoned(self.zone.clone()).ok()?;
        Some((at.timestamp(), hour.is_some()))
    }

    fn morning(&self, day: Timestamp) -> Timestamp {
        let date = day.to_zoned(self.zone.clone()).date();
        date.to_datetime(MORNING).to_zoned(self.zone.clone()).map_or(day, |at| at.timestamp())
    }
}

fn appraisal(value: &Value) -> Option<Felt> {
    let emotion = value.get("emotion")?.as_str()?;
    let emotion = *Emotion::ALL.iter().find(|known| known.as_str() == emotion)?;
    let intensity = unit(value.get("intensity")?)?;
    let target = value.as_object().and_then(|object| text(object, "target", TARGET));
    Some(Felt { emotion, intensity, target })
}

/// A number in 0..1.
fn unit(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| (0.0..=1.0).contains(number))
}

/// A text of at most so many characters, on one line, with something in it.
fn text(item: &Map<String, Value>, key: &str, most: usize) -> Option<String> {
    let text = item.get(key)?.as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
    let sound = !text.chars().any(char::is_control) && text.chars().any(char::is_alphanumeric);
    (sound && text.chars().count() <= most).then_some(text)
}

fn is_stance(value: &str) -> bool {
    matches!(
        value.to_lowercase().as_str(),
        "love" | "like" | "dislike" | "hate" | "prefer" | "loves" | "likes" | "dislikes" | "hates"
    )
}

/// Words that are in every text prove nothing.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "the"
            | "of"
            | "in"
            | "on"
            | "at"
            | "to"
            | "is"
            | "i"
            | "my"
            | "me"
            | "and"
            | "or"
            | "for"
            | "it"
            | "with"
            | "not"
            | "no"
            | "yes"
            | "was"
            | "has"
            | "have"
            | "user"
            | "s"
            | "t"
            | "m"
            | "be"
            | "am"
            | "are"
    )
}

/// The same word, or forms of one ("worried", "worry"; "nurses", "nurse").
fn alike(said: &str, word: &str) -> bool {
    if said == word {
        return true;
    }
    let shared = said.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    shared >= 4 && shared + 3 >= said.len() && shared + 3 >= word.len()
}

/// The words of a text, folded; in scripts without spaces, its characters.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    for c in text.replace(['’', 'ʼ'], "'").chars() {
        let unspaced = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{0e00}'..='\u{0e7f}');
        let part = !unspaced && (c.is_alphanumeric() || is_mark(c));
        if part {
            word.push(c);
        }
        if !part && !word.is_empty() {
            all.push(fold(&std::mem::take(&mut word)));
        }
        if unspaced {
            all.push(c.to_string());
        }
    }
    if !word.is_empty() {
        all.push(fold(&word));
    }
    all
}

/// Marks that belong to the letter before them (Devanagari's vowels).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}')
}
