//! Persona files parse, hold together, and say what is wrong with them.

use super::*;
use crate::mood::baseline_of;

const BUILT_IN: [(&str, &str); 5] = [
    ("base_assistant", include_str!("../../../../personas/base_assistant.toml")),
    ("creative_collaborator", include_str!("../../../../personas/creative_collaborator.toml")),
    ("curious_companion", include_str!("../../../../personas/curious_companion.toml")),
    ("intellectual_mentor", include_str!("../../../../personas/intellectual_mentor.toml")),
    ("supportive_friend", include_str!("../../../../personas/supportive_friend.toml")),
];

pub(crate) fn built_in(id: &str) -> Persona {
    let (_, text) = BUILT_IN.iter().find(|(name, _)| *name == id).unwrap();
    toml::from_str(text).unwrap()
}

#[test]
fn the_built_in_characters_parse_and_are_sound() {
    for (id, text) in BUILT_IN {
        let persona: Persona = toml::from_str(text).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(persona.id, id);
        assert_eq!(persona.validate(), [], "{id}");
        assert!(!persona.greetings.is_empty() && persona.examples.len() >= 3, "{id}");
        assert!(persona.greetings.iter().all(|g| g.contains("AI")), "{id}: a greeting must say that it is an AI");
        assert!(traits::IMMUTABLE.iter().all(|t| persona.immutable_traits.iter().any(|i| i == t)), "{id}");
        let baseline = baseline_of(&persona.temperament);
        assert!(baseline.pleasure > 0.0, "{id}: nobody wants a companion that is glum by nature");
    }
    let t = built_in("curious_companion").temperament;
    let five = [t.openness, t.conscientiousness, t.extraversion, t.agreeableness, t.neuroticism];
    assert_eq!(five, [0.85, 0.60, 0.60, 0.75, 0.30]);
}

#[test]
fn no_farewell_of_theirs_holds_anyone_back() {
    for (id, _) in BUILT_IN {
        for example in built_in(id).examples.iter().filter(|e| crate::guard::care::is_farewell(&e.user)) {
            let reply = example.reply.to_lowercase();
            for hook in ["don't go", "stay", "miss you", "lonely", "already?", "wait", "before you go", "so soon", "?"]
            {
                assert!(!reply.contains(hook), "{id}: {reply}");
            }
        }
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let mut persona = built_in("base_assistant");
    persona.id = "Not A Name".into();
    persona.name = "  ".into();
    persona.language = "english please".into();
    persona.temperament.openness = 1.2;
    persona.temperament.neuroticism = f64::NAN;
    persona.traits.insert("warmth".into(), f64::INFINITY);
    persona.traits.insert("patience".into(), -1.0);
    persona.immutable_traits.push("unheard_of".into());
    persona.style.wit = 11.0;
    persona.examples[0].reply.clear();
    let fields: Vec<String> = persona.validate().into_iter().map(|p| p.field).collect();
    assert_eq!(
        fields,
        [
            "id",
            "name",
            "language",
            "examples[0].reply",
            "temperament.openness",
            "temperament.neuroticism",
            "traits.patience",
            "traits.warmth",
            "immutable_traits",
            "style.wit",
        ]
    );
    let shown = persona.validate()[4].to_string();
    assert_eq!(shown, "temperament.openness is 1.2; allowed: a number from 0 to 1");
}

#[test]
fn a_persona_may_be_sparse() {
    let text = "id = \"x\"\nname = \"X\"\ndescription = \"Someone.\"\n[temperament]\nopenness = 0.5\nconscientiousness = 0.5\n\
                extraversion = 0.5\nagreeableness = 0.5\nneuroticism = 0.5\n";
    let persona: Persona = toml::from_str(text).unwrap();
    assert_eq!(persona.validate(), []);
    assert_eq!(persona.all_traits().get("warmth"), Some(&75.0));
    assert!(toml::from_str::<Persona>(&format!("{text}neurotic = 0.5\n")).is_err());
}
