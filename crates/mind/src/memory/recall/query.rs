//! What a question asks for: its words, its people, its times.

use super::asking::{self, Asked};
use super::explain::KIND;
use super::time::{self, Mention};
use super::{Query, Term};
use crate::memory::Speaker;
use crate::text::{Analyzer, Kind, fold, words};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::ops::Range;

/// Whose memories these are, so that a question can name them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// What the person is called.
    pub user: Option<&'a str>,
    /// The names of others whose words are kept ([`Speaker::Other`]).
    pub speakers: &'a [String],
}

impl Known<'_> {
    /// Is this (a part of) one of these names?
    pub(super) fn names(&self, word: &str) -> bool {
        let folded = fold(word);
        let mut found = false;
        for name in self.user.into_iter().chain(self.speakers.iter().map(String::as_str)) {
            words(name, |part| found |= fold(part.text) == folded);
        }
        found
    }
}

/// Analyses a question asked at `now` in the time zone `tz`.
pub fn analyse(analyzer: &Analyzer, text: &str, known: &Known<'_>, now: Timestamp, tz: &TimeZone) -> Query {
    // "What do I do for a living?" asks for no life and no home.
    let plain = text.replace("do for a living", "have for a job");
    let text = plain.as_str();
    let named = Names::of(analyzer, known).find(analyzer, text);
    let times = time::mentions(text, now, tz);
    let asked = Asked::read(text, |at| times.iter().any(|mention| (mention.start..mention.end).contains(&at)));
    let mut speakers: Vec<Speaker> = Vec::new();
    for mention in &named {
        if !speakers.contains(&mention.speaker) {
            speakers.push(mention.speaker.clone());
        }
    }
    if asked.companion {
        speakers.push(Speaker::Companion);
    } else if speakers.is_empty() && asked.of_self {
        speakers.push(Speaker::User);
    }
    Query {
        text: text.to_owned(),
        dense_texts: dense_texts(text, &named),
        terms: terms(analyzer, text, &named, &times),
        speakers,
        times: times.iter().flat_map(|mention| mention.ranges().iter().copied()).collect(),
        asks_companion: asked.companion,
        asks_past: asked.past,
        feeling: asked.feeling,
    }
}

/// A name where it stands, its possessive included.
struct Named {
    speaker: Speaker,
    at: Range<usize>,
    possessive: bool,
}

/// The names to look for.
struct Names {
    /// (folded word of a name, whose).
    words: Vec<(String, Speaker)>,
    /// Names in scripts without spaces, which are found wherever they stand.
    runs: Vec<(String, Speaker)>,
}

impl Names {
    fn of(analyzer: &Analyzer, known: &Known<'_>) -> Self {
        let mut names = Self { words: Vec::new(), runs: Vec::new() };
        let user = known.user.map(|name| (name, Speaker::User));
        let others = known.speakers.iter().map(|name| (name.as_str(), Speaker::Other(name.clone())));
        for (name, speaker) in user.into_iter().chain(others) {
            let mut parts = 0;
            words(name, |_| parts += 1);
            words(name, |word| match word.kind {
                Kind::Unspaced => names.runs.push((word.text.to_owned(), speaker.clone())),
                // "de" and "the" within a longer name name nobody.
                Kind::Spaced if parts == 1 || (word.text.chars().count() > 2 && !analyzer.is_stop(word.text)) => {
                    names.words.push((fold(word.text), speaker.clone()));
                }
                _ => {}
            });
        }
        names
    }

    fn find(&self, analyzer: &Analyzer, text: &str) -> Vec<Named> {
        let mut found = Vec::new();
        let mut first = true;
        words(text, |word| {
            if word.kind != Kind::Spaced {
                return;
            }
            let (base, possessive) = possessive(word.text);
            let capital = base.starts_with(char::is_uppercase);
            if let Some(speaker) = self.whose(analyzer, &fold(base), capital, first) {
                found.push(Named { speaker: speaker.clone(), at: word.start..word.end(), possessive });
            }
            first = false;
        });
        for (run, speaker) in &self.runs {
            for (start, _) in text.match_indices(run.as_str()) {
                found.push(Named { speaker: speaker.clone(), at: start..start + run.len(), possessive: false });
            }
        }
        found.sort_by_key(|named| (named.at.start, std::cmp::Reverse(named.at.end)));
        found.dedup_by(|next, kept| next.at.start < kept.at.end);
        found
    }

