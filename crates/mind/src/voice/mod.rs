//! The offline voice: replies without a model and without a network.
//!
//! Extractive question answering over memory, and good manners. It says only what it was told (with the date) and what
//! it is; where nothing answers it says so. The way of a message: noise and other languages first ([`foreign`]), then
//! talk about the talk itself ([`manners`]; [`keep`] tells what is kept), then questions ([`question`] reads them, [`answer`] judges what was
//! recalled), and everything else is something shared ([`acknowledge`]). The same context always gives the same reply.

mod acknowledge;
mod answer;
mod courtesy;
mod dates;
mod evidence;
mod feeling;
mod foreign;
mod frame;
mod keep;
mod language;
mod manners;
mod meaning;
mod meeting;
mod person;
mod phrases;
mod pick;
mod plain;
mod question;
mod readings;
mod register;
mod slots;
#[cfg(test)]
mod tests;
mod topics;

use crate::appraisal::Appraisal;
use crate::memory::Fact;
use crate::memory::extract::{Extracted, Extractor};
use crate::memory::recall::Recalled;
use crate::{MemoryId, Pad, Persona, Profile};
use acknowledge::{Acknowledger, With};
use answer::{Answerer, Moment, Verdict};
use evidence::{Heard, Hearing};
use frame::Who;
use jiff::{Timestamp, tz::TimeZone};
use manners::{Manner, Manners};
use meaning::Meaning;
use pick::Pick;
use question::{Asked, Question, Reader, Subject};
pub use readings::Readings;
use register::Register;
use std::cell::LazyCell;
use std::sync::Arc;

/// An earlier turn of this conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn<'a> {
    /// What the person said.
    pub message: &'a str,
    /// What was answered.
    pub reply: &'a str,
    /// When the message came.
    pub at: Timestamp,
}

/// Everything a reply may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who speaks.
    pub persona: &'a Persona,
    /// Whom it speaks with.
    pub profile: &'a Profile,
    /// How the companion feels now.
    pub mood: Pad,
    /// What the message evoked.
    pub appraisal: &'a Appraisal,
    /// What the person said, verbatim.
    pub message: &'a str,
    /// When they said it.
    pub now: Timestamp,
    /// The person's time zone.
    pub zone: &'a TimeZone,
    /// What was recalled for the message, best first. It must not hold the message itself.
    pub recalled: &'a [Recalled],
    /// The last turns, oldest first.
    pub recent: &'a [Turn<'a>],
    /// The two have never spoken before.
    pub first_meeting: bool,
    /// Say in this reply that there is no language model for now, and how to give it one.
    pub announce: bool,
    /// The number of the turn: the same words said again find other words.
    pub turn: u64,
    /// What was read in the same words before, in this talk. An empty one gives the same reply, later.
    pub readings: &'a Readings,
}

/// What is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// The reply. Never empty.
    pub text: String,
    /// The memories it quotes, in the order of their use.
    pub used: Vec<MemoryId>,
}

/// The voice: compiled matchers. Make one and keep it.
#[derive(Debug)]
pub struct Voice {
    meaning: Meaning,
    extractor: Extractor,
    hearing: Hearing,
    reader: Reader,
    answerer: Answerer,
    manners: Manners,
    acknowledger: Acknowledger,
}

impl Default for Voice {
    fn default() -> Self {
        Self::new()
    }
}

/// Longer texts are read at both ends only.
const LONG: usize = 1_500;
/// Talk about the talk itself is short.
const MANNERLY: usize = 160;

impl Voice {
    /// Compiles the matchers (some milliseconds).
    pub fn new() -> Self {
        Self {
            meaning: Meaning::new(),
            extractor: Extractor::new(),
            hearing: Hearing::new(),
            reader: Reader::new(),
            answerer: Answerer::new(),
            manners: Manners::new(),
            acknowledger: Acknowledger::new(),
        }
    }

