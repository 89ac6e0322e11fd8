//! Persona files parse, hold together, and say what is wrong with them.

use super::*;
use crate::bond::{Level, Overrides, StyleOverrides, Thresholds};
use crate::mood::baseline_of;
use proptest::prelude::*;
use serde_json::json;

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

/// A persona that says something in every field.
pub(crate) fn full() -> Persona {
    let entry = LoreEntry {
        name: "the mill".into(),
        keys: vec!["mill".into()],
        secondary_keys: vec!["old".into()],
        content: "It burned down.".into(),
        ..LoreEntry::default()
    };
    Persona {
        category: "companion".into(),
        scenario: "A kitchen at night.".into(),
        bond: serde_json::from_value(json!({
            "thresholds": {"friend": 50.0},
            "overrides": {"friend": {"traits": {"humor": 80.0}, "style": {"wit": 8.0, "instructions": "Tease."}}},
        }))
        .unwrap(),
        safety: Safety { refuses: vec!["gambling".into()], disclose_every_minutes: 60 },
        lorebook: Lorebook { entries: vec![entry], ..Lorebook::default() },
        extensions: Map::from_iter([("elsewhere".to_owned(), json!({"depth": [1, null, 2.5]}))]),
        ..built_in("curious_companion")
    }
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
    persona.traits.insert("Ärger".into(), 1.0);
    persona.immutable_traits.push("unheard_of".into());
    persona.style.wit = 11.0;
    persona.examples[0].reply.clear();
    persona.bond.thresholds.friend = 10.0;
    persona.safety.disclose_every_minutes = 181;
    persona.lorebook.entries.push(LoreEntry { regex: true, keys: vec!["(?=x)".into()], ..LoreEntry::default() });
    let problems = persona.validate();
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
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
            "traits",
            "style.wit",
            "safety.disclose_every_minutes",
            "bond.thresholds.friend",
            "immutable_traits",
            "lorebook.entries[0].keys[0]",
        ]
    );
    let shown = |field: &str| problems.iter().find(|p| p.field == field).unwrap().to_string();
    assert_eq!(shown("temperament.openness"), "temperament.openness is 1.2; allowed: a number from 0 to 1");
    assert_eq!(shown("traits.warmth"), "traits.warmth is not a finite number; allowed: a number from 0 to 100");
    assert_eq!(shown("traits.patience"), "traits.patience is -1.0; allowed: a number from 0 to 100");
}

