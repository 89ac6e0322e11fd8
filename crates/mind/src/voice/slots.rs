//! Questions that a fact answers directly: "Where do I live?" asks for `home` of the user.

use super::evidence::{FORMER_HOME, FORMER_WORK, Heard};
use super::meaning::Meaning;
use super::question::{Asked, Question, Subject};
use crate::memory::Fact;

/// A fact that answers, and the memory that states it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) value: String,
    pub(super) key: String,
    /// Index into what was heard.
    pub(super) heard: usize,
    /// The words that state it.
    pub(super) content: String,
}

/// The facts that answer, latest first; what is over comes last.
pub(super) fn find(question: &Question, heard: &[Heard], meaning: &Meaning) -> Vec<Known> {
    let mut known: Vec<(bool, jiff::Timestamp, Known)> = Vec::new();
    for (index, from) in heard.iter().enumerate() {
        for (fact, extracted) in from.facts.iter().filter_map(|e| e.fact.as_ref().map(|f| (f, e))) {
            if let Some(value) = answers(question, fact, meaning) {
                let found = Known { value, key: fact.key.clone(), heard: index, content: extracted.content.clone() };
                known.push((from.over, from.at, found));
            }
        }
    }
    known.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    known.into_iter().map(|(_, _, found)| found).collect()
}

/// The value, if this fact answers this question.
fn answers(question: &Question, fact: &Fact, meaning: &Meaning) -> Option<String> {
    // "Where did I live before Berlin?" asks for a home like any other.
    let needed: Vec<&str> =
        question.needed.iter().filter(|n| !(question.former && n.name)).map(|n| n.key.as_str()).collect();
    let only = |allowed: &[&str]| !needed.is_empty() && needed.iter().all(|n| allowed.contains(n));
    let is = |key: &str| (fact.key == key).then(|| fact.value.clone());
    let words = question.text.to_lowercase();
    if question.asked == Asked::Whether || question.asked == Asked::About {
        return None;
    }
    match &question.subject {
        Subject::User if fact.subject == "user" => {
            if question.asked == Asked::Name && needed.is_empty() {
                return is("name").or_else(|| is("display_name"));
            }
            if words.contains("favo") {
                let thing = fact.key.strip_prefix("favourite.")?;
                let wanted: Vec<&str> = needed.iter().copied().filter(|n| *n != "favourite").collect();
                return (!wanted.is_empty()
                    && wanted.iter().all(|n| thing.contains(n.get(..n.len().min(4)).unwrap_or(n))))
                .then(|| fact.value.clone());
            }
            if matches!(question.asked, Asked::Where | Asked::What) && only(&["home"]) {
                let before = || is(FORMER_HOME).filter(|_| question.former);
                return is("home").or_else(before).map(in_place);
            }
            if question.asked == Asked::Where
                && (words.contains("from") || words.contains("grow up") || words.contains("born"))
            {
                let born = words.contains("born");
                return if born { is("birth.place").map(in_place) } else { is("origin") };
            }
            if question.asked == Asked::Where && only(&["work"]) {
                return is("work.employer").map(|v| format!("at {v}")).or_else(|| is("work.place").map(in_place));
            }
            if question.asked == Asked::What
                && (only(&["work"]) || words.contains("what do i do") && only(&["work", "home", "live"]))
                || words == "what do i do"
            {
                return is("work").or_else(|| is(FORMER_WORK).filter(|_| question.former));
            }
            if question.asked == Asked::Where && only(&["study"]) {
                return is("study.place").map(|v| format!("at {v}"));
            }
            if question.asked == Asked::What && only(&["study"]) {
                return is("study");
            }
            if words.starts_with("how old") && (needed.is_empty() || only(&["old"])) {
                return is("age").or_else(|| is("age.next").map(|age| format!("turning {age}")));
            }
            if only(&["birthday"]) {
                return is("birthday");
            }
            if only(&["allergy"]) {
                return fact.key.starts_with("allergy.").then(|| fact.value.clone());
            }
            if question.asked == Asked::What && only(&["like"]) && fact.key.starts_with("taste.") {
                let asks_dislike =
                    ["hate", "dislike", "not like", "don't like", "can't stand"].iter().any(|w| words.contains(w));
                let thing = fact.key.trim_start_matches("taste.").replace('-', " ");
                return (asks_dislike == (fact.value == "dislike")).then_some(thing);
            }
            if question.asked == Asked::HowMany
                && let Some(counted) = fact.key.strip_prefix("count.")
            {
                return needed
                    .iter()
                    .any(|n| counted.starts_with(n.get(..n.len().min(5)).unwrap_or(n)))
                    .then(|| fact.value.clone());
            }
            if only(&["language"]) {
                return is("languages");
            }
            None
        }
        Subject::User if question.asked == Asked::Name || question.asked == Asked::Who => {
            (fact.key == "relation" && only(&[fact.value.as_str()])).then(|| fact.subject.clone())
        }
        Subject::Theirs(being) => {
            if matches!(question.asked, Asked::Name | Asked::Who) && needed.iter().all(|n| *n == being) {
                if fact.key == "relation" && (fact.value == *being || kind_matches(being, &fact.value)) {
                    return Some(fact.subject.clone());
                }
                let animal = fact.key.strip_prefix("pet.")?.strip_suffix(".name")?;
                return (animal == being || being == "pet").then(|| fact.value.clone());
            }
            if fact.key.starts_with("pet.") && fact.key.ends_with(".breed") {
                let animal = fact.key.split('.').nth(1)?;
                return (words.contains("breed") && animal == being).then(|| fact.value.clone());
            }
            let theirs = fact.subject == *being;
            let rest: Vec<&str> = needed.iter().copied().filter(|n| n != being).collect();
            let only_rest = |key: &str| rest.iter().all(|n| *n == key) && !rest.is_empty();
            match question.asked {
                Asked::Where if theirs && only_rest("home") => is("home").map(in_place),
                Asked::What if theirs && (only_rest("work") || words.ends_with(" do")) => is("work"),
                Asked::HowMany if theirs && words.starts_with("how old") => is("age"),
                Asked::When if theirs && only_rest("birthday") => is("birthday.date"),
                Asked::What if theirs && only_rest("allergy") => {
                    fact.key.starts_with("allergy.").then(|| fact.value.clone())
                }
                _ => None,
            }
        }
        Subject::Named(name) => {
            let same = |other: &str| other.split(' ').any(|part| meaning.key_of(part) == *name);
            if question.asked != Asked::Who || question.needed.len() != 1 {
                return None;
            }
            if fact.key == "relation" && same(&fact.subject) {
                return Some(format!("your {}", fact.value));
            }
            let animal = fact.key.strip_prefix("pet.")?.strip_suffix(".name")?;
            same(&fact.value).then(|| format!("your {animal}"))
        }
        _ => None,
    }
}

fn kind_matches(asked: &str, told: &str) -> bool {
    match asked {
        "spouse" => matches!(told, "husband" | "wife" | "spouse"),
        "wife" | "husband" => told == "spouse",
        "sibling" => matches!(told, "sister" | "brother"),
        "child" => matches!(told, "son" | "daughter"),
        "friend" => told == "best friend",
        _ => false,
    }
}

fn in_place(place: String) -> String {
    format!("in {place}")
}
