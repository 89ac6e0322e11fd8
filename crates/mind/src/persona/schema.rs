//! What a persona file may say: one table of fields, from which the checks and the published JSON Schema come.

use serde_json::{Map, Value, json};

/// The most characters of a name.
pub(super) const NAME: usize = 120;

/// The most characters of one long text.
pub(super) const TEXT: usize = 40_000;

/// One field: what it is called, what it means, and what may stand there.
pub(super) struct Field {
    pub(super) name: &'static str,
    about: &'static str,
    pub(super) need: Need,
    pub(super) shape: Shape,
}

/// When a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// In every file.
    Always,
    /// Once all parents have had their say.
    InTheEnd,
    Never,
}

/// What may stand in a field.
pub(super) enum Shape {
    /// Text with something in it, of at most so many characters.
    Text(usize),
    /// The same, or nothing.
    MaybeText(usize),
    /// a-z, 0-9, _ and -.
    Id,
    /// A BCP 47 tag, or nothing.
    Language,
    /// A finite number in this range.
    Number(f64, f64),
    /// A whole number in this range.
    Whole(i64, i64),
    Switch,
    OneOf(&'static [&'static str]),
    /// At most so many.
    List(&'static Shape, usize),
    /// By names of one's own.
    Map(&'static Shape),
    Record(&'static [Field]),
    /// An object that is carried along unread.
    Free,
}

use Need::{Always, InTheEnd, Never};
use Shape::{Free, Id, Language, List, MaybeText, Number, OneOf, Record, Switch, Text, Whole};

const fn field(name: &'static str, need: Need, shape: Shape, about: &'static str) -> Field {
    Field { name, about, need, shape }
}

const LABEL: Shape = Text(NAME);
const LONG: Shape = Text(TEXT);
const KEY: Shape = Text(super::lore::LONGEST_PATTERN);
const SHARE: Shape = Number(0.0, 1.0);
const POINTS: Shape = Number(0.0, 100.0);
const TENTHS: Shape = Number(0.0, 10.0);

const EXAMPLE: Shape = Record(&[
    field("user", Always, LONG, "The person's line."),
    field("reply", Always, LONG, "The character's answer."),
]);

const TEMPERAMENT: Shape = Record(&[
    field("openness", InTheEnd, SHARE, "Openness to experience."),
    field("conscientiousness", InTheEnd, SHARE, "Conscientiousness."),
    field("extraversion", InTheEnd, SHARE, "Extraversion."),
    field("agreeableness", InTheEnd, SHARE, "Agreeableness."),
    field("neuroticism", InTheEnd, SHARE, "Neuroticism."),
]);

const FORMALITY: Field = field("formality", Never, TENTHS, "Casual 0 to formal 10.");
const VERBOSITY: Field = field("verbosity", Never, TENTHS, "Terse 0 to talkative 10.");
const WIT: Field = field("wit", Never, TENTHS, "Earnest 0 to witty 10.");
const PROACTIVITY: Field = field("proactivity", Never, TENTHS, "Waits 0 to takes the first step 10.");
const EMOJIS: Field = field("use_emojis", Never, Switch, "Emoji in replies.");
const SUGGESTIONS: Field = field("provide_suggestions", Never, Switch, "Offers suggestions unasked.");
const QUESTIONS: Field = field("ask_clarifying_questions", Never, Switch, "Asks when something is unclear.");

const STYLE: Shape = Record(&[
    FORMALITY,
    VERBOSITY,
    WIT,
    PROACTIVITY,
    EMOJIS,
    SUGGESTIONS,
    QUESTIONS,
    field("expertise", Never, List(&LABEL, 100), "What the character knows well."),
    field("instructions", Never, MaybeText(TEXT), "Anything else, in free words."),
]);

const OVERRIDES: Shape = Record(&[
    field("traits", Never, Shape::Map(&POINTS), "Traits at this level. Immutable ones stay."),
    field(
        "style",
        Never,
        Record(&[
            FORMALITY,
            VERBOSITY,
            WIT,
            PROACTIVITY,
            EMOJIS,
            SUGGESTIONS,
            QUESTIONS,
            field("instructions", Never, MaybeText(TEXT), "Said after the character's own instructions."),
        ]),
        "How the character talks at this level.",
    ),
]);

const BOND: Shape = Record(&[
    field(
        "thresholds",
        Never,
        Record(&[
            field("acquaintance", Never, POINTS, "Points from which they are acquainted."),
            field("friend", Never, POINTS, "Points from which they are friends."),
            field("close_friend", Never, POINTS, "Points from which they are close friends."),
            field("soulmate", Never, POINTS, "Points from which they are as close as can be."),
        ]),
        "Where the levels of closeness begin, rising.",
    ),
    field(
        "overrides",
        Never,
        Record(&[
            field("stranger", Never, OVERRIDES, "While they hardly know each other."),
            field("acquaintance", Never, OVERRIDES, "While they get to know each other."),
            field("friend", Never, OVERRIDES, "As friends."),
            field("close_friend", Never, OVERRIDES, "As close friends."),
            field("soulmate", Never, OVERRIDES, "As close as can be."),
        ]),
        "What the character becomes with each level; a level that is not named changes nothing.",
    ),
]);

const LORE_ENTRY: Shape = Record(&[
    field("name", Never, MaybeText(TEXT), "What people call the entry; not in the prompt."),
    field("keys", Never, List(&KEY, 200), "The entry comes to mind when one of these is said."),
    field("secondary_keys", Never, List(&KEY, 200), "If there are any, one of these must have been said too."),
    field("regex", Never, Switch, "The keys are regular expressions, bare or as /pattern/flags."),
    field("content", Always, MaybeText(TEXT), "What comes to mind."),
    field("enabled", Never, Switch, "Whether the entry is used."),
    field(
        "insertion_order",
        Never,
        Whole(i64::MIN, i64::MAX),
        "Lower ones are told first, and kept first when room is short.",
    ),
    field("constant", Never, Switch, "Always there, whatever was said."),
    field("case_sensitive", Never, Switch, "Capitals matter in keys."),
]);

const LOREBOOK: Shape = Record(&[
    field("scan_depth", Never, Whole(1, 100), "How many of the latest messages are searched for keys."),
    field("token_budget", Never, Whole(0, 8192), "Tokens that what came to mind may take in the prompt."),
    field("entries", Never, List(&LORE_ENTRY, 5000), "The entries."),
]);

const EVOLUTION: Shape = Record(&[field(
    "speed",
    Never,
    OneOf(&["slow", "medium", "fast"]),
    "How fast the character grows: a quarter, half or all of every adjustment.",
)]);

const SAFETY: Shape = Record(&[
    field("refuses", Never, List(&LABEL, 200), "Topics the character does not go into."),
    field(
        "disclose_every_minutes",
        Never,
        Whole(1, super::Safety::LONGEST_CADENCE as i64),
        "Minutes of a conversation after which it says again that it is an AI.",
    ),
]);

/// A persona file.
pub(super) const PERSONA: &[Field] = &[
    field("id", Always, Id, "The name by which the character is chosen; the file's name."),
    field("parent", Never, Id, "The id of the persona that this one builds on."),
    field("name", InTheEnd, LABEL, "What the character is called."),
    field(
        "description",
        InTheEnd,
        LONG,
        "Who they are, in a few sentences. {{char}} and {{user}} stand for the two names, here and in all texts.",
    ),
    field("version", Never, MaybeText(NAME), "Version of this definition."),
    field("author", Never, MaybeText(NAME), "Who wrote it."),
    field("category", Never, MaybeText(NAME), "What it is for, in one word."),
    field("tags", Never, List(&LABEL, 200), "Free labels."),
    field("language", Never, Language, "BCP 47 language the character is written in."),
    field("greetings", Never, List(&LONG, 200), "First words at a first meeting."),
    field("scenario", Never, MaybeText(TEXT), "Where and when it plays, if anywhere."),
    field("examples", Never, List(&EXAMPLE, 500), "How the character talks, shown."),
    field("temperament", InTheEnd, TEMPERAMENT, "The Big Five. Fixed for a companion's life."),
    field("traits", Never, Shape::Map(&POINTS), "Traits that may change with time."),
    field("immutable_traits", Never, List(&Id, 100), "Traits that no evolution changes."),
    field("style", Never, STYLE, "How the character talks."),
    field("evolution", Never, EVOLUTION, "How it changes with time."),
    field("bond", Never, BOND, "Where closeness begins, and what the character becomes with it."),
    field("safety", Never, SAFETY, "What it holds back, on top of what every character keeps to."),
    field("lorebook", Never, LOREBOOK, "Background that comes to mind when it is spoken of."),
    field("extensions", Never, Free, "What other programs keep here, carried along unread."),
];

/// The JSON Schema (draft 2020-12) of a persona file.
pub fn json_schema() -> Value {
    let mut schema = record(PERSONA);
    let head = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("A persona")),
        (
            "description",
            json!(
                "The definition of a character, as TOML or JSON. What a file leaves out comes from its parent, or has a default."
            ),
        ),
        ("anyOf", json!([{"required": ["parent"]}, whole(PERSONA)])),
    ];
    schema.extend(head.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(schema)
}

/// What must be there where no parent brings it, all the way down.
fn whole(fields: &[Field]) -> Value {
    let must: Vec<&Field> = fields.iter().filter(|field| field.need == InTheEnd).collect();
    let names: Vec<&str> = must.iter().map(|field| field.name).collect();
    let within = must.iter().filter_map(|field| match &field.shape {
        Record(inner) => Some((field.name.to_owned(), whole(inner))),
        _ => None,
    });
    let within: Map<String, Value> = within.collect();
    if within.is_empty() { json!({"required": names}) } else { json!({"required": names, "properties": within}) }
}

fn record(fields: &[Field]) -> Map<String, Value> {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut property = of(&field.shape);
            property.insert("description".into(), field.about.into());
            (field.name.to_owned(), Value::Object(property))
        })
        .collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.need == Always).map(|f| f.name).collect();
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("additionalProperties".to_owned(), json!(false)),
        ("properties".to_owned(), Value::Object(properties)),
    ]);
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn of(shape: &Shape) -> Map<String, Value> {
    let schema = match shape {
        Text(most) => json!({"type": "string", "minLength": 1, "maxLength": most, "pattern": "\\S"}),
        MaybeText(most) => json!({"type": "string", "maxLength": most}),
        Id => json!({"type": "string", "pattern": format!("^[a-z0-9_-]{{1,{NAME}}}$")}),
        Language => json!({"type": "string", "pattern": "^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$"}),
        Number(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
        Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Switch => json!({"type": "boolean"}),
        OneOf(values) => json!({"enum": values}),
        List(item, most) => json!({"type": "array", "items": of(item), "maxItems": most}),
        Shape::Map(value) => {
            json!({"type": "object", "propertyNames": of(&Id), "additionalProperties": of(value)})
        }
        Record(fields) => return record(fields),
        Free => json!({"type": "object"}),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        let published: Value = serde_json::from_str(include_str!("../../../../personas/persona.schema.json")).unwrap();
        assert!(
            published == json_schema(),
            "run: cargo run -p philia-mind --example persona_schema > personas/persona.schema.json"
        );
    }

    #[test]
    fn the_table_names_the_fields_that_personas_have() {
        let persona = super::super::tests::full();
        let Value::Object(value) = serde_json::to_value(&persona).unwrap() else { panic!("an object") };
        let mut have: Vec<&str> = value.keys().map(String::as_str).collect();
        let mut table: Vec<&str> = PERSONA.iter().map(|f| f.name).filter(|n| *n != "parent").collect();
        have.sort_unstable();
        table.sort_unstable();
        assert_eq!(have, table);
    }
}
