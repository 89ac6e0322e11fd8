//! Cues: the words with which people ask for a fact, where they are not the words in which it was told.
//!
//! "We moved to Berlin" answers "Where do I live?" and shares no word with it.

use super::recall::Query;
use super::{Fact, Memory};
use crate::text::Analyzer;

/// (the head of a key, words that ask for it).
const CUES: &[(&str, &str)] = &[
    ("name", "name called"),
    ("display_name", "name called"),
    ("age", "age old"),
    ("birthday", "birthday born"),
    ("birth.year", "born birth year"),
    ("birth.place", "born birthplace hometown"),
    ("home", "live home city town address"),
    ("origin", "come hometown grew up origin"),
    ("work.employer", "work job employer company"),
    ("work.place", "work job workplace"),
    ("work", "work job profession occupation career"),
    ("study.place", "study university college school"),
    ("study", "study subject degree course"),
    ("languages", "speak languages"),
    ("learning", "learn"),
    ("plays", "play instrument sport"),
    ("status", "married single partner"),
    ("diet", "eat food diet allergy allergic"),
    ("count", "many"),
    ("favourite", "favourite favorite like best"),
    ("taste", "like prefer"),
    ("preference", "prefer like"),
    ("health", "health ill illness condition"),
    ("has", "have own"),
    ("goal", "goal plan want dream"),
    ("fear", "afraid scared fear"),
    ("routine", "usually routine habit every"),
];

impl Fact {
    /// Words that ask for this fact, to be found by beside its own: what its key means, and the key's own words
    /// (`pet.dog.name` is asked for by "pet", "dog" and "name").
    pub fn cues(&self) -> String {
        let key = self.key.to_lowercase();
        let meant = CUES
            .iter()
            .filter(|(head, _)| key.strip_prefix(head).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
            .map(|(_, words)| *words);
        let own = key.split(['.', '_']).filter(|word| word.len() > 2);
        meant.chain(own).collect::<Vec<_>>().join(" ")
    }
}

impl Memory {
    /// Is it the very fact that a question asks for: are all the question's content words such that ask for it, its
    /// subject or its value? A value that is no longer true answers only what asks for the past, and there before the
    /// present one. A question that names a time is answered by what was said then.
    pub fn answers(&self, query: &Query, analyzer: &Analyzer) -> bool {
        let Some(fact) = self.fact.as_ref().filter(|_| query.times.is_empty()) else { return false };
        if self.valid_until.is_some() != query.asks_past {
            return false;
        }
        let cues = analyzer.terms(&fact.cues());
        let own = analyzer.terms(&format!("{} {}", fact.subject, fact.value));
        let mut asked = query.terms.iter().filter(|term| term.content && term.is_word()).peekable();
        let subject_fits = fact.subject == "user" || query.terms.iter().any(|term| own.contains(&term.stem));
        let mut any = false;
        subject_fits
            && asked.peek().is_some()
            && asked.all(|term| {
                any |= cues.contains(&term.stem);
                cues.contains(&term.stem) || own.contains(&term.stem) || term.is_of_the_past()
            })
            && any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_asked_for_by_what_its_key_means() {
        let cues = |key: &str| Fact { subject: "user".into(), key: key.into(), value: "x".into() }.cues();
        assert!(cues("home").contains("live"));
        assert!(cues("work").contains("job"));
        assert!(cues("work.employer").contains("company"));
        assert!(cues("plays.guitar").contains("instrument") && cues("plays.guitar").contains("guitar"));
        assert!(!cues("homeland").contains("live"), "only whole parts of a key count");
        assert_eq!(cues("pet.dog.name"), "pet dog name");
    }
}
