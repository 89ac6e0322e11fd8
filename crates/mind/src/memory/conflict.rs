//! Conflicts: two memories that cannot both be true, found without a model.
//!
//! Facts are compared by what they state: two values of a key that has one value, a liking and a dislike of the same
//! thing, an age that does not fit a year of birth. Free text is compared only where it is sure: the same lasting
//! statement once affirmed and once denied. A mood, a plan, a question, a "maybe" or a bygone day contradicts nothing.
//!
//! Which keys hold a set of values (languages, names of dogs) and which hold one is decided here too ([`is_set`]).

mod clarify;

pub use clarify::{Answer, answer, question, thanks};

use super::extract::{each_sentence, sentences};
use super::sameness::{Word, gist, said, words};
use super::{Fact, Memory, Speaker};
use crate::MemoryId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What kind of conflict it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictType {
    /// Two things that cannot both be so.
    FactualContradiction,
    /// Times that do not fit each other.
    TimelineInconsistency,
    /// Liked and disliked.
    PreferenceConflict,
}

/// How a conflict is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The later one holds; the earlier is closed, and its importance x 0.7.
    TemporalPrecedence,
    /// The surer one holds; the importance of the other x 0.5.
    ConfidenceBased,
    /// The person says which holds; the other is closed.
    UserClarification,
    /// Both stay as they are.
    Ignore,
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 4] =
        [Self::TemporalPrecedence, Self::ConfidenceBased, Self::UserClarification, Self::Ignore];

    /// Its name, as it is stored and asked for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TemporalPrecedence => "temporal_precedence",
            Self::ConfidenceBased => "confidence_based",
            Self::UserClarification => "user_clarification",
            Self::Ignore => "ignore",
        }
    }

    /// The method of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// What remains of the importance of a memory that a later one closed.
pub const CLOSED: f64 = 0.7;
/// What remains of the importance of a memory that a surer one outweighs.
pub const OUTWEIGHED: f64 = 0.5;

/// How far a conflict has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictState {
    /// It waits.
    Detected,
    /// It is settled.
    Resolved,
}

/// Two memories that cannot both be true, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// Its name: the same for the same two memories, however often they are compared.
    pub id: String,
    /// The one that was said earlier.
    pub older: MemoryId,
    /// The one that was said later.
    pub newer: MemoryId,
    /// What kind of conflict it is.
    #[serde(rename = "type")]
    pub what: ConflictType,
    /// 0..1: how sure it is one.
    pub confidence: f64,
    /// How far it has come.
    pub state: ConflictState,
    /// How it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The memory that holds, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<MemoryId>,
    /// When it was found.
    pub detected_at: Timestamp,
    /// When it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// When the person was last asked about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// That two memories contradict each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contradiction {
    /// How.
    pub what: ConflictType,
    /// 0..1.
    pub confidence: f64,
}

fn contradiction(what: ConflictType, confidence: f64) -> Option<Contradiction> {
    Some(Contradiction { what, confidence })
}

/// Does a key hold a set of values, so that another value takes nothing back? Two dogs have two names; one person has
/// one home. Keys that name their own thing (`taste.tea`, `allergy.nuts`) hold one value each.
pub fn is_set(key: &str) -> bool {
    let key = key.to_lowercase();
    matches!(
        key.as_str(),
        "languages"
            | "language"
            | "learning"
            | "hobby"
            | "hobbies"
            | "child"
            | "children"
            | "friend"
            | "sibling"
            | "visited"
            | "skill"
            | "goal"
            | "trait"
    ) || key == "pet"
        || key.starts_with("pet.")
}

/// May the value of a key change in the course of a life? Where it may not, another value takes the first one back
/// rather than ending it.
pub fn changes_in_life(key: &str) -> bool {
    let key = key.to_lowercase();
    let head = key.split('.').next().unwrap_or_default();
    !matches!(head, "birthday" | "birth" | "origin" | "allergy")
}