    /// The language of a text by its letters or its commonest words (BCP 47); none for English and where it cannot be
    /// told.
    pub fn language_of(text: &str) -> Option<&'static str> {
        language::of(text).map(|tongue| tongue.tag)
    }

    /// The reply to a message. The same context always gives the same reply.
    pub fn reply(&self, ctx: &Context<'_>) -> Spoken {
        let tongue = language::of(ctx.message);
        let mut spoken = match tongue {
            Some(tongue) => self.in_tongue(ctx, tongue),
            None => self.in_english(ctx),
        };
        if ctx.first_meeting && tongue.is_none() {
            meeting::introduce(ctx, &mut spoken, self.is_bare_greeting(ctx.message));
        }
        let shares = !ctx.message.trim().is_empty() && !ctx.message.contains('?') && tongue.is_none();
        if ctx.persona.style.use_emojis && !spoken.text.is_empty() && shares {
            self.decorate(ctx, &mut spoken.text);
        }
        if ctx.announce {
            let line = tongue
                .map_or("(For now I speak without a language model; `philia doctor` tells how to give me one.)", |t| {
                    t.announce
                });
            spoken.text = format!("{}\n\n{line}", spoken.text);
        }
        spoken
    }

    fn in_english(&self, ctx: &Context<'_>) -> Spoken {
        let shortened;
        let long = ctx.message.chars().count() > LONG;
        let ctx = if long {
            shortened = both_ends(ctx.message);
            &Context { message: &shortened, ..*ctx }
        } else {
            ctx
        };
        let told = plain::without_tag(ctx.message);
        let ctx = &Context { message: told.as_deref().unwrap_or(ctx.message), ..*ctx };
        if let Some(text) = self.noise(ctx) {
            return Spoken { text, used: Vec::new() };
        }
        let resolved = self.resolved(ctx);
        let asks = self.reader.read(resolved.as_deref().unwrap_or(ctx.message), &self.meaning);
        if ctx.message.chars().count() <= MANNERLY
            && let Some(manner) = self.manners.read(ctx.message)
            && !(matches!(manner, Manner::Thanks | Manner::Farewell) && ctx.message.contains('?'))
        {
            return self.mannerly(ctx, manner);
        }
        let said = LazyCell::new(|| {
            let before = ctx.recent.last().map(|turn| turn.message);
            ctx.readings.extract(&self.extractor, (&plain::spelled_out(ctx.message), before, ctx.now, ctx.zone))
        });
        if let Some(name) = declared_name(ctx, &said).or_else(|| meeting::name_given(ctx.message, ctx.recent.last())) {
            return meeting::take_up(ctx, &name);
        }
        if self.reader.is_task(ctx.message) && !long {
            return self.plainly(ctx, "task", &phrases::TASK);
        }
        match asks {
            Some(question) if !long || ctx.message.trim_end().ends_with('?') => {
                let plain = resolved.and_then(|_| self.reader.read(ctx.message, &self.meaning));
                self.answer(ctx, &question, plain.as_ref())
            }
            _ => self.acknowledge(ctx, long, &said),
        }
    }

    fn heard(&self, ctx: &Context<'_>) -> Vec<Heard> {
        let mut heard = self.hearing.people(ctx, &self.meaning, &self.extractor);
        heard.retain(|h| h.content.trim() != ctx.message.trim() || h.at < ctx.now);
        heard
    }

    /// "What's her name?", with the one who was spoken of last in the place of "her".
    fn resolved(&self, ctx: &Context<'_>) -> Option<String> {
        let plain = plain::spelled_out(ctx.message);
        let asked = Who::of(&plain, None, &self.meaning).filter(|who| who.pronoun)?;
        let named =
            plain.split_whitespace().skip(1).any(|w| w.chars().next().is_some_and(char::is_uppercase) && w.len() > 2);
        let meant = ctx.recent.iter().rev().take(6).filter(|_| !named).find_map(|turn| {
            let who = self.acknowledger.who(turn.message, &self.meaning)?;
            (!who.pronoun && who.object == asked.object).then_some(who)
        })?;
        Some(asked.replaced(&plain, &meant))
    }

    /// The answer to a question, or to the same with its pronouns as they stand.
    fn answer(&self, ctx: &Context<'_>, question: &Question, unresolved: Option<&Question>) -> Spoken {
        if question.what_you_said {
            return self.own_words(ctx, question);
        }
        if question.subject == Subject::Companion {
            return self.plainly(ctx, "about me", &phrases::ABOUT_ME);
        }
        if question.asked == Asked::Name
            && question.subject == Subject::User
            && question.needed.is_empty()
            && let Some(name) = meeting::known_name(ctx)
        {
            return Spoken { text: format!("{name}. That's what I call you."), used: Vec::new() };
        }
        let heard = self.heard(ctx);
        let at = Moment { now: ctx.now, zone: ctx.zone, recent: ctx.recent };
        let verdict = |question: &Question| self.answerer.answer(question, &heard, &self.meaning, at);
        let found = match (verdict(question), unresolved) {
            (Verdict::Unknown, Some(unresolved)) => verdict(unresolved),
            (found, _) => found,
        };
        match found {
            Verdict::Answer { text, used } | Verdict::Partly { text, used } => Spoken { text, used },
            Verdict::Unknown => Spoken { text: self.unknown(ctx, question, &heard), used: Vec::new() },
        }
    }

    /// Honest about what was never told, and about the world.
    fn unknown(&self, ctx: &Context<'_>, question: &Question, heard: &[Heard]) -> String {
        let register = Register::of(ctx.persona);
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let pronoun = |w: &str| matches!(w.trim_matches('?'), "he" | "she" | "his" | "her" | "him" | "hers" | "they");
        if question.subject == Subject::Open
            && !question.needed.iter().any(|n| n.name)
            && question.text.to_lowercase().split(' ').any(pronoun)
        {
            return pick.one("whom", register.of_table(&phrases::WHOM)).to_owned();
        }
        let met = matches!(&question.subject, Subject::Named(name) if heard.iter().any(|h| h.speaks_of.contains(name)));
        let worldly = !met
            && !question.personal
            && !matches!(question.subject, Subject::Theirs(_))
            && question.asked != Asked::About;
        let named = matches!(question.subject, Subject::Named(_));
        if worldly && !(named && matches!(question.asked, Asked::Who | Asked::Name)) {
            let world = pick.one("world", register.of_table(&phrases::WORLD));
            return if named { format!("{world} You haven't told me about it yet.") } else { world.to_owned() };
        }
        let thing = meeting::asked_thing(question, &self.answerer.turner);
        pick.one("unknown", register.of_table(&phrases::UNKNOWN)).replace("{x}", &thing)
    }

    /// "What did you say about ...?"
    fn own_words(&self, ctx: &Context<'_>, question: &Question) -> Spoken {
        let strong = || {
            question.needed.iter().filter(|n| {
                n.weight >= 1.0
                    && !matches!(n.key.as_str(), "suggest" | "recommend" | "advis" | "promis" | "ask" | "answer")
            })
        };
        let fits = |text: &str| {
            let words = self.meaning.of(text);
            strong().count() > 0 && strong().all(|n| words.contains(&n.key))
        };
        let at = |when: Timestamp| dates::told(when, ctx.now, ctx.zone);
        if let Some(hit) = ctx
            .recalled
            .iter()
            .find(|r| r.memory.speaker == crate::memory::Speaker::Companion && fits(&r.memory.content))
        {
            let text = format!("I said {}: “{}”", at(hit.memory.occurred_at), answer::crop(&hit.memory.content));
            return Spoken { text, used: vec![hit.memory.id.clone()] };
        }
        let last = ctx.recent.iter().rev().find(|t| if strong().count() == 0 { true } else { fits(t.reply) });
        let text = match last {
            Some(turn) => format!("I said {}: “{}”", at(turn.at), answer::crop(turn.reply.trim()).replace('?', ".")),
            None => "I don't find that among what I said, so I'd rather not claim it.".to_owned(),
        };
        Spoken { text, used: Vec::new() }
    }

    fn acknowledge<F>(&self, ctx: &Context<'_>, long: bool, said: &LazyCell<Arc<[Extracted]>, F>) -> Spoken
    where
        F: FnOnce() -> Arc<[Extracted]>,
    {
        let shared = self.acknowledger.read(ctx);
        let ask = !ctx.message.to_lowercase().contains("don't want to talk");
        let mut spoken = self.acknowledger.reply(
            ctx,
            &shared,
            &With {
                answerer: &self.answerer,
                hearing: &self.hearing,
                meaning: &self.meaning,
                extractor: &self.extractor,
            },
            ask,
        );
        if long {
            spoken.text = format!("You took your time to write that, and I've kept all of it. {}", spoken.text);
        }
        if let Some(name) = new_name(ctx, said) {
            spoken.text = format!("{} {}", meeting::hello(ctx, &name), spoken.text);
        }
        spoken
    }

    fn mannerly(&self, ctx: &Context<'_>, manner: Manner) -> Spoken {
        let quiet = |text: String| Spoken { text, used: Vec::new() };
        match manner {
            Manner::AboutMe => return self.what_i_keep(ctx),
            Manner::LastTime => return self.what_we_spoke_of(ctx),
            Manner::Clock => return quiet(dates::clock(ctx.now, ctx.zone)),
            Manner::HowAreYou => {
                let how = manners::how_i_am(Register::of(ctx.persona), ctx.mood.pleasure, ctx.mood.arousal);
                let asked = ctx.recent.last().is_some_and(|t| t.reply.trim_end().ends_with('?'));
                return quiet(if asked { how.to_owned() } else { format!("{how} And how are you?") });
            }
            Manner::Remind => {
                let words = answer::crop(ctx.message.trim().trim_end_matches('?'));
                return quiet(format!(
                    "I can't call you at a set time yet, so please don't rely on me for it. But I'll remember the words, “{words}”, and tell you when you ask."
                ));
            }
            _ => {}
        }
        let mut spoken = self.plainly(ctx, "manner", manners::phrases(manner));
        if manner == Manner::Greeting && !ctx.first_meeting && ctx.recent.is_empty() {
            let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
            let question = pick
                .one("greeting question", &["How has your day been?", "What's on your mind?", "How are you today?"]);
            spoken.text = format!("{} {question}", spoken.text);
        }
        spoken
    }

    /// One phrase of a table, with its slots filled.
    fn plainly(&self, ctx: &Context<'_>, salt: &str, table: &manners::Table) -> Spoken {
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let phrase = pick.one(salt, Register::of(ctx.persona).of_table(table));
        Spoken { text: meeting::fill(phrase, ctx), used: Vec::new() }
    }

    /// Nothing that words can be made of: emoji, marks, keyboard noise.
    fn noise(&self, ctx: &Context<'_>) -> Option<String> {
        let text = ctx.message.trim();
        if text.chars().any(char::is_alphanumeric) {
            let noisy = !text.contains(char::is_whitespace)
                && text.chars().count() >= 5
                && text.is_ascii()
                && text.chars().all(char::is_alphabetic)
                && is_keyboard_noise(text);
            return noisy.then(|| self.plainly(ctx, "noise", &phrases::NOISE).text);
        }
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let has = |set: &str| text.chars().any(|c| set.contains(c));
        Some(if has("😢😭😞😔💔😥😿🥺☹🙁") || text.contains(":(") {
            pick.one("tear", phrases::TEAR).to_owned()
        } else if has("😀😃😄😁😆🙂😊😍🥰❤💕🎉🥳👍😂🤣☺✨") || text.contains(":)") || text.contains(":D")
        {
            pick.one("smile", phrases::SMILE).to_owned()
        } else {
            self.plainly(ctx, "noise", &phrases::NOISE).text
        })
    }

    fn is_bare_greeting(&self, message: &str) -> bool {
        matches!(self.manners.read(message), Some(Manner::Greeting)) || !message.chars().any(char::is_alphanumeric)
    }

    fn decorate(&self, ctx: &Context<'_>, text: &mut String) {
        let shared = self.acknowledger.read(ctx);
        let mark = shared.emoji();
        if !mark.is_empty() {
            text.push(' ');
            text.push_str(mark);
        }
    }
}

