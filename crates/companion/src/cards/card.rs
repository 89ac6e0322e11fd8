//! Character cards: V1 (flat), V2 and V3.
//!
//! A card's `personality`, `system_prompt` and `post_history_instructions` become the persona's instructions, which the
//! prompt treats as the author's words and not as rules. `creator_notes` are for people: they stay in the kept card
//! and come into no prompt. What cards have no place for goes into `extensions.philia`.

use super::{CARD, CardError, clipped, guess, id_of, lore};
use philia_mind::Persona;
use philia_mind::persona::{Example, Lorebook};
use serde_json::{Map, Value, json};

const NAME: usize = 120;
const TEXT: usize = 40_000;

/// Philia's own place in a card's extensions.
const OWN: &str = "philia";

/// What cards have no field for.
const OWN_FIELDS: [&str; 10] =
    ["id", "category", "language", "temperament", "traits", "immutable_traits", "style", "evolution", "bond", "safety"];

/// Which version of the card format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    V2,
    V3,
}

/// Whether this is a card of any version.
pub(super) fn is_card(value: &Value) -> bool {
    let of_spec = matches!(value.get("spec").and_then(Value::as_str), Some("chara_card_v2" | "chara_card_v3"));
    let data = value.get("data").is_some_and(Value::is_object);
    let flat = |name: &str| value.get(name).is_some_and(Value::is_string);
    of_spec && data
        || flat("name") && ["first_mes", "mes_example", "personality", "system_prompt"].into_iter().any(flat)
}

/// The object with the card's fields: V1 has them at the top.
fn data(card: &Value) -> &Value {
    card.get("data").filter(|data| data.is_object()).unwrap_or(card)
}

fn text<'a>(data: &'a Value, name: &str) -> &'a str {
    data.get(name).and_then(Value::as_str).unwrap_or_default().trim()
}

fn texts(data: &Value, name: &str) -> Vec<String> {
    let list = data.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned).collect()
}

/// Makes a persona of a card and keeps the card beside it.
pub(super) fn import(card: &Value, notes: &mut Vec<String>) -> Result<Persona, CardError> {
    let mut persona = persona_of(card, notes);
    persona.extensions.insert(CARD.to_owned(), card.clone());
    let problems = persona.validate();
    if problems.is_empty() { Ok(persona) } else { Err(CardError::Unsound(problems)) }
}

fn persona_of(card: &Value, notes: &mut Vec<String>) -> Persona {
    let data = data(card);
    let mut long = |field: &str, text: &str| {
        if text.chars().count() > TEXT {
            notes.push(format!("{field} is cut to its first {TEXT} characters"));
        }
        clipped(text, TEXT)
    };
    let name = [text(data, "nickname"), text(data, "name")].into_iter().find(|name| !name.is_empty());
    let name = clipped(name.unwrap_or("A character"), NAME);
    let given = ["personality", "system_prompt", "post_history_instructions"].map(|field| text(data, field));
    let instructions = given.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let described = [text(data, "description"), text(data, "personality"), text(data, "scenario"), name.as_str()];
    let description = described.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let mut greetings = vec![text(data, "first_mes").to_owned()];
    greetings.extend(texts(data, "alternate_greetings"));
    greetings.retain(|greeting| !greeting.is_empty());
    let labels = |name: &str| -> Vec<String> { texts(data, name).iter().take(200).map(|t| clipped(t, NAME)).collect() };

    let mut persona = Persona {
        id: id_of(text(data, "name")),
        name: name.clone(),
        description: long("description", description),
        version: clipped(text(data, "character_version"), NAME),
        author: clipped(text(data, "creator"), NAME),
        category: "character".into(),
        tags: labels("tags"),
        greetings: greetings.iter().take(200).map(|greeting| long("a greeting", greeting)).collect(),
        scenario: long("scenario", text(data, "scenario")),
        examples: examples(&long("mes_example", text(data, "mes_example")), &name),
        ..Persona::default()
    };
    persona.style.instructions = long("personality", &instructions);
    let about = format!("{description}\n{instructions}\n{}", persona.tags.join(" "));
    guess::from_text(&mut persona, &about);
    if let Some(book) = data.get("character_book").filter(|book| book.is_object()) {
        persona.lorebook = lore::import(book, notes);
    }
    match data.pointer("/extensions/philia").and_then(Value::as_object) {
        Some(own) => with_own_fields(persona, own, notes),
        None => persona,
    }
}