/// Are two values of a key the same, or does one only say the other more exactly ("Berlin", "Berlin, Germany")? "love"
/// and "like" are one liking.
pub fn same_value(key: &str, a: &str, b: &str) -> bool {
    if let (true, Some(a), Some(b)) = (is_taste(key), liking(a), liking(b)) {
        return a == b;
    }
    let (a, b) = (gist(a), gist(b));
    a == b || (!is_set(key) && (refines(&a, &b) || refines(&b, &a)))
}

/// Does `whole` say what `part` says, and begin or end with it?
fn refines(part: &str, whole: &str) -> bool {
    let place = |rest: &str| rest.starts_with(' ') || rest.ends_with(' ');
    // Numbers and words of negation are never details.
    let detail = |rest: &str| {
        !rest.split(' ').any(|word| word.chars().any(char::is_numeric) || matches!(word, "not" | "no" | "never" | "ex"))
    };
    part.chars().count() >= 4
        && !part.chars().any(char::is_numeric)
        && [whole.strip_prefix(part), whole.strip_suffix(part)]
            .into_iter()
            .flatten()
            .any(|rest| place(rest) && detail(rest.trim()))
}

fn is_taste(key: &str) -> bool {
    key == "taste" || key.starts_with("taste.")
}

/// What a value of a taste says: true for a liking, false for a dislike.
fn liking(value: &str) -> Option<bool> {
    let words = said(value);
    let first = words.iter().find(|word| !matches!(word.as_str(), "do" | "does"))?;
    let likes = LIKES.contains(&first.as_str());
    let dislikes = DISLIKES.contains(&first.as_str()) || first == "not";
    (likes || dislikes).then_some(likes)
}

const LIKES: &[&str] = &["love", "loves", "like", "likes", "enjoy", "enjoys", "adore", "adores"];
const DISLIKES: &[&str] = &["hate", "hates", "dislike", "dislikes", "detest", "detests", "loathe", "loathes"];

/// The keys whose values a key's value must fit.
pub fn related_keys(key: &str) -> &'static [&'static str] {
    match key {
        "age" => &["birth.year"],
        "birth.year" => &["age"],
        _ => &[],
    }
}

/// Do two facts contradict each other? `older` and `newer` say when each was said.
pub fn between_facts(older: (&Fact, Timestamp), newer: (&Fact, Timestamp)) -> Option<Contradiction> {
    let ((old, then), (new, now)) = (older, newer);
    if gist(&old.subject) != gist(&new.subject) {
        return None;
    }
    match (old.key.as_str(), new.key.as_str()) {
        ("birth.year", "age") => born_and_aged(&old.value, &new.value, now),
        ("age", "birth.year") => born_and_aged(&new.value, &old.value, then),
        ("age", "age") => two_ages(&old.value, &new.value, years_between(then, now)),
        (a, b) if a != b || is_set(a) || same_value(a, &old.value, &new.value) => None,
        (key, _) if is_taste(key) => contradiction(ConflictType::PreferenceConflict, 0.85),
        (key, _) if key.starts_with("favourite") || key.starts_with("prefers") => {
            contradiction(ConflictType::PreferenceConflict, 0.6)
        }
        (key, _) => contradiction(ConflictType::FactualContradiction, if changes_in_life(key) { 0.6 } else { 0.9 }),
    }
}

/// Somebody is as old as the years since their birth, or a year younger.
fn born_and_aged(year: &str, age: &str, said: Timestamp) -> Option<Contradiction> {
    let (year, age) = (number(year)?, number(age)?);
    let years = i64::from(said.to_zoned(TimeZone::UTC).year()) - year;
    (!(years - 1..=years).contains(&age)).then_some(())?;
    contradiction(ConflictType::TimelineInconsistency, 0.9)
}

/// Ages grow with the years, give or take a birthday.
fn two_ages(old: &str, new: &str, years: f64) -> Option<Contradiction> {
    let (old, new) = (number(old)? as f64, number(new)? as f64);
    let grown = new - old;
    (grown < years.floor() - 1.0 || grown > years.ceil() + 1.0).then_some(())?;
    contradiction(ConflictType::TimelineInconsistency, 0.8)
}

fn number(text: &str) -> Option<i64> {
    words(text).iter().find_map(|word| word.parse().ok())
}

fn years_between(a: Timestamp, b: Timestamp) -> f64 {
    b.duration_since(a).as_secs_f64() / (365.25 * 86_400.0)
}

