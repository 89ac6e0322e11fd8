//! Characters come in, go out and come in again as they were; what is no character says what it is.

use super::*;
use crate::personas::Personas;
use philia_mind::bond::Level;
use philia_mind::persona::LoreEntry;
use philia_mind::prompt::{CompileInput, Living, compile};
use proptest::prelude::*;
use serde_json::json;

fn v3() -> Value {
    json!({
        "spec": "chara_card_v3",
        "spec_version": "3.0",
        "unknown_at_the_top": [1, null],
        "data": {
            "name": "Captain Wren",
            "nickname": "Wren",
            "description": "{{char}} sails alone. She is bold, witty and kind to {{user}}.",
            "personality": "bold, witty, warm",
            "scenario": "A harbour in winter.",
            "first_mes": "Ahoy, {{user}}.",
            "alternate_greetings": ["You again."],
            "group_only_greetings": ["Crew!"],
            "mes_example": "<START>\n{{user}}: Where to?\n{{char}}: North.\nAlways north.\n<START>\nWren: Mind the rope.",
            "creator_notes": "SECRET-NOTE: best with a big model",
            "creator_notes_multilingual": {"de": "SECRET-NOTE"},
            "system_prompt": "Write as {{char}}.",
            "post_history_instructions": "Keep it short.",
            "tags": ["sea", "adventure"],
            "creator": "somebody",
            "character_version": "2.1",
            "source": ["https://example.org/wren"],
            "creation_date": 1_700_000_000,
            "assets": [{"type": "icon", "uri": "embeded://assets/icon/main.png", "name": "main", "ext": "png"}],
            "character_book": {
                "name": "the harbour",
                "recursive_scanning": false,
                "token_budget": 300,
                "extensions": {"world": 3},
                "entries": [
                    {"keys": ["lighthouse"], "content": "It has been dark for years.", "extensions": {"depth": 4},
                     "enabled": true, "insertion_order": 10, "use_regex": false, "priority": 7, "position": "before_char"},
                    {"keys": ["/storms?/i"], "content": "Storms come from the north.", "extensions": {},
                     "enabled": true, "insertion_order": 5, "use_regex": true, "selective": true, "secondary_keys": []},
                    {"keys": ["(?<=x)y"], "content": "Never.", "extensions": {}, "enabled": true,
                     "insertion_order": 6, "use_regex": true},
                    {"keys": [], "content": "The sea is cold.", "extensions": {}, "enabled": true,
                     "insertion_order": 1, "use_regex": false, "constant": true}
                ]
            },
            "extensions": {"other_program": {"depth_prompt": {"prompt": "x", "depth": 4}}}
        }
    })
}