fn wrong(toml: &str) -> Vec<String> {
    PersonaFile::new(toml::from_str(toml).unwrap()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_says_all_that_is_wrong_with_it_in_its_own_words() {
    let wrong = wrong(
        r#"
        discription = "x"
        name = 7
        tags = "a, b"
        quux = 1
        [temperament]
        openness = nan
        neurotisism = 0.5
        [traits]
        warmth = "high"
        [style]
        use_emojis = "yes"
        [evolution]
        speed = "ludicrous"
        [[lorebook.entries]]
        content = "x"
        insertion_order = 1.5
        "#,
    );
    let expected = [
        "id is missing; allowed: 1 to 120 of a-z, 0-9, _ and -",
        "name is 7; allowed: some text",
        "tags is \"a, b\"; allowed: a list",
        "temperament.openness is not a finite number; allowed: a number from 0 to 1",
        "temperament.neurotisism is not a known field; allowed: the known fields; did you mean neuroticism?",
        "traits.warmth is \"high\"; allowed: a number from 0 to 100",
        "style.use_emojis is \"yes\"; allowed: true or false",
        "evolution.speed is \"ludicrous\"; allowed: slow, medium, fast",
        "lorebook.entries[0].insertion_order is 1.5; allowed: a whole number",
        "discription is not a known field; allowed: the known fields; did you mean description?",
    ];
    assert_eq!(wrong[..expected.len()], expected);
    assert!(wrong[expected.len()].starts_with("quux is not a known field; allowed: id, parent, name"), "{wrong:?}");
    for no_table in [json!(null), json!([1]), json!("x")] {
        assert!(PersonaFile::new(no_table).is_err());
    }
}

fn files(texts: &[&str]) -> BTreeMap<String, PersonaFile> {
    let read = |text: &&str| PersonaFile::new(toml::from_str(text).unwrap()).unwrap();
    texts.iter().map(read).map(|file| (file.id().to_owned(), file)).collect()
}

#[test]
fn a_child_has_what_its_parents_have_and_its_own_over_it() {
    let (_, base) = BUILT_IN[0];
    let files = files(&[
        base,
        "id = \"nurse\"\nparent = \"base_assistant\"\nname = \"Ada\"\ntags = [\"care\", \"base\"]\n[traits]\nwarmth = 91\n\
         [style]\nexpertise = [\"planning\", \"sleep\"]\n[safety]\nrefuses = [\"dosages\"]",
        "id = \"night_nurse\"\nparent = \"nurse\"\n[temperament]\nextraversion = 0.2\n[safety]\nrefuses = [\"dosages\", \"bets\"]",
    ]);
    let child = resolve("night_nurse", &files).unwrap();
    let parent = resolve("base_assistant", &files).unwrap();
    assert_eq!((child.id.as_str(), child.name.as_str()), ("night_nurse", "Ada"));
    assert_eq!(child.description, parent.description);
    assert_eq!(child.tags, ["assistant", "neutral", "base", "care"]);
    assert_eq!((child.traits["warmth"], child.traits["patience"]), (91.0, parent.traits["patience"]));
    assert_eq!(child.temperament, Temperament { extraversion: 0.2, ..parent.temperament });
    assert_eq!(child.style.expertise.len(), parent.style.expertise.len() + 1);
    assert_eq!(child.safety.refuses, ["dosages", "bets"]);
    assert_eq!(parent, built_in("base_assistant"));
}

#[test]
fn a_circle_or_a_missing_parent_shows_the_chain() {
    let files = files(&[
        "id = \"a\"\nparent = \"b\"",
        "id = \"b\"\nparent = \"c\"",
        "id = \"c\"\nparent = \"b\"",
        "id = \"me\"\nparent = \"me\"",
        "id = \"orphan\"\nparent = \"gone\"",
        "id = \"bare\"",
    ]);
    let says = |id: &str| resolve(id, &files).unwrap_err().to_string();
    assert!(says("a").contains("a -> b -> c -> b"), "{}", says("a"));
    assert!(says("me").contains("me -> me"));
    assert_eq!(says("orphan"), "there is no persona \"gone\" (asked for as a parent: orphan -> gone)");
    assert_eq!(says("nobody"), "there is no persona \"nobody\"");
    let Unresolved::Unsound { problems } = resolve("bare", &files).unwrap_err() else { panic!("it lacks nearly all") };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields[..3], ["name", "description", "temperament.openness"]);
    assert_eq!(fields.len(), 7);
}

#[test]
fn a_persona_may_be_sparse() {
    let text = "id = \"x\"\nname = \"X\"\ndescription = \"Someone.\"\n[temperament]\nopenness = 0.5\nconscientiousness = 0.5\n\
                extraversion = 0.5\nagreeableness = 0.5\nneuroticism = 0.5\n";
    let persona: Persona = toml::from_str(text).unwrap();
    assert_eq!(persona.validate(), []);
    assert_eq!(persona.all_traits().get("warmth"), Some(&75.0));
    assert!(toml::from_str::<Persona>(&format!("{text}neurotic = 0.5\n")).is_err());
    assert_eq!(resolve("x", &files(&[text])).unwrap(), persona);
}

#[test]
fn only_sound_weights_blend() {
    let (mira, sol) = (built_in("curious_companion"), built_in("supportive_friend"));
    assert_eq!(blend(&[]), Err(BlendError::Nobody));
    assert_eq!(blend(&[(&mira, 0.0), (&sol, 0.0)]), Err(BlendError::Nobody));
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let error = blend(&[(&mira, 1.0), (&sol, weight)]).unwrap_err().to_string();
        assert!(error.contains("supportive_friend") && error.contains("allowed"), "{error}");
    }
}

#[test]
fn a_blend_lies_between_and_keeps_every_limit() {
    let (mira, mut sol) = (built_in("curious_companion"), built_in("supportive_friend"));
    sol.safety = Safety { refuses: vec!["gambling".into()], disclose_every_minutes: 45 };
    let both = blend(&[(&mira, 3.0), (&sol, 1.0)]).unwrap();
    assert!((both.temperament.openness - (0.85 * 0.75 + 0.65 * 0.25)).abs() < 1e-12);
    assert!((both.traits["warmth"] - (75.0 * 0.75 + 90.0 * 0.25)).abs() < 1e-12);
    assert_eq!(both.traits["patience"], 92.0);
    assert!(both.style.provide_suggestions, "three quarters say yes");
    assert_eq!(both.safety, sol.safety, "the strictest wins, whatever its weight");
    assert_eq!(both.traits["safety_awareness"], 95.0);
    assert!(both.description.starts_with(&mira.description) && both.description.ends_with("Influences: Sol."));
    assert_eq!((both.id.as_str(), both.name.as_str()), ("curious_companion-supportive_friend", "Mira"));
    assert_eq!(both.validate(), []);
    assert_eq!(blend(&[(&mira, 2.0), (&sol, 0.0)]).unwrap(), mira);
}

fn number(most: f64) -> impl Strategy<Value = f64> {
    (0.0..=1.0f64).prop_map(move |share| share * most)
}

fn list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\PC{0,8}[a-z]", 0..4).prop_map(|mut items| {
        items.sort();
        items.dedup();
        items
    })
}

fn entry() -> impl Strategy<Value = LoreEntry> {
    (list(), list(), "\\PC{0,20}", any::<(bool, bool, bool)>(), any::<i64>()).prop_map(
        |(keys, secondary_keys, content, (enabled, constant, case_sensitive), insertion_order)| LoreEntry {
            keys,
            secondary_keys,
            content,
            enabled,
            constant,
            case_sensitive,
            insertion_order,
            ..LoreEntry::default()
        },
    )
}

