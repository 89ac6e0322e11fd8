//! Cues: the words with which people ask for a fact, where they are not the words in which it was told.
//!
//! "We moved to Berlin" answers "Where do I live?" and shares no word with it.

use super::Fact;

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
