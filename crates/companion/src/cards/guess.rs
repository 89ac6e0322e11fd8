//! A temperament for characters that come without one, guessed from the words their author chose.
//!
//! Simple and always the same: each telling word moves one scale a step from its middle, a few steps at most. It is a
//! beginning that a person can change, not a reading of souls.

use philia_mind::Persona;

/// How far one telling word moves a scale of the temperament.
const STEP: f64 = 0.08;

/// The most steps a scale is moved.
const MOST: f64 = 4.0;

/// Beginnings of words that speak for a scale, and those that speak against it.
struct Telling {
    up: &'static [&'static str],
    down: &'static [&'static str],
}

const OPENNESS: Telling = Telling {
    up: &[
        "curious",
        "creativ",
        "imaginat",
        "dream",
        "artist",
        "poet",
        "invent",
        "wander",
        "explor",
        "philosoph",
        "eccentric",
        "scholar",
        "inquisitive",
    ],
    down: &["tradition", "conservativ", "practical", "down-to-earth", "stubborn", "narrow", "conventional"],
};
const CONSCIENTIOUSNESS: Telling = Telling {
    up: &[
        "disciplin",
        "diligent",
        "organi",
        "precise",
        "loyal",
        "dutiful",
        "responsib",
        "hardworking",
        "meticulous",
        "reliable",
        "careful",
        "profession",
    ],
    down: &["lazy", "messy", "careless", "impulsiv", "reckless", "chaotic", "forgetful", "clumsy", "irresponsib"],
};
const EXTRAVERSION: Telling = Telling {
    up: &[
        "outgoing",
        "energetic",
        "cheerful",
        "bubbly",
        "talkativ",
        "lively",
        "bold",
        "flirt",
        "confident",
        "enthusias",
        "extrovert",
        "extravert",
        "sociable",
        "loud",
        "charism",
    ],
    down: &[
        "shy",
        "quiet",
        "reserved",
        "introvert",
        "timid",
        "withdrawn",
        "aloof",
        "silent",
        "stoic",
        "loner",
        "reclus",
        "brooding",
    ],
};
const AGREEABLENESS: Telling = Telling {
    up: &[
        "kind",
        "gentle",
        "caring",
        "warm",
        "sweet",
        "compassion",
        "friendly",
        "helpful",
        "empath",
        "generous",
        "loving",
        "polite",
        "patient",
        "tender",
        "supportive",
    ],
    down: &[
        "cruel",
        "rude",
        "cold",
        "sarcas",
        "arrogant",
        "hostile",
        "selfish",
        "manipulat",
        "ruthless",
        "grumpy",
        "mocking",
        "blunt",
        "cynic",
        "bratty",
        "tsundere",
    ],
};
const NEUROTICISM: Telling = Telling {
    up: &[
        "anxious",
        "nervous",
        "insecur",
        "moody",
        "sensitive",
        "emotional",
        "jealous",
        "worr",
        "fearful",
        "melanchol",
        "depress",
        "unstable",
        "haunted",
        "short-temper",
    ],
    down: &[
        "calm",
        "serene",
        "stable",
        "composed",
        "relaxed",
        "unflappable",
        "collected",
        "level-headed",
        "laid-back",
        "easygoing",
        "stoic",
    ],
};
const HUMOR: Telling = Telling {
    up: &["funny", "witty", "humor", "humour", "playful", "joke", "prank", "teas", "sarcas", "mischiev", "comedi"],
    down: &["serious", "stern", "humorless", "humourless", "solemn", "grim", "earnest"],
};
const ASSERTIVENESS: Telling = Telling {
    up: &[
        "confident",
        "assertive",
        "dominan",
        "leader",
        "command",
        "bold",
        "blunt",
        "direct",
        "bossy",
        "fierce",
        "proud",
    ],
    down: &["submissive", "timid", "shy", "meek", "obedient", "hesita", "insecur", "docile"],
};
const FORMALITY: Telling = Telling {
    up: &[
        "formal",
        "polite",
        "noble",
        "butler",
        "royal",
        "princess",
        "knight",
        "professor",
        "elegant",
        "refined",
        "aristocra",
    ],
    down: &["casual", "slang", "laid-back", "street", "punk", "crude", "gamer", "bratty"],
};

impl Telling {
    /// How many steps the words of a text move this scale.
    fn steps(&self, words: &[String]) -> f64 {
        let count =
            |beginnings: &[&str]| words.iter().filter(|word| beginnings.iter().any(|b| word.starts_with(b))).count();
        (count(self.up) as f64 - count(self.down) as f64).clamp(-MOST, MOST)
    }
}

/// Sets temperament, traits and style by what the text says of the character.
pub(super) fn from_text(persona: &mut Persona, text: &str) {
    let text = text.to_lowercase();
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    // Said twice is not twice as true.
    words.sort_unstable();
    words.dedup();
    let share = |telling: &Telling| 0.5 + STEP * telling.steps(&words);
    let points = |telling: &Telling, middle: f64| (middle + 8.0 * telling.steps(&words)).clamp(0.0, 100.0);
    persona.temperament.openness = share(&OPENNESS);
    persona.temperament.conscientiousness = share(&CONSCIENTIOUSNESS);
    persona.temperament.extraversion = share(&EXTRAVERSION);
    persona.temperament.agreeableness = share(&AGREEABLENESS);
    persona.temperament.neuroticism = share(&NEUROTICISM);
    for (name, value) in [
        ("warmth", points(&AGREEABLENESS, 60.0)),
        ("curiosity", points(&OPENNESS, 60.0)),
        ("humor", points(&HUMOR, 50.0)),
        ("assertiveness", points(&ASSERTIVENESS, 50.0)),
    ] {
        persona.traits.insert(name.to_owned(), value);
    }
    let tenths = |telling: &Telling, middle: f64| (middle + telling.steps(&words)).clamp(0.0, 10.0);
    persona.style.formality = tenths(&FORMALITY, 4.0);
    persona.style.wit = tenths(&HUMOR, 5.0);
    // People write cards to be told stories: they neither ask for advice nor for questions back.
    persona.style.provide_suggestions = false;
    persona.style.ask_clarifying_questions = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Persona {
        let mut persona = Persona::default();
        from_text(&mut persona, text);
        persona
    }

    #[test]
    fn telling_words_move_their_scale() {
        let shy = of("A shy, quiet girl; kind and gentle, easily nervous.");
        assert!(shy.temperament.extraversion < 0.4 && shy.temperament.agreeableness > 0.6);
        assert!(shy.temperament.neuroticism > 0.5 && shy.traits["assertiveness"] < 50.0);
        let loud = of("LOUD and cheerful, sarcastic, rude, calm as a stone.");
        assert!(loud.temperament.extraversion > 0.6 && loud.temperament.agreeableness < 0.4);
        assert!(loud.temperament.neuroticism < 0.5 && loud.traits["humor"] > 50.0);
    }

    #[test]
    fn what_says_nothing_is_in_the_middle_and_repetition_does_not_count() {
        let plain = of("Le chat est sur la table. 猫");
        assert_eq!(plain.temperament, philia_mind::persona::Temperament::MIDDLE);
        assert_eq!(of("kind kind kind kind"), of("kind"));
        let all = of(&[AGREEABLENESS.up, OPENNESS.up].concat().join(" "));
        assert!(all.temperament.agreeableness < 0.9 && all.traits["warmth"] <= 100.0);
    }
}