    fn whose(&self, analyzer: &Analyzer, folded: &str, capital: bool, first: bool) -> Option<&Speaker> {
        // A name that is also an ordinary word ("Will", "May") must look like a name.
        let is_ordinary = || {
            analyzer.is_stop(folded)
                || matches!(folded, "may" | "june" | "april" | "august" | "mark" | "grace" | "rose" | "hope")
        };
        if let Some((_, speaker)) = self.words.iter().find(|(word, _)| word == folded) {
            return (!is_ordinary() || (capital && !first)).then_some(speaker);
        }
        // A short form ("Mel" of "Melanie") names somebody if only one name begins so.
        if !capital || first || folded.chars().count() < 3 {
            return None;
        }
        let mut begins = self.words.iter().filter(|(word, _)| word.starts_with(folded));
        match (begins.next(), begins.next()) {
            (Some((_, speaker)), None) if !is_ordinary() => Some(speaker),
            _ => None,
        }
    }
}

/// "Anna's" and "James'" without their ending, and whether there was one.
fn possessive(word: &str) -> (&str, bool) {
    for ending in ["'s", "’s", "'S", "’S"] {
        if let Some(base) = word.strip_suffix(ending) {
            return (base, true);
        }
    }
    (word, false)
}

/// The question without names, and with a name turned to "I", as the person named would have said it.
fn dense_texts(text: &str, named: &[Named]) -> Vec<String> {
    let with = |of: fn(&Named) -> &'static str| {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for mention in named {
            out.push_str(&text[from..mention.at.start]);
            out.push_str(of(mention));
            from = mention.at.end;
        }
        out.push_str(&text[from..]);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut texts = vec![with(|_| ""), with(|mention| if mention.possessive { "my" } else { "I" })];
    texts.dedup();
    texts.retain(|text| text.chars().any(char::is_alphanumeric));
    if texts.is_empty() && !text.trim().is_empty() {
        texts.push(text.trim().to_owned());
    }
    texts
}

fn terms(analyzer: &Analyzer, text: &str, named: &[Named], times: &[Mention]) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut names: Vec<Term> = Vec::new();
    let mut kinds: Vec<Term> = Vec::new();
    let kind = |stem, word: &str| Term { stem, surface: format!("{KIND}{word}"), content: true };
    analyzer.each(text, |term| {
        let is_name = named.iter().any(|mention| mention.at.contains(&term.start));
        let is_time = times.iter().any(|mention| (mention.start..mention.end).contains(&term.start));
        if !is_name && !is_time && !is_definite(text, term.start, term.surface) {
            kinds.extend(analyzer.asked_by(&term).map(|stem| kind(stem, term.surface)));
        }
        if term.stop || asking::is_hedge(term.surface) {
            return;
        }
        let content = !is_time && (is_name || !asking::is_asking(term.surface));
        let into = if is_name { &mut names } else { &mut terms };
        match into.iter_mut().find(|known| known.stem == term.stem) {
            Some(known) => known.content |= content,
            None => into.push(Term { stem: term.stem.to_owned(), surface: term.surface.to_owned(), content }),
        }
    });
    kinds.extend(analyzer.asked_in_runs(text).into_iter().map(|(word, stem)| kind(stem, &word)));
    if terms.is_empty() && kinds.is_empty() {
        return names;
    }
    for kind in kinds {
        if terms.iter().all(|known| known.stem != kind.stem) {
            terms.push(kind);
        }
    }
    terms
}