/// Do two memories contradict each other? Only what the same one said is compared, and only what still holds.
pub fn between(older: &Memory, newer: &Memory) -> Option<Contradiction> {
    if older.id == newer.id || older.speaker != newer.speaker || older.speaker == Speaker::Companion {
        return None;
    }
    if older.valid_until.is_some() || newer.valid_until.is_some() {
        return None;
    }
    match (&older.fact, &newer.fact) {
        (Some(old), Some(new)) => between_facts((old, older.occurred_at), (new, newer.occurred_at)),
        (None, None) => between_texts(&older.content, &newer.content),
        // A fact and an episode: the episode's own facts speak for it.
        _ => None,
    }
}

/// Do two texts hold the same lasting statement, once affirmed and once denied, or once liked and once disliked?
pub fn between_texts(older: &str, newer: &str) -> Option<Contradiction> {
    let old: Vec<Stance> = sentences(older).into_iter().filter_map(Stance::of).collect();
    let new: Vec<Stance> = sentences(newer).into_iter().filter_map(Stance::of).collect();
    // Whoever says both in one breath weighs them.
    let weighs = |side: &[Stance]| side.iter().any(|a| side.iter().any(|b| a.against(b)));
    if weighs(&old) || weighs(&new) {
        return None;
    }
    let found = old.iter().find(|a| new.iter().any(|b| a.against(b)))?;
    match found.preference {
        true => contradiction(ConflictType::PreferenceConflict, 0.85),
        false => contradiction(ConflictType::FactualContradiction, 0.85),
    }
}

/// Does a text hold a lasting statement, which another could contradict?
pub fn takes_a_stand(text: &str) -> bool {
    each_sentence(text).any(|sentence| Stance::of(sentence).is_some())
}

/// A lasting statement without its negation, and whether it is denied.
struct Stance {
    core: String,
    denied: bool,
    preference: bool,
}

impl Stance {
    fn against(&self, other: &Stance) -> bool {
        self.core == other.core && self.denied != other.denied && self.preference == other.preference
    }

    /// What a sentence states for good; none for a question, a wish, hearsay, a mood or a moment.
    fn of(sentence: &str) -> Option<Self> {
        let quotes = ['"', '“', '”', '«', '»', '„'];
        if sentence.trim_end().ends_with(['?', '？', '؟']) || sentence.contains(quotes) {
            return None;
        }
        let mut words = said(sentence);
        if words.iter().any(|word| DOUBTS.contains(&word.as_str()) || MOMENTS.contains(&word.as_str())) {
            return None;
        }
        let all = words.len();
        words.retain(|word| !matches!(word.as_str(), "not" | "never"));
        // Twice denied is too much to be sure of.
        let denials = all - words.len();
        if denials > 1 {
            return None;
        }
        let mut denied = denials == 1;
        if let Some(stand) = words.windows(2).position(|pair| pair[0] == "can" && pair[1] == "stand") {
            if !denied {
                return None;
            }
            words.splice(stand..stand + 2, [Word::const_new("like")]);
        } else if denied {
            words.retain(|word| !matches!(word.as_str(), "do" | "does"));
        }
        let verb = words.iter().position(|word| is_lasting(word))?;
        if !is_subject(words.get(..verb)?) {
            return None;
        }
        let preference = is_liking(&words[verb]);
        if DISLIKES.contains(&words[verb].as_str()) {
            denied = !denied;
        }
        let rest = words.get(verb + 1..)?;
        let first = rest.first()?;
        if matches!(words[verb].as_str(), "am" | "is" | "are") && !LASTING_STATES.contains(&first.as_str()) {
            return None;
        }
        // "any" goes with a denial as "a" with its opposite.
        let rest: Vec<&str> = rest.iter().map(Word::as_str).filter(|word| *word != "any").collect();
        let verb = if preference { "like" } else { words[verb].trim_end_matches('s') };
        let subject = words.iter().take_while(|word| !is_lasting(word)).map(Word::as_str).collect::<Vec<_>>().join(" ");
        Some(Self { core: format!("{subject} {verb} {}", rest.join(" ")), denied, preference })
    }
}

