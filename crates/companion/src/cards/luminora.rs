//! LuminoraCore's persona JSON, v1.0 and v1.1 (with `hierarchical_config`, `affinity_config`, `memory_preferences`).

use super::{CardError, LUMINORA, clipped, id_of};
use philia_mind::Persona;
use philia_mind::bond::{BondPolicy, Level, Overrides, StyleOverrides, Thresholds};
use philia_mind::persona::{Example, Temperament};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

const NAME: usize = 120;
const TEXT: usize = 40_000;

/// The ten archetypes: openness, conscientiousness, extraversion, agreeableness, neuroticism; warmth, curiosity,
/// assertiveness.
const ARCHETYPES: [(&str, [f64; 5], [f64; 3]); 10] = [
    ("scientist", [0.90, 0.75, 0.50, 0.60, 0.30], [60.0, 95.0, 60.0]),
    ("adventurer", [0.90, 0.40, 0.85, 0.60, 0.25], [65.0, 85.0, 75.0]),
    ("caregiver", [0.55, 0.70, 0.55, 0.95, 0.35], [95.0, 55.0, 40.0]),
    ("skeptic", [0.70, 0.70, 0.40, 0.30, 0.40], [40.0, 75.0, 75.0]),
    ("trendy", [0.75, 0.40, 0.85, 0.65, 0.45], [70.0, 65.0, 60.0]),
    ("leader", [0.65, 0.85, 0.80, 0.50, 0.20], [60.0, 60.0, 90.0]),
    ("motivator", [0.70, 0.70, 0.90, 0.80, 0.20], [85.0, 60.0, 80.0]),
    ("rebel", [0.90, 0.30, 0.65, 0.30, 0.50], [50.0, 75.0, 85.0]),
    ("academic", [0.85, 0.90, 0.35, 0.55, 0.30], [50.0, 85.0, 65.0]),
    ("charming", [0.65, 0.50, 0.85, 0.75, 0.30], [80.0, 60.0, 65.0]),
];

/// Whether this is such a persona.
pub(super) fn is_luminora(value: &Value) -> bool {
    value.get("persona").is_some_and(Value::is_object)
        && ["core_traits", "linguistic_profile", "behavioral_rules"].iter().any(|part| value.get(part).is_some())
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().trim()
}

fn texts(value: &Value, path: &str) -> Vec<String> {
    let list = value.pointer(path).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(|t| clipped(t.trim(), TEXT)).filter(|t| !t.is_empty()).collect()
}

/// A number of 0..1, if it is there and one.
fn share(value: &Value, name: &str) -> Option<f64> {
    value.pointer("/advanced_parameters")?.get(name)?.as_f64().map(|share| share.clamp(0.0, 1.0))
}

/// Makes a persona of it and keeps it beside.
pub(super) fn import(value: &Value, notes: &mut Vec<String>) -> Result<Persona, CardError> {
    let mut persona = persona_of(value, notes);
    persona.extensions.insert(LUMINORA.to_owned(), value.clone());
    let problems = persona.validate();
    if problems.is_empty() { Ok(persona) } else { Err(CardError::Unsound(problems)) }
}

fn persona_of(value: &Value, notes: &mut Vec<String>) -> Persona {
    let labels =
        |path: &str| -> Vec<String> { texts(value, path).iter().take(200).map(|t| clipped(t, NAME)).collect() };
    let name = clipped(text(value, "/persona/name"), NAME);
    let description = clipped(text(value, "/persona/description"), TEXT);
    let mut persona = Persona {
        id: id_of(&name),
        description: if description.is_empty() { name.clone() } else { description },
        version: clipped(text(value, "/persona/version"), NAME),
        author: clipped(text(value, "/persona/author"), NAME),
        category: clipped(text(value, "/core_traits/archetype"), NAME),
        tags: labels("/persona/tags"),
        language: text(value, "/persona/language").to_owned(),
        greetings: texts(value, "/trigger_responses/on_greeting").into_iter().take(200).collect(),
        examples: examples(value),
        name,
        ..Persona::default()
    };
    character(&mut persona, value);
    persona.style.instructions = clipped(&instructions(value), TEXT);
    persona.safety.refuses = labels("/safety_guards/forbidden_topics");
    persona
        .safety
        .refuses
        .extend(labels("/safety_guards/content_filters").iter().map(|kind| format!("{kind} content")));
    persona.safety.refuses.truncate(200);
    persona.bond = bond(&persona, value, notes);
    persona
}