/// Lays what Philia once wrote into the card over what could be read from the rest of it.
fn with_own_fields(persona: Persona, own: &Map<String, Value>, notes: &mut Vec<String>) -> Persona {
    let mut fields = persona.to_map();
    // What was empty was not written: where all of it was, what is missing is not to be guessed.
    let whole = own.contains_key("id");
    for name in OWN_FIELDS {
        match own.get(name) {
            Some(value) => drop(fields.insert(name.to_owned(), value.clone())),
            None if whole && !matches!(name, "temperament" | "style") => drop(fields.remove(name)),
            None => {}
        }
    }
    // Instructions are the card's to say.
    if let Some(style) = fields.get_mut("style").and_then(Value::as_object_mut) {
        style.insert("instructions".into(), json!(persona.style.instructions));
    }
    Persona::from_map(fields).unwrap_or_else(|problems| {
        notes.extend(problems.iter().map(|problem| format!("extensions.philia is passed over: {problem}")));
        persona
    })
}

/// The exchanges of a `mes_example`: lines that begin with `{{user}}:` or `{{char}}:` or the name, in blocks between
/// `<START>`s. What the character says unasked stands after three dots.
fn examples(text: &str, name: &str) -> Vec<Example> {
    let speaker = |line: &str| -> Option<(bool, usize)> {
        let (who, _) = line.split_once(':')?;
        let bare = who.trim().trim_start_matches(['{', '<']).trim_end_matches(['}', '>']);
        let is = |known: &str| bare.eq_ignore_ascii_case(known);
        let user = is("user") || is("you");
        (user || is("char") || is("bot") || bare == name).then_some((user, who.len() + 1))
    };
    let mut found = Vec::new();
    for block in text.split("<START>") {
        let mut turns: Vec<(bool, String)> = Vec::new();
        for line in block.lines() {
            match (speaker(line.trim_start()), turns.last_mut()) {
                (Some((user, at)), last) => {
                    let said = line.trim_start()[at..].trim();
                    match last {
                        Some((same, before)) if *same == user => *before = format!("{before}\n{said}"),
                        _ => turns.push((user, said.to_owned())),
                    }
                }
                (None, Some((_, said))) => *said = format!("{said}\n{line}"),
                (None, None) => {}
            }
        }
        let mut asked: Option<String> = None;
        for (user, said) in turns {
            let said = said.trim().to_owned();
            if user {
                asked = Some(said).filter(|said| !said.is_empty());
            } else if !said.is_empty() {
                found.push(Example { user: asked.take().unwrap_or_else(|| "…".into()), reply: said });
            }
        }
    }
    found.truncate(500);
    found
}

fn mes_example(examples: &[Example]) -> String {
    let block = |e: &Example| format!("<START>\n{{{{user}}}}: {}\n{{{{char}}}}: {}\n", e.user, e.reply);
    examples.iter().map(block).collect()
}