/// "I", or somebody who belongs to the person: whoever else it is about, it may be two different ones.
fn is_subject(words: &[Word]) -> bool {
    match words {
        [only] => only == "i" || only == "we",
        [first, ..] => (first == "my" || first == "our") && words.len() <= 4,
        [] => false,
    }
}

fn is_liking(verb: &str) -> bool {
    LIKES.contains(&verb) || DISLIKES.contains(&verb)
}

fn is_lasting(word: &str) -> bool {
    is_liking(word) || LASTING.contains(&word)
}

/// Verbs whose statements hold for longer than a day.
const LASTING: &[&str] = &[
    "am", "is", "are", "have", "has", "own", "owns", "eat", "eats", "drink", "drinks", "smoke", "smokes", "speak",
    "speaks", "live", "lives", "work", "works", "can", "play", "plays", "drive", "drives", "believe", "believes",
    "trust", "trusts", "use", "uses",
];

/// What one is for longer than a day.
const LASTING_STATES: &[&str] = &[
    "allergic",
    "vegan",
    "vegetarian",
    "married",
    "single",
    "engaged",
    "divorced",
    "religious",
    "diabetic",
    "afraid",
    "scared",
    "from",
    "fond",
    "colourblind",
    "colorblind",
    "left",
    "pregnant",
    "adopted",
    "retired",
    "lactose",
    "teacher",
    "nurse",
    "doctor",
    "student",
    "smoker",
    "morning",
    "dog",
    "cat",
    "called",
    "named",
];

/// Words of wishes, hearsay and jokes.
const DOUBTS: &[&str] = &[
    "if",
    "unless",
    "would",
    "could",
    "might",
    "maybe",
    "perhaps",
    "wish",
    "imagine",
    "pretend",
    "says",
    "said",
    "say",
    "think",
    "thinks",
    "thought",
    "told",
    "kidding",
    "joking",
    "joke",
    "jk",
    "sometimes",
    "often",
    "usually",
    "mostly",
    "always",
    "used",
    "when",
    "whenever",
    "until",
    "except",
    "but",
];