fn free() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300f64).prop_map(Value::from),
        "\\PC{0,12}|json:[0-9]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z \"=.]{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Any sound persona.
pub(crate) fn any_persona() -> impl Strategy<Value = Persona> {
    let texts = ("[a-z0-9_-]{1,12}", "\\PC{0,9}[A-Z]", "(\\PC|\n){0,60}[a-z]", "(\\PC|\n|\"){0,40}");
    let five = prop::array::uniform5(number(1.0));
    let traits = prop::collection::btree_map("warmth|humor|safety_awareness|[a-z_]{1,9}", number(100.0), 0..6);
    let style = (prop::array::uniform4(number(10.0)), any::<(bool, bool, bool)>(), list(), "(\\PC|\n){0,30}");
    let bond = (prop::array::uniform4(1.0..25.0f64), prop::sample::select(Level::ALL.to_vec()), number(10.0));
    let limits = (list(), 1u32..=180, prop::sample::select(Speed::ALL.to_vec()));
    let lore = (1u32..=100, 0u32..=8192, prop::collection::vec(entry(), 0..3));
    let free = prop::collection::btree_map("[a-z]{1,6}", free(), 0..3);
    (texts, five, traits, style, (list(), list()), (limits, bond), lore, free).prop_map(
        |((id, name, description, scenario), five, traits, style, (tags, greetings), (limits, bond), lore, free)| {
            let [openness, conscientiousness, extraversion, agreeableness, neuroticism] = five;
            let ([formality, verbosity, wit, proactivity], switches, expertise, instructions) = style;
            let examples = greetings.iter().map(|g| Example { user: g.clone(), reply: name.clone() }).collect();
            Persona {
                id,
                name,
                description,
                scenario,
                tags,
                language: "pt-BR".into(),
                greetings,
                examples,
                temperament: Temperament { openness, conscientiousness, extraversion, agreeableness, neuroticism },
                immutable_traits: traits.keys().take(1).cloned().collect(),
                traits,
                style: Style {
                    formality,
                    verbosity,
                    wit,
                    proactivity,
                    use_emojis: switches.0,
                    provide_suggestions: switches.1,
                    ask_clarifying_questions: switches.2,
                    expertise,
                    instructions,
                },
                evolution: Evolution { speed: limits.2 },
                bond: BondPolicy {
                    thresholds: Thresholds {
                        acquaintance: bond.0[0],
                        friend: bond.0[0] + bond.0[1],
                        close_friend: bond.0[0] + bond.0[1] + bond.0[2],
                        soulmate: bond.0.iter().sum(),
                    },
                    overrides: BTreeMap::from([(
                        bond.1,
                        Overrides {
                            style: StyleOverrides { wit: Some(bond.2), ..StyleOverrides::default() },
                            ..Overrides::default()
                        },
                    )]),
                },
                safety: Safety { refuses: limits.0, disclose_every_minutes: limits.1 },
                lorebook: Lorebook { scan_depth: lore.0, token_budget: lore.1, entries: lore.2 },
                extensions: free.into_iter().collect(),
                ..Persona::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same(persona in any_persona()) {
        prop_assert_eq!(persona.validate(), []);
        let text = serde_json::to_string(&persona).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Persona>(&text).unwrap(), &persona);
        let file = PersonaFile::new(serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(&PersonaFile::from(&persona), &file);
        let id = persona.id.clone();
        prop_assert_eq!(resolve(&id, &BTreeMap::from([(id.clone(), file)])).unwrap(), persona);
    }

    #[test]
    fn blending_is_commutative_and_idempotent_and_keeps_limits(
        a in any_persona(), b in any_persona(), c in any_persona(), weights in prop::array::uniform3(0.0..10.0f64),
    ) {
        let [x, y, z] = weights;
        prop_assume!(x + y + z > 0.0);
        let all = blend(&[(&a, x), (&b, y), (&c, z)]).unwrap();
        for other in [[(&b, y), (&a, x), (&c, z)], [(&c, z), (&b, y), (&a, x)], [(&b, y), (&c, z), (&a, x)]] {
            prop_assert_eq!(&blend(&other).unwrap(), &all);
        }
        prop_assert_eq!(&blend(&[(&a, x + 0.1), (&a, y), (&a, z)]).unwrap(), &a);
        prop_assert_eq!(&blend(&[(&all, 1.0), (&all, 1.0)]).unwrap(), &all);
        let counted = [(&a, x), (&b, y), (&c, z)].into_iter().filter(|(_, weight)| *weight > 0.0);
        for (persona, _) in counted {
            prop_assert!(persona.safety.refuses.iter().all(|topic| all.safety.refuses.contains(topic)));
            prop_assert!(all.safety.disclose_every_minutes <= persona.safety.disclose_every_minutes);
        }
        let within = |of: fn(&Persona) -> f64| {
            let values = [of(&a), of(&b), of(&c)];
            values.iter().any(|v| *v <= of(&all)) && values.iter().any(|v| *v >= of(&all))
        };
        prop_assert!(within(|p| p.temperament.openness) && within(|p| p.style.wit));
        prop_assert_eq!(all.validate(), []);
    }
}