fn examples(value: &Value) -> Vec<Example> {
    let samples = value.pointer("/examples/sample_responses").and_then(Value::as_array).into_iter().flatten();
    samples
        .map(|sample| Example {
            user: clipped(text(sample, "/input"), TEXT),
            reply: clipped(text(sample, "/output"), TEXT),
        })
        .filter(|example| !example.user.is_empty() && !example.reply.is_empty())
        .take(500)
        .collect()
}

/// Temperament, traits and style, by the archetype, the words for temperament and talk, and the parameters.
fn character(persona: &mut Persona, value: &Value) {
    let archetype = text(value, "/core_traits/archetype");
    let known = ARCHETYPES.iter().find(|(name, ..)| *name == archetype);
    let (five, three) = known.map_or(([0.5; 5], [60.0; 3]), |(_, five, three)| (*five, *three));
    let mut t = Temperament {
        openness: five[0],
        conscientiousness: five[1],
        extraversion: five[2],
        agreeableness: five[3],
        neuroticism: five[4],
    };
    match text(value, "/core_traits/temperament") {
        "calm" => t.neuroticism -= 0.1,
        "energetic" => t.extraversion += 0.15,
        "serious" => t.conscientiousness += 0.1,
        "playful" => t.extraversion += 0.1,
        "mysterious" => t.extraversion -= 0.15,
        "direct" => t.agreeableness -= 0.1,
        "cool" => t.neuroticism -= 0.15,
        _ => {}
    }
    let within = |x: f64| x.clamp(0.0, 1.0);
    persona.temperament = Temperament {
        openness: within(t.openness),
        conscientiousness: within(t.conscientiousness),
        extraversion: within(t.extraversion),
        agreeableness: within(t.agreeableness),
        neuroticism: within(t.neuroticism),
    };
    for (name, points) in ["warmth", "curiosity", "assertiveness"].into_iter().zip(three) {
        persona.traits.insert(name.to_owned(), points);
    }
    persona.style.formality = match text(value, "/core_traits/communication_style") {
        "formal" => 8.0,
        "technical" => 6.0,
        "casual" | "humorous" => 2.0,
        _ => 4.0,
    };
    let parameters = parameters(value);
    persona.traits.extend(parameters.traits);
    let style = &mut persona.style;
    style.formality = parameters.style.formality.unwrap_or(style.formality);
    style.verbosity = parameters.style.verbosity.unwrap_or(style.verbosity);
    style.wit = parameters.style.wit.unwrap_or(style.wit);
}

/// What the `advanced_parameters` of 0..1 mean for traits and style.
fn parameters(value: &Value) -> Overrides {
    let mut out = Overrides::default();
    for (name, trait_name) in
        [("humor", "humor"), ("empathy", "empathy"), ("creativity", "imagination"), ("directness", "assertiveness")]
    {
        if let Some(share) = share(value, name) {
            out.traits.insert(trait_name.to_owned(), share * 100.0);
        }
    }
    out.style.formality = share(value, "formality").map(|x| x * 10.0);
    out.style.verbosity = share(value, "verbosity").map(|x| x * 10.0);
    out.style.wit = share(value, "humor").map(|x| x * 10.0);
    out
}

fn instructions(value: &Value) -> String {
    let mut out = texts(value, "/behavioral_rules").join("\n");
    let listed = [
        ("Tone", texts(value, "/linguistic_profile/tone")),
        ("Words you like", texts(value, "/linguistic_profile/vocabulary")),
        ("Little words in between", texts(value, "/linguistic_profile/fillers")),
    ];
    for (heading, words) in listed.iter().filter(|(_, words)| !words.is_empty()) {
        let _ = write!(out, "\n{heading}: {}.", words.join(", "));
    }
    let named = [
        ("Sentences", text(value, "/linguistic_profile/syntax")),
        ("Punctuation", text(value, "/linguistic_profile/punctuation_style")),
    ];
    for (heading, word) in named.iter().filter(|(_, word)| !word.is_empty()) {
        let _ = write!(out, "\n{heading}: {word}.");
    }
    for (when, path) in [
        ("When you are confused", "/trigger_responses/on_confusion"),
        ("When something went well", "/trigger_responses/on_success"),
        ("When you made a mistake", "/trigger_responses/on_error"),
        ("When they say goodbye", "/trigger_responses/on_goodbye"),
    ] {
        if let Some(said) = texts(value, path).first() {
            let _ = write!(out, "\n{when}, for instance: {said}");
        }
    }
    out.trim().to_owned()
}