/// One certain thing ("the book", "Ana's car") asks for no kind; several do ("my pets").
fn is_definite(text: &str, start: usize, word: &str) -> bool {
    let before = text[..start].trim_end().rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    let one = before.ends_with("'s")
        || before.ends_with("’s")
        || matches!(before.as_str(), "the" | "this" | "that" | "my" | "your" | "his" | "her" | "its" | "our" | "their");
    one && !word.ends_with('s')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        let speakers = ["Caroline Smith".to_owned(), "Melanie".to_owned(), "Will".to_owned(), "小明".to_owned()];
        let known = Known { user: Some("Anna"), speakers: &speakers };
        analyse(&Analyzer::new(), text, &known, "2023-10-20T12:00:00Z".parse().unwrap(), &TimeZone::UTC)
    }

    fn other(name: &str) -> Speaker {
        Speaker::Other(name.into())
    }

    fn stems(query: &Query, content: bool) -> Vec<&str> {
        query
            .terms
            .iter()
            .filter(|t| t.content == content && !t.surface.starts_with(KIND))
            .map(|t| t.stem.as_str())
            .collect()
    }

    #[test]
    fn names_tell_who_is_spoken_of_and_are_not_looked_for() {
        for (text, speakers, content) in [
            ("What is my dog's name?", vec![Speaker::User], vec!["dog", "name"]),
            ("What did Caroline research?", vec![other("Caroline Smith")], vec!["research"]),
            ("what is caroline's identity", vec![other("Caroline Smith")], vec!["ident"]),
            ("Where does Mel work?", vec![other("Melanie")], vec!["work"]),
            ("What do Caroline and Melanie paint?", vec![other("Caroline Smith"), other("Melanie")], vec!["paint"]),
            ("Will it rain?", vec![], vec!["rain"]),
            ("Which car does Will drive?", vec![other("Will")], vec!["car", "drive"]),
            ("What does Anna’s dog eat?", vec![Speaker::User], vec!["dog", "eat"]),
            ("小明的猫", vec![other("小明")], vec!["猫"]),
            ("the weather", vec![], vec!["weather"]),
        ] {
            let query = query(text);
            assert_eq!(query.speakers, speakers, "{text:?}");
            assert_eq!(stems(&query, true), content, "{text:?}");
        }
    }

    #[test]
    fn a_name_alone_is_looked_for() {
        assert_eq!(stems(&query("Who is Melanie?"), true), ["melani"]);
    }

    #[test]
    fn a_kind_is_asked_for_by_its_mark_but_one_certain_thing_is_not() {
        let kinds = |text: &str| -> Vec<String> {
            let terms = query(text).terms;
            terms.into_iter().filter_map(|t| t.surface.strip_prefix(KIND).map(str::to_owned)).collect()
        };
        assert_eq!(kinds("Do I have any pets?"), ["pets"]);
        assert_eq!(kinds("What are my hobbies?"), ["hobbies"]);
        assert_eq!(kinds("Which sport does Melanie's family do?"), ["sport"]);
        assert_eq!(kinds("Where is the book?"), [""; 0]);
    }

    #[test]
    fn a_hedge_is_not_looked_for() {
        assert_eq!(stems(&query("Would Melanie likely enjoy opera?"), true), ["enjoy", "opera"]);
    }

    #[test]
    fn words_of_asking_and_of_time_prove_nothing() {
        let query = query("Do you remember what I told you last week?");
        assert_eq!(stems(&query, true), [""; 0]);
        assert!(query.is_only_about_time());
        assert!(self::query("What happened yesterday?").is_only_about_time());
        assert!(!self::query("What did I paint last week?").is_only_about_time());
    }

    #[test]
    fn dense_texts_are_without_the_name_and_as_the_person_would_say_it() {
        assert_eq!(query("When did Caroline move?").dense_texts, ["When did move?", "When did I move?"]);
        assert_eq!(query("Is Melanie's dog old?").dense_texts, ["Is dog old?", "Is my dog old?"]);
        assert_eq!(query("  Where do I work? ").dense_texts, ["Where do I work?"]);
        assert_eq!(query("Melanie?").dense_texts, ["I?"]);
        assert_eq!(query("  ").dense_texts, [""; 0]);
    }

    #[test]
    fn only_some_questions_ask_for_the_companions_words() {
        for (text, expected) in [
            ("What did you recommend for dinner?", true),
            ("which film have you suggested?", true),
            ("the book you told me about", true),
            ("What was your advice on sleep?", true),
            ("What did you just say?", true),
            ("Can you tell me my dog's name?", false),
            ("Did I tell you about Sparky?", false),
            ("Do you know what I said?", false),
            ("What is my name?", false),
            ("How are you?", false),
        ] {
            assert_eq!(query(text).asks_companion, expected, "{text:?}");
        }
    }
}