fn imported(card: &Value) -> Imported {
    read(card.to_string().as_bytes()).unwrap()
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn prompt_of(persona: &Persona) -> String {
    let estimate = |text: &str| text.len() / 4;
    let living = Living { bond: Some(Level::Friend), ..Living::default() };
    let input = CompileInput { persona, living, mood: None, user: Some("Amina"), budget: 20_000, estimate: &estimate };
    compile(&input).stable
}

#[test]
fn a_card_becomes_a_persona() {
    let Imported { persona, notes, .. } = imported(&v3());
    assert_eq!((persona.id.as_str(), persona.name.as_str()), ("captain_wren", "Wren"));
    assert_eq!(persona.greetings, ["Ahoy, {{user}}.", "You again."]);
    assert_eq!(persona.style.instructions, "bold, witty, warm\n\nWrite as {{char}}.\n\nKeep it short.");
    assert_eq!(persona.examples.len(), 2);
    assert_eq!(persona.examples[0].user, "Where to?");
    assert_eq!(persona.examples[0].reply, "North.\nAlways north.");
    assert_eq!((persona.examples[1].user.as_str(), persona.examples[1].reply.as_str()), ("…", "Mind the rope."));
    assert!(persona.temperament.extraversion > 0.5 && persona.traits["humor"] > 50.0);
    assert_eq!(persona.lorebook.token_budget, 300);
    let on: Vec<bool> = persona.lorebook.entries.iter().map(|entry| entry.enabled).collect();
    assert_eq!(on, [true, true, false, true]);
    assert!(notes.len() == 1 && notes[0].contains("entry 3 is switched off"), "{notes:?}");
    assert_eq!(persona.validate(), []);

    let prompt = prompt_of(&persona);
    assert!(prompt.contains("Wren sails alone. She is bold, witty and kind to Amina."), "{prompt}");
    assert!(prompt.contains("The sea is cold.") && !prompt.contains("lighthouse"));
    assert!(!prompt.contains("SECRET-NOTE") && !prompt.contains("{{"), "{prompt}");
}

#[test]
fn what_nobody_changed_goes_out_as_it_came_in() {
    let card = v3();
    let persona = imported(&card).persona;
    assert_eq!(json_of(&write(&persona, Format::CardV3, None, &[]).unwrap()), card);

    let mut v2 = card.clone();
    v2["spec"] = json!("chara_card_v2");
    v2["spec_version"] = json!("2.0");
    assert_eq!(json_of(&write(&persona, Format::CardV2, None, &[]).unwrap()), v2);
    assert_eq!(json_of(&write(&imported(&v2).persona, Format::CardV2, None, &[]).unwrap()), v2);
}

#[test]
fn what_was_changed_is_written_and_the_rest_stays() {
    let mut persona = imported(&v3()).persona;
    persona.name = "Robin".into();
    persona.temperament.openness = 0.123_456_789;
    persona.greetings.remove(0);
    persona.lorebook.entries[0].content = "It shines again.".into();
    persona.lorebook.entries.push(LoreEntry {
        keys: vec!["gull".into()],
        content: "Loud.".into(),
        ..LoreEntry::default()
    });
    let out = json_of(&write(&persona, Format::CardV3, None, &[]).unwrap());
    let data = &out["data"];
    assert_eq!((&data["name"], data.get("nickname")), (&json!("Robin"), None));
    assert_eq!((&data["first_mes"], &data["alternate_greetings"]), (&json!("You again."), &json!([])));
    assert_eq!(data["description"], v3()["data"]["description"]);
    assert_eq!(data["extensions"]["other_program"], v3()["data"]["extensions"]["other_program"]);
    assert_eq!(data["character_book"]["entries"][1], v3()["data"]["character_book"]["entries"][1]);
    assert_eq!(data["character_book"]["extensions"], json!({"world": 3}));
    assert_eq!(data["character_book"]["entries"][4]["use_regex"], json!(false));
    let mut again = imported(&out).persona;
    again.extensions = persona.extensions.clone();
    assert_eq!(again, persona);
}

#[test]
fn a_built_in_character_survives_every_form() {
    for persona in Personas::built_in().unwrap().all() {
        for format in [Format::CardV2, Format::CardV3, Format::Png, Format::Charx, Format::Toml, Format::Json] {
            let bytes = write(persona, format, None, &[]).unwrap();
            let mut back = read(&bytes).unwrap();
            assert_eq!(back.notes, Vec::<String>::new());
            back.persona.extensions.clear();
            let mut expected = persona.as_ref().clone();
            if !matches!(format, Format::Toml | Format::Json) {
                // Cards are read without the blanks around a text.
                expected.description = expected.description.trim().into();
                expected.style.instructions = expected.style.instructions.trim().into();
            }
            assert_eq!(back.persona, expected, "{format:?}");
        }
        let luminora = read(&write(persona, Format::Luminora, None, &[]).unwrap()).unwrap().persona;
        assert_eq!(luminora.name, persona.name);
        assert_eq!(luminora.examples, persona.examples);
    }
}

#[test]
fn a_v1_card_is_lifted() {
    let v1 = json!({
        "name": "Old Tom", "description": "A cat.", "personality": "lazy", "scenario": "", "first_mes": "Purr.",
        "mes_example": "", "avatar": "none", "chat": "old",
    });
    let persona = imported(&v1).persona;
    assert_eq!((persona.name.as_str(), persona.greetings.len()), ("Old Tom", 1));
    let out = json_of(&write(&persona, Format::CardV3, None, &[]).unwrap());
    assert_eq!((&out["spec"], &out["data"]["chat"]), (&json!("chara_card_v3"), &json!("old")));
    assert_eq!(out["data"]["group_only_greetings"], json!([]));
}

#[test]
fn a_picture_is_kept_and_holds_both_cards() {
    let persona = imported(&v3()).persona;
    let plain = write(&persona, Format::Png, None, &[]).unwrap();
    let back = read(&plain).unwrap();
    assert_eq!(back.persona, persona);
    assert_eq!(back.picture.as_deref(), Some(plain.as_slice()));
    // Written into its own picture again, nothing changes: the old cards are replaced.
    assert_eq!(write(&back.persona, Format::Png, back.picture.as_deref(), &[]).unwrap(), plain);
    let text = String::from_utf8_lossy(&plain);
    assert_eq!((text.matches("chara\0").count(), text.matches("ccv3\0").count()), (1, 1));
    // Without the V3 card, the V2 card speaks.
    let v2 =
        png::with_cards(None, &json!({"spec": "chara_card_v2", "data": {"name": "Two"}}).to_string(), "{}").unwrap();
    let broken: Vec<u8> = only_v2(&v2);
    assert_eq!(read(&broken).unwrap().persona.name, "Two");
}

/// The picture without its `ccv3` part.
fn only_v2(picture: &[u8]) -> Vec<u8> {
    let at = picture.windows(5).position(|w| w == b"ccv3\0").unwrap() - 8;
    let length = u32::from_be_bytes(picture[at..at + 4].try_into().unwrap()) as usize;
    [&picture[..at], &picture[at + 12 + length..]].concat()
}

#[test]
fn a_picture_is_never_decoded_and_its_damage_is_named() {
    let persona = imported(&v3()).persona;
    let sound = write(&persona, Format::Png, None, &[]).unwrap();
    // A head that promises four thousand million by as many pixels: the card is read all the same.
    let mut huge = sound.clone();
    huge[16..24].fill(0x7f);
    let sum = crc32fast::hash(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(read(&huge).unwrap().persona, persona);

    for length in (8..sound.len()).step_by(37) {
        let error = read(&sound[..length]).unwrap_err().to_string();
        assert!(error.contains("the PNG is damaged: it is cut off"), "{length}: {error}");
    }
    let mut flipped = sound.clone();
    flipped[60] ^= 1;
    assert!(read(&flipped).unwrap_err().to_string().contains("checksum"));
    let mut endless = sound.clone();
    endless[33..37].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(read(&endless).unwrap_err().to_string().contains("cut off"));
    let no_base64 = png::with_cards(None, "{}", "{}").unwrap();
    let error = read(&no_base64).unwrap_err().to_string();
    assert!(error.contains("JSON of another kind"), "{error}");
}

#[test]
fn an_archive_keeps_its_files() {
    let assets = vec![
        Asset { path: "assets/icon/main.png".into(), bytes: vec![1, 2, 3] },
        Asset { path: "assets/other/notes.txt".into(), bytes: b"hello".repeat(1000) },
    ];
    let persona = imported(&v3()).persona;
    let bytes = write(&persona, Format::Charx, None, &assets).unwrap();
    let back = read(&bytes).unwrap();
    assert_eq!((&back.persona, &back.assets), (&persona, &assets));
    assert_eq!(write(&back.persona, Format::Charx, None, &back.assets).unwrap(), bytes);
    assert!(read(&bytes[..bytes.len() / 2]).unwrap_err().to_string().contains("archive is damaged"));
}

#[test]
fn archives_that_swell_or_escape_are_refused() {
    let bomb = charx::write(&vec![b' '; LARGEST_TEXT + 1], &[]).unwrap();
    assert!(bomb.len() < LARGEST_TEXT / 100);
    let error = read(&bomb).unwrap_err().to_string();
    assert!(error.contains("card.json") && error.contains("at most 8388608"), "{error}");

    let many: Vec<Asset> = (0..2049).map(|i| Asset { path: format!("a{i}"), bytes: Vec::new() }).collect();
    assert!(read(&charx::write(b"{}", &many).unwrap()).unwrap_err().to_string().contains("2050 files"));
    assert!(read(&charx::write(b"", &[]).unwrap()).is_err());

    // Names that lead elsewhere are not written, so one is forged.
    let inside = charx::write(b"{}", &[Asset { path: "xx/evil".into(), bytes: vec![1] }]).unwrap();
    let forged: Vec<u8> = String::from_utf8_lossy(&inside)
        .contains("xx/evil")
        .then(|| {
            let mut bytes = inside.clone();
            for at in 0..bytes.len() - 7 {
                if &bytes[at..at + 7] == b"xx/evil" {
                    bytes[at..at + 2].copy_from_slice(b"..");
                }
            }
            bytes
        })
        .unwrap();
    assert!(read(&forged).unwrap_err().to_string().contains("outside"));
}

#[test]
fn what_is_no_character_says_what_it_is() {
    for (bytes, found) in [
        (b"".as_slice(), "an empty file"),
        (b"  \n", "an empty file"),
        (b"\xff\xd8\xff\xe0....", "a JPEG picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<!doctype html>", "a web page"),
        (b"Dear diary, today", "a text"),
        (b"[package]\nname = \"x\"", "a TOML file of another kind"),
        (b"\x00\xff\x01", "a binary file"),
        (br#"{"mapping": {}}"#, "a ChatGPT export"),
        (br#"{"entries": {}}"#, "a lorebook without a character"),
        (br#"{"hello": 1}"#, "JSON of another kind (with hello)"),
        (br#"{"spec": "chara_card_v9", "data": {}}"#, "a card of a kind that is not known"),
        (b"[]", "a JSON list"),
    ] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains(found), "{found}: {error}");
    }
    let picture = only_v2(&only_v2_twice());
    assert!(read(&picture).unwrap_err().to_string().contains("a PNG picture without a card"));
    assert!(read(b"{\"spec\": ").unwrap_err().to_string().contains("JSON is damaged"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(deep.as_bytes()).is_err());
}

/// A picture whose V2 card stands under the other keyword, so that taking out `ccv3` leaves none.
fn only_v2_twice() -> Vec<u8> {
    let both = png::with_cards(None, "{}", "{}").unwrap();
    let at = both.windows(6).position(|w| w == b"chara\0").unwrap() - 8;
    let length = u32::from_be_bytes(both[at..at + 4].try_into().unwrap()) as usize;
    [&both[..at], &both[at + 12 + length..]].concat()
}

#[test]
fn ten_megabytes_of_card_are_refused_and_long_texts_cut() {
    let mut card = v3();
    card["data"]["description"] = json!("x".repeat(10 << 20));
    let error = read(card.to_string().as_bytes()).unwrap_err().to_string();
    assert!(error.contains("card's text") && error.contains("8388608"), "{error}");

    card["data"]["description"] = json!("word ".repeat(200_000));
    let made = imported(&card);
    assert_eq!(made.persona.description.chars().count(), 40_000);
    assert!(made.notes.iter().any(|note| note.contains("description is cut")));
    assert_eq!(json_of(&write(&made.persona, Format::CardV3, None, &[]).unwrap()), card, "and yet nothing is lost");
}

fn luna(levels: bool) -> Value {
    let mut value = json!({
        "persona": {"name": "Dr. Vega", "version": "1.0.0", "description": "A radiant astronomer.", "author": "me",
                    "tags": ["stars"], "language": "en", "compatibility": ["openai"]},
        "core_traits": {"archetype": "scientist", "temperament": "energetic", "communication_style": "conversational"},
        "linguistic_profile": {"tone": ["enthusiastic", "warm"], "syntax": "varied", "vocabulary": ["stellar"],
                               "fillers": ["oh!"], "punctuation_style": "liberal"},
        "behavioral_rules": ["Use analogies.", "Celebrate discovery."],
        "trigger_responses": {"on_greeting": ["Welcome under the sky!"], "on_goodbye": ["Clear skies!"]},
        "advanced_parameters": {"verbosity": 0.9, "formality": 0.4, "humor": 0.6, "empathy": 0.8, "creativity": 0.7, "directness": 0.5},
        "safety_guards": {"forbidden_topics": ["weapons"], "tone_limits": {"max_aggression": 0.1}, "content_filters": ["adult"]},
        "examples": {"sample_responses": [{"input": "What is a pulsar?", "output": "A lighthouse that spins.", "context": "physics"}]},
        "metadata": {"downloads": 3, "license": "MIT"},
        "from_elsewhere": {"kept": true},
    });
    if levels {
        value["hierarchical_config"] = json!({"enabled": true, "relationship_levels": [
            {"name": "stranger", "affinity_range": [0, 20], "modifiers": {"advanced_parameters": {"formality": 0.3}}},
            {"name": "acquaintance", "affinity_range": [21, 45], "modifiers": {}},
            {"name": "friend", "affinity_range": [46, 60], "modifiers": {
                "advanced_parameters": {"humor": 0.2, "formality": -0.9}, "behavioral_adjustments": ["Share jokes."]}},
            {"name": "nemesis", "affinity_range": [61, 61], "modifiers": {}},
        ]});
        value["affinity_config"] = json!({"interaction_types": {"positive": 3}});
        value["memory_preferences"] = json!({"importance_threshold": 6.0});
    }
    value
}

#[test]
fn luminora_personas_of_both_shapes_come_in_and_go_out_as_they_were() {
    for levels in [false, true] {
        let value = luna(levels);
        let made = imported(&value);
        let persona = &made.persona;
        assert_eq!((persona.id.as_str(), persona.category.as_str()), ("dr_vega", "scientist"));
        assert_eq!((persona.style.verbosity, persona.style.wit), (9.0, 6.0));
        assert_eq!((persona.traits["imagination"], persona.traits["assertiveness"]), (70.0, 50.0));
        assert!((persona.temperament.extraversion - 0.65).abs() < 1e-9, "energetic");
        assert_eq!(persona.safety.refuses, ["weapons", "adult content"]);
        assert_eq!(persona.examples[0].reply, "A lighthouse that spins.");
        assert!(
            persona.style.instructions.contains("Use analogies.\nCelebrate")
                && persona.style.instructions.contains("oh!")
        );
        assert_eq!(persona.validate(), []);
        assert_eq!(json_of(&write(persona, Format::Luminora, None, &[]).unwrap()), value);
        if levels {
            let thresholds = persona.bond.thresholds;
            assert_eq!((thresholds.acquaintance, thresholds.friend, thresholds.soulmate), (20.0, 45.0, 80.0));
            let friend = &persona.bond.overrides[&Level::Friend];
            assert_eq!((friend.style.formality, friend.traits["humor"]), (Some(0.0), 80.0));
            assert!(prompt_of(persona).contains("Share jokes."));
            assert!(made.notes.iter().any(|note| note.contains("nemesis")), "{:?}", made.notes);
        }
    }
    let mut changed = imported(&luna(true)).persona;
    changed.style.instructions = "Be brief.".into();
    let out = json_of(&write(&changed, Format::Luminora, None, &[]).unwrap());
    assert_eq!(out["behavioral_rules"], json!(["Be brief."]));
    assert_eq!(out["memory_preferences"], luna(true)["memory_preferences"]);
}

#[test]
fn names_make_ids() {
    for (name, id) in [("Dr. Luna!", "dr_luna"), ("Zoë & Co", "zo_co"), ("  A B  ", "a_b")] {
        assert_eq!(id_of(name), id);
    }
    assert!(id_of("ミラ").starts_with("character_") && id_of("ミラ") != id_of("ソル"));
    assert_eq!(id_of(&"x".repeat(500)).len(), 60);
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        "(\\PC|\n|</?(character|context)>|\\{\\{user\\}\\}|<START>|: ){0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{0,8}|keys|content|entries", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A card whose fields are anything at all.
fn any_card() -> impl Strategy<Value = Value> {
    let fields = "name|nickname|description|personality|scenario|first_mes|mes_example|creator_notes|system_prompt|\
                  post_history_instructions|alternate_greetings|tags|creator|character_version|character_book|\
                  extensions|group_only_greetings|assets|[a-z]{1,6}";
    let data = prop::collection::btree_map(fields, anything(), 0..14);
    (data, prop::collection::btree_map("[a-z]{1,4}", anything(), 0..3)).prop_map(|(data, top)| {
        let mut card: serde_json::Map<String, Value> = top.into_iter().collect();
        card.insert("data".into(), Value::Object(data.into_iter().collect()));
        card.insert("spec".into(), json!("chara_card_v3"));
        card.insert("spec_version".into(), json!("3.0"));
        Value::Object(card)
    })
}

proptest! {
    #[test]
    fn no_card_is_lost_or_leaves_its_fence(card in any_card()) {
        let made = imported(&card);
        prop_assert_eq!(made.persona.validate(), []);
        let out = json_of(&write(&made.persona, Format::CardV3, None, &[]).unwrap());
        // Whatever stood there stands there still; what V3 asks for may have come.
        for (name, value) in card["data"].as_object().unwrap() {
            if name != "character_book" {
                prop_assert_eq!(&out["data"][name], value, "{}", name);
            }
        }
        for (name, value) in card.as_object().unwrap().iter().filter(|(name, _)| *name != "data") {
            prop_assert_eq!(&out[name], value);
        }
        let again = imported(&out).persona;
        prop_assert_eq!(json_of(&write(&again, Format::CardV3, None, &[]).unwrap()), out);
        let prompt = prompt_of(&made.persona);
        prop_assert_eq!(prompt.matches("<character>").count(), 1);
        prop_assert_eq!(prompt.matches("</character>").count(), 1);
        // The other forms hold it as well.
        for format in [Format::Toml, Format::Json] {
            let text = String::from_utf8(write(&made.persona, format, None, &[]).unwrap()).unwrap();
            let file = parse(&text).unwrap();
            prop_assert_eq!(&Persona::from_map(file.fields().clone()).unwrap(), &made.persona);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(start in 0usize..4, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let head: &[u8] = [b"".as_slice(), png::SIGNATURE, b"PK\x03\x04", b"{"][start];
        let _ = read(&[head, &bytes].concat());
    }

    #[test]
    fn no_flipped_byte_makes_a_picture_panic(at in 0usize..3000, with in 1u8..) {
        let mut bytes = write(&imported(&v3()).persona, Format::Png, None, &[]).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= with;
        let _ = read(&bytes);
    }
}