/// The levels of v1.1. Theirs add to the parameters, ours say what they become.
fn bond(persona: &Persona, value: &Value, notes: &mut Vec<String>) -> BondPolicy {
    let mut policy = BondPolicy::default();
    let levels = value.pointer("/hierarchical_config/relationship_levels").and_then(Value::as_array);
    let mut ended = None;
    let mut thresholds = Thresholds::default();
    for given in levels.into_iter().flatten() {
        let name = text(given, "/name").to_lowercase().replace([' ', '-'], "_");
        let range = |i: usize| given.pointer(&format!("/affinity_range/{i}")).and_then(Value::as_f64);
        // Whole points from 21 on are all points after 20.
        let start = range(0).map(|start| ended.filter(|end| (start - end - 1.0_f64).abs() < 1e-9).unwrap_or(start));
        ended = range(1);
        let Some(level) = Level::ALL.into_iter().find(|level| level.as_str() == name) else {
            notes.push(format!("the level {name:?} is passed over; allowed: stranger to soulmate"));
            continue;
        };
        let slot = match level {
            Level::Stranger => None,
            Level::Acquaintance => Some(&mut thresholds.acquaintance),
            Level::Friend => Some(&mut thresholds.friend),
            Level::CloseFriend => Some(&mut thresholds.close_friend),
            Level::Soulmate => Some(&mut thresholds.soulmate),
        };
        if let (Some(slot), Some(start)) = (slot, start) {
            *slot = start;
        }
        let overrides = changes(persona, given.pointer("/modifiers").unwrap_or(&Value::Null));
        if overrides != Overrides::default() {
            policy.overrides.insert(level, overrides);
        }
    }
    policy.thresholds = thresholds;
    if !policy.problems().is_empty() {
        notes.push("the levels do not begin one after the other; the usual ones are used".to_owned());
        policy.thresholds = Thresholds::default();
    }
    policy
}

fn changes(persona: &Persona, modifiers: &Value) -> Overrides {
    let delta = |name: &str| modifiers.pointer("/advanced_parameters")?.get(name)?.as_f64();
    let mut out = Overrides::default();
    for (name, trait_name) in [("humor", "humor"), ("creativity", "imagination"), ("directness", "assertiveness")] {
        if let Some(delta) = delta(name) {
            let had = persona.traits.get(trait_name).copied().unwrap_or(50.0);
            out.traits.insert(trait_name.to_owned(), (had + delta * 100.0).clamp(0.0, 100.0));
        }
    }
    let style = &persona.style;
    let moved = |name: &str, had: f64| delta(name).map(|delta| (had + delta * 10.0).clamp(0.0, 10.0));
    out.style = StyleOverrides {
        formality: moved("formality", style.formality),
        verbosity: moved("verbosity", style.verbosity),
        wit: moved("humor", style.wit),
        instructions: Some(texts(modifiers, "/behavioral_adjustments").join("\n")).filter(|text| !text.is_empty()),
        ..StyleOverrides::default()
    };
    out
}

