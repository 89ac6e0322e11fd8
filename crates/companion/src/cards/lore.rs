//! A card's `character_book` and a persona's lorebook.

use philia_mind::persona::{LoreEntry, Lorebook, lore};
use serde_json::{Map, Value, json};

const MOST_ENTRIES: usize = 5000;
const MOST_KEYS: usize = 200;
const LONGEST: usize = 40_000;

/// The entries of a book as they are written, in order.
fn written(book: &Value) -> Vec<&Value> {
    match book.get("entries") {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(Value::Object(entries)) => entries.values().collect(),
        _ => Vec::new(),
    }
}

/// The lorebook of a `character_book`; what cannot be used is switched off, and said in `notes`.
pub(super) fn import(book: &Value, notes: &mut Vec<String>) -> Lorebook {
    let plain = Lorebook::default();
    let whole = |name: &str| book.get(name).and_then(Value::as_u64).filter(|n| *n > 0);
    let within = |n: u64, most: u32| u32::try_from(n).unwrap_or(most).min(most);
    let all = written(book);
    if all.len() > MOST_ENTRIES {
        notes.push(format!("the lorebook has {} entries; the first {MOST_ENTRIES} are used", all.len()));
    }
    Lorebook {
        scan_depth: whole("scan_depth").map_or(plain.scan_depth, |n| within(n, 100)),
        token_budget: whole("token_budget").map_or(plain.token_budget, |n| within(n, 8192)),
        entries: all.into_iter().take(MOST_ENTRIES).enumerate().map(|(i, e)| entry(i, e, notes)).collect(),
    }
}

fn entry(i: usize, entry: &Value, notes: &mut Vec<String>) -> LoreEntry {
    let text = |name: &str| super::clipped(entry.get(name).and_then(Value::as_str).unwrap_or_default(), LONGEST);
    let on = |name: &str| entry.get(name).and_then(Value::as_bool);
    let keys = |name: &str| -> Vec<String> {
        let list = entry.get(name).and_then(Value::as_array).into_iter().flatten();
        let usable = |key: &&str| !key.trim().is_empty() && key.len() <= lore::LONGEST_PATTERN;
        list.filter_map(Value::as_str).filter(usable).take(MOST_KEYS).map(str::to_owned).collect()
    };
    let order = entry.get("insertion_order").and_then(|n| n.as_i64().or_else(|| n.as_f64().map(|n| n as i64)));
    let mut made = LoreEntry {
        name: text("name"),
        keys: keys("keys"),
        secondary_keys: if on("selective").unwrap_or(false) { keys("secondary_keys") } else { Vec::new() },
        regex: on("use_regex").unwrap_or(false),
        content: text("content"),
        enabled: on("enabled").unwrap_or(true),
        insertion_order: order.unwrap_or(100),
        constant: on("constant").unwrap_or(false),
        case_sensitive: on("case_sensitive").unwrap_or(false),
    };
    if made.regex && made.enabled {
        let all = made.keys.iter().chain(&made.secondary_keys);
        let wrong = all.filter_map(|key| lore::pattern(key.trim(), made.case_sensitive).err()).next();
        if let Some(why) = wrong {
            notes.push(format!("the lorebook's entry {} is switched off: its pattern cannot be used ({why})", i + 1));
            made.enabled = false;
        }
    }
    made
}

/// The `character_book` of a lorebook. Entries that are still as `base` has them are written as they were.
pub(super) fn export(book: &Lorebook, base: Option<&Value>) -> Value {
    let mut out = base
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_else(|| Map::from_iter([("extensions".to_owned(), json!({}))]));
    let mut before: Vec<(LoreEntry, &Value)> = base
        .map(|base| written(base).into_iter().map(|e| (entry(0, e, &mut Vec::new()), e)).collect())
        .unwrap_or_default();
    let mut entries = Vec::new();
    for (i, made) in book.entries.iter().enumerate() {
        entries.push(match before.iter().position(|(earlier, _)| earlier == made) {
            Some(at) => before.remove(at).1.clone(),
            None => written_anew(i, made),
        });
    }
    let was = base.map(|base| import(base, &mut Vec::new())).unwrap_or_default();
    if book.scan_depth != was.scan_depth {
        out.insert("scan_depth".into(), json!(book.scan_depth));
    }
    if book.token_budget != was.token_budget {
        out.insert("token_budget".into(), json!(book.token_budget));
    }
    out.insert("entries".into(), Value::Array(entries));
    Value::Object(out)
}

fn written_anew(i: usize, entry: &LoreEntry) -> Value {
    json!({
        "id": i,
        "name": entry.name,
        "keys": entry.keys,
        "secondary_keys": entry.secondary_keys,
        "selective": !entry.secondary_keys.is_empty(),
        "use_regex": entry.regex,
        "content": entry.content,
        "enabled": entry.enabled,
        "insertion_order": entry.insertion_order,
        "constant": entry.constant,
        "case_sensitive": entry.case_sensitive,
        "extensions": {},
    })
}