/// A name given in the middle of more.
fn new_name<F>(ctx: &Context<'_>, said: &LazyCell<Arc<[Extracted]>, F>) -> Option<String>
where
    F: FnOnce() -> Arc<[Extracted]>,
{
    if meeting::known_name(ctx).is_some() || ctx.recent.iter().any(|t| t.message.trim() == ctx.message.trim()) {
        return None;
    }
    let facts = said.iter().filter_map(|said| said.fact.as_ref());
    facts.filter(|fact| fact.subject == "user" && fact.key == "name").map(|fact| fact.value.clone()).next()
}

/// A name that is all the message says.
fn declared_name<F>(ctx: &Context<'_>, said: &LazyCell<Arc<[Extracted]>, F>) -> Option<String>
where
    F: FnOnce() -> Arc<[Extracted]>,
{
    // More than the name is a statement, and is answered as one.
    if ctx.message.split_whitespace().count() > 10 || ctx.message.contains('?') {
        return None;
    }
    let mut facts = said.iter().filter_map(|said| said.fact.as_ref());
    let names = |fact: &&Fact| matches!(fact.key.as_str(), "name" | "display_name");
    let others = facts.clone().any(|fact| fact.subject != "user" || !names(&fact));
    facts.find(names).filter(|_| !others).map(|fact| fact.value.clone())
}

fn is_keyboard_noise(word: &str) -> bool {
    let lower = word.to_lowercase();
    let vowels = lower.chars().filter(|c| "aeiouy".contains(*c)).count();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    vowels == 0
        || vowels * 6 < lower.len()
        || (lower.len() >= 6 && distinct.len() <= 2)
        || ["asdf", "qwer", "zxcv", "hjkl", "sdfg"].iter().any(|row| lower.contains(row))
}

/// The beginning and the end of a long text, cut at spaces.
fn both_ends(text: &str) -> String {
    let head: String = text.chars().take(LONG - 500).collect();
    let skip = text.chars().count().saturating_sub(500);
    let tail: String = text.chars().skip(skip).collect();
    format!("{head} … {tail}")
}