/// Writes a persona in this form. What has not changed since its import is written as it was; `affinity_config` and
/// `memory_preferences` are carried along.
pub(super) fn export(persona: &Persona) -> Value {
    let base = persona.extensions.get(LUMINORA).filter(|value| is_luminora(value)).cloned();
    let before = base.as_ref().map(|value| persona_of(value, &mut Vec::new()));
    let mut out = base.unwrap_or_else(|| json!({}));
    let is_new = |same: fn(&Persona, &Persona) -> bool| before.as_ref().is_none_or(|before| !same(before, persona));
    let mut set = |changed: bool, part: &str, name: &str, value: Value| {
        if changed {
            if !out[part].is_object() {
                out[part] = Value::Object(Map::new());
            }
            out[part][name] = value;
        }
    };
    let p = "persona";
    set(is_new(|a, b| a.name == b.name), p, "name", json!(clipped(&persona.name, 100)));
    set(
        is_new(|a, b| a.description == b.description),
        p,
        "description",
        json!(clipped(persona.description.trim(), 500)),
    );
    set(is_new(|a, b| a.version == b.version), p, "version", json!(version(&persona.version)));
    let author = if persona.author.is_empty() { "unknown" } else { &persona.author };
    set(is_new(|a, b| a.author == b.author), p, "author", json!(clipped(author, 100)));
    set(is_new(|a, b| a.tags == b.tags), p, "tags", json!(persona.tags));
    let language = persona.language.split('-').next().filter(|language| !language.is_empty()).unwrap_or("en");
    set(is_new(|a, b| a.language == b.language), p, "language", json!(language));
    if before.is_none() {
        set(true, p, "compatibility", json!(["openai", "anthropic", "llama", "mistral", "cohere", "google"]));
        set(true, "linguistic_profile", "tone", json!([tone(persona)]));
        set(true, "linguistic_profile", "syntax", json!("varied"));
        set(true, "linguistic_profile", "vocabulary", json!([]));
        set(true, "core_traits", "communication_style", json!("conversational"));
        set(true, "core_traits", "temperament", json!(temperament_word(persona)));
    }
    set(is_new(|a, b| a.temperament == b.temperament), "core_traits", "archetype", json!(nearest_archetype(persona)));
    let style = &persona.style;
    let points = |name: &str| persona.all_traits().get(name).copied().unwrap_or(50.0) / 100.0;
    let parameters = "advanced_parameters";
    set(is_new(|a, b| a.style.formality == b.style.formality), parameters, "formality", json!(style.formality / 10.0));
    set(is_new(|a, b| a.style.verbosity == b.style.verbosity), parameters, "verbosity", json!(style.verbosity / 10.0));
    for (changed, name, value) in [
        (is_new(|a, b| a.traits.get("humor") == b.traits.get("humor")), "humor", points("humor")),
        (is_new(|a, b| a.traits.get("empathy") == b.traits.get("empathy")), "empathy", points("empathy")),
        (
            is_new(|a, b| a.traits.get("imagination") == b.traits.get("imagination")),
            "creativity",
            points("imagination"),
        ),
        (
            is_new(|a, b| a.traits.get("assertiveness") == b.traits.get("assertiveness")),
            "directness",
            points("assertiveness"),
        ),
    ] {
        set(changed, parameters, name, json!(value));
    }
    set(is_new(|a, b| a.greetings == b.greetings), "trigger_responses", "on_greeting", json!(persona.greetings));
    set(
        is_new(|a, b| a.safety.refuses == b.safety.refuses),
        "safety_guards",
        "forbidden_topics",
        json!(persona.safety.refuses),
    );
    let samples: Vec<Value> = persona.examples.iter().map(|e| json!({"input": e.user, "output": e.reply})).collect();
    set(is_new(|a, b| a.examples == b.examples) && !samples.is_empty(), "examples", "sample_responses", json!(samples));
    if is_new(|a, b| a.style.instructions == b.style.instructions) {
        out["behavioral_rules"] = json!(rules(&persona.style.instructions));
    }
    out
}

/// A version of three numbers, which the format insists on.
fn version(version: &str) -> String {
    let numbers: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).take(3).collect();
    let number = |i: usize| numbers.get(i).copied().unwrap_or(if i == 0 { 1 } else { 0 });
    format!("{}.{}.{}", number(0), number(1), number(2))
}

/// Instructions as rules of at most 200 characters, a sentence each.
fn rules(instructions: &str) -> Vec<String> {
    let sentences = instructions.split_inclusive(['.', '\n', '!', '?']).map(|sentence| clipped(sentence.trim(), 200));
    let rules: Vec<String> = sentences.filter(|sentence| !sentence.is_empty()).collect();
    if rules.is_empty() { vec!["Stay in character.".to_owned()] } else { rules }
}

fn nearest_archetype(persona: &Persona) -> &'static str {
    let t = &persona.temperament;
    let own = [t.openness, t.conscientiousness, t.extraversion, t.agreeableness, t.neuroticism];
    let distance = |five: &[f64; 5]| own.iter().zip(five).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let nearest = ARCHETYPES.iter().min_by(|(_, a, _), (_, b, _)| distance(a).total_cmp(&distance(b)));
    nearest.map_or("charming", |(name, ..)| name)
}

fn tone(persona: &Persona) -> &'static str {
    if persona.all_traits().get("warmth").is_some_and(|warmth| *warmth >= 60.0) { "warm" } else { "calm" }
}

fn temperament_word(persona: &Persona) -> &'static str {
    let t = &persona.temperament;
    match () {
        () if t.extraversion >= 0.7 => "energetic",
        () if persona.style.wit >= 7.0 => "playful",
        () if t.agreeableness < 0.4 => "direct",
        () if t.neuroticism < 0.35 => "calm",
        () => "serious",
    }
}