/// Words of a moment.
const MOMENTS: &[&str] = &[
    "today",
    "tonight",
    "yesterday",
    "tomorrow",
    "now",
    "currently",
    "yet",
    "still",
    "anymore",
    "longer",
    "week",
    "month",
    "morning's",
    "moment",
    "lately",
    "again",
    "already",
    "hungry",
    "tired",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionId;
    use crate::memory::Provenance;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn fact(key: &str, value: &str) -> Fact {
        Fact { subject: "user".into(), key: key.into(), value: value.into() }
    }

    fn facts(key: (&str, &str), old: &str, new: &str) -> Option<ConflictType> {
        let (then, now) = (at("2024-05-01T10:00:00Z"), at("2026-05-01T10:00:00Z"));
        between_facts((&fact(key.0, old), then), (&fact(key.1, new), now)).map(|found| found.what)
    }

    #[test]
    fn facts_contradict_each_other_or_not() {
        use ConflictType::{FactualContradiction as F, PreferenceConflict as P, TimelineInconsistency as T};
        for (key, other, old, new, expected) in [
            ("home", "home", "Lahore", "Berlin", Some(F)),
            ("home", "home", "Berlin", "berlin", None),
            ("home", "home", "Berlin", "Berlin, Germany", None),
            ("work", "work", "pediatric nurse", "nurse", None),
            ("home", "work", "Lahore", "nurse", None),
            ("birthday", "birthday", "May 3", "May 5", Some(F)),
            ("birthday", "birthday", "May 3rd", "may 3", None),
            ("birth.year", "birth.year", "1990", "1992", Some(F)),
            ("taste.tea", "taste.tea", "love", "dislike", Some(P)),
            ("taste.tea", "taste.tea", "love", "like", None),
            ("taste.tea", "taste.tea", "hates tea", "doesn't like tea", None),
            ("favourite.colour", "favourite.colour", "blue", "green", Some(P)),
            ("languages", "languages", "Spanish", "French", None),
            ("pet.dog.name", "pet.dog.name", "Rex", "Bella", None),
            ("birth.year", "age", "1990", "50", Some(T)),
            ("birth.year", "age", "1990", "36", None),
            ("birth.year", "age", "1990", "35", None),
            ("age", "birth.year", "50", "1990", Some(T)),
            ("age", "birth.year", "34", "1990", None),
            ("age", "age", "30", "32", None),
            ("age", "age", "30", "31", None),
            ("age", "age", "30", "25", Some(T)),
            ("age", "age", "30", "50", Some(T)),
        ] {
            assert_eq!(facts((key, other), old, new), expected, "{key}: {old} / {other}: {new}");
        }
    }

    #[test]
    fn different_subjects_never_contradict_each_other() {
        let now = at("2026-05-01T10:00:00Z");
        let sister = Fact { subject: "sister".into(), ..fact("home", "Rome") };
        assert_eq!(between_facts((&fact("home", "Berlin"), now), (&sister, now)), None);
    }

    #[test]
    fn texts_contradict_each_other() {
        use ConflictType::{FactualContradiction as F, PreferenceConflict as P};
        for (old, new, expected) in [
            ("I am allergic to peanuts.", "I'm not allergic to peanuts.", F),
            ("I eat meat.", "I don't eat meat", F),
            ("I never drink coffee.", "I drink coffee.", F),
            ("My sister is married.", "My sister isn't married.", F),
            ("I have a car.", "I don't have a car.", F),
            ("I can't swim.", "I can swim!", F),
            ("I love hiking.", "I hate hiking.", P),
            ("I really like jazz!", "I don't like jazz.", P),
            ("I can't stand opera.", "I love opera.", P),
            ("What a day. I love hiking.", "So, I hate hiking. Never again.", P),
        ] {
            let found = between_texts(old, new).map(|found| found.what);
            assert_eq!(found, Some(expected), "{old} / {new}");
            assert_eq!(between_texts(new, old).map(|found| found.what), Some(expected), "{new} / {old}");
        }
    }

    #[test]
    fn what_is_no_contradiction_is_left_alone() {
        for (old, new) in [
            ("I am hungry.", "I am not hungry."),
            ("I'm tired", "I'm not tired"),
            ("I went to the gym.", "I didn't go to the gym."),
            ("I like tea.", "I like tea."),
            ("I like tea.", "I don't like coffee."),
            ("Do I like tea?", "I don't like tea."),
            ("If I eat meat, I feel ill.", "I don't eat meat."),
            ("He said \"I hate hiking\".", "I love hiking."),
            ("Ana says I am allergic to nuts.", "I am not allergic to nuts."),
            ("I don't eat meat today.", "I eat meat."),
            ("I no longer eat meat.", "I eat meat."),
            ("I don't not like it.", "I like it."),
            ("Anna lives in Rome.", "Anna doesn't live in Rome."),
            ("I love him. I hate him.", "I hate him."),
            ("I used to smoke.", "I don't smoke."),
            ("I sometimes eat meat.", "I don't eat meat."),
            ("🎉", "😢"),
            ("", ""),
        ] {
            assert_eq!(between_texts(old, new), None, "{old} / {new}");
        }
    }

    #[test]
    fn only_what_one_and_the_same_said_and_what_still_holds_is_compared() {
        let memory = |id: &str, content: &str, speaker: Speaker| {
            let from = Provenance::Interaction(InteractionId::new(id));
            Memory::new(MemoryId::new(id), content, speaker, "test", at("2026-05-01T10:00:00Z"), from)
        };
        let (likes, hates) = ("I like tea.", "I don't like tea.");
        assert!(between(&memory("a", likes, Speaker::User), &memory("b", hates, Speaker::User)).is_some());
        assert!(between(&memory("a", likes, Speaker::Companion), &memory("b", hates, Speaker::Companion)).is_none());
        assert!(
            between(&memory("a", likes, Speaker::User), &memory("b", hates, Speaker::Other("Ben".into()))).is_none()
        );
        let closed = Memory { valid_until: Some(at("2026-05-02T10:00:00Z")), ..memory("a", likes, Speaker::User) };
        assert!(between(&closed, &memory("b", hates, Speaker::User)).is_none());
    }
}