/// Writes a persona as a card. What has not changed since its import is written as it was.
pub(super) fn export(persona: &Persona, spec: Spec) -> Value {
    let base = persona.extensions.get(CARD).filter(|card| is_card(card)).cloned();
    let before = base.as_ref().map(|card| persona_of(card, &mut Vec::new()));
    let mut card = skeleton(base, spec);
    let Some(Value::Object(data)) = card.get_mut("data") else { return card };
    let before = before.as_ref();

    let mut set = |changed: bool, fields: &[(&str, Value)]| {
        for (name, value) in fields.iter().filter(|_| changed) {
            data.insert((*name).to_owned(), value.clone());
        }
    };
    let is_new = |same: fn(&Persona, &Persona) -> bool| before.is_none_or(|before| !same(before, persona));
    set(is_new(|a, b| a.name == b.name), &[("name", json!(persona.name))]);
    set(is_new(|a, b| a.description == b.description), &[("description", json!(persona.description))]);
    set(is_new(|a, b| a.scenario == b.scenario), &[("scenario", json!(persona.scenario))]);
    set(
        is_new(|a, b| a.style.instructions == b.style.instructions),
        &[
            ("personality", json!(persona.style.instructions)),
            ("system_prompt", json!("")),
            ("post_history_instructions", json!("")),
        ],
    );
    let (first, others) = persona.greetings.split_first().map_or(("", &[][..]), |(first, others)| (first, others));
    set(
        is_new(|a, b| a.greetings == b.greetings),
        &[("first_mes", json!(first)), ("alternate_greetings", json!(others))],
    );
    // They may be told by name.
    let as_before: fn(&Persona, &Persona) -> bool = |a, b| a.examples == b.examples && a.name == b.name;
    set(is_new(as_before), &[("mes_example", json!(mes_example(&persona.examples)))]);
    set(is_new(|a, b| a.tags == b.tags), &[("tags", json!(persona.tags))]);
    set(is_new(|a, b| a.author == b.author), &[("creator", json!(persona.author))]);
    set(is_new(|a, b| a.version == b.version), &[("character_version", json!(persona.version))]);
    if before.is_some_and(|before| before.name != persona.name) {
        // Otherwise the character would still be called by it.
        data.remove("nickname");
    }
    let had_book = before.map_or_else(Lorebook::default, |before| before.lorebook.clone());
    if had_book != persona.lorebook {
        let book = lore::export(&persona.lorebook, data.get("character_book").filter(|book| book.is_object()));
        data.insert("character_book".into(), book);
    }
    let own = own_fields(persona);
    if before.is_none_or(|before| own_fields(before) != own) {
        let extensions = data.entry("extensions").or_insert_with(|| json!({}));
        if !extensions.is_object() {
            *extensions = json!({});
        }
        extensions[OWN] = Value::Object(own);
    }
    if spec == Spec::V3 {
        complete_v3(data);
    }
    card
}

/// The fields of a persona that cards have no place for.
fn own_fields(persona: &Persona) -> Map<String, Value> {
    let mut fields = persona.to_map();
    fields.retain(|name, _| OWN_FIELDS.contains(&name.as_str()));
    if let Some(style) = fields.get_mut("style").and_then(Value::as_object_mut) {
        style.remove("instructions");
    }
    fields
}

/// The card to start from: the one that was imported, lifted to this version, or an empty one.
fn skeleton(base: Option<Value>, spec: Spec) -> Value {
    let (name, version) = match spec {
        Spec::V2 => ("chara_card_v2", "2.0"),
        Spec::V3 => ("chara_card_v3", "3.0"),
    };
    let mut card = match base {
        Some(card) if card.get("data").is_some_and(Value::is_object) => card,
        Some(flat) => json!({"data": flat}),
        None => json!({"data": {}}),
    };
    card["spec"] = json!(name);
    if card.get("spec_version").and_then(Value::as_str).is_none_or(|had| !had.starts_with(&version[..2])) {
        card["spec_version"] = json!(version);
    }
    if let Some(data) = card.get_mut("data").and_then(Value::as_object_mut) {
        const TEXTS: [&str; 11] = [
            "name",
            "description",
            "personality",
            "scenario",
            "first_mes",
            "mes_example",
            "creator_notes",
            "system_prompt",
            "post_history_instructions",
            "creator",
            "character_version",
        ];
        for name in TEXTS {
            data.entry(name).or_insert_with(|| json!(""));
        }
        for name in ["alternate_greetings", "tags"] {
            data.entry(name).or_insert_with(|| json!([]));
        }
        data.entry("extensions").or_insert_with(|| json!({}));
    }
    card
}

/// What V3 asks for and V2 does not have.
fn complete_v3(data: &mut Map<String, Value>) {
    data.entry("group_only_greetings").or_insert_with(|| json!([]));
    let entries = data.get_mut("character_book").and_then(|book| book.get_mut("entries")).and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
        entry.entry("use_regex").or_insert(json!(false));
    }
}
