//! Documents as JSONB, to the last digit.
//!
//! JSONB holds strings without the character NUL, and numbers as decimal digits: what was a float comes back as one if
//! its digits have a point. Almost every document is such; beside one that is not, its text is kept as well.

use philia_ports::store::Doc;
use serde_json::{Map, Value};

/// Floats from here on are written without a point by PostgreSQL, and would come back as whole numbers.
const POINTLESS: f64 = 1e15;

/// A document as its table keeps it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// For the column `doc`.
    pub(crate) doc: String,
    /// For the column `exact`: the document as it is, where `doc` is only like it.
    pub(crate) exact: Option<String>,
}

impl From<Doc> for Kept {
    fn from(doc: Doc) -> Self {
        let value = doc.value();
        if is_held(&value) {
            return Self { doc: doc.into(), exact: None };
        }
        Self { doc: without_nul(&value).to_string(), exact: Some(doc.into()) }
    }
}

/// Does JSONB give back what it was given?
fn is_held(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            float.is_none_or(|float| float.abs() < POINTLESS && (float != 0.0 || float.is_sign_positive()))
        }
        Value::String(text) => !text.contains('\0'),
        Value::Array(items) => items.iter().all(is_held),
        Value::Object(fields) => fields.iter().all(|(name, value)| !name.contains('\0') && is_held(value)),
    }
}

fn without_nul(value: &Value) -> Value {
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => items.iter().map(without_nul).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (clean(name), without_nul(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_jsonb_would_change_is_kept_twice() {
        for held in [
            json!({}),
            json!({ "a": [1, 0.5, -3, u64::MAX, i64::MIN, 1e-7, 5e-324, 999_999_999_999.25], "\u{1}": "\u{fffd}\\u0000" }),
            json!({ "zero": 0.0, "whole": 1.0, "null": null, "deep": [[{ "b": true }]] }),
        ] {
            assert_eq!(Kept::from(Doc::from(held.clone())), Kept { doc: held.to_string(), exact: None }, "{held}");
        }
        for changed in [json!({ "a": 1e16 }), json!({ "a": [-1e300] }), json!({ "a": { "b": -0.0 } })] {
            let kept = Kept::from(Doc::from(changed.clone()));
            assert_eq!((&kept.doc, kept.exact.as_ref()), (&changed.to_string(), Some(&changed.to_string())));
        }
        let nul = json!({ "a\0": ["b\0c", "\\u0000"] });
        let kept = Kept::from(Doc::from(nul.clone()));
        assert_eq!(kept.doc, json!({ "a\u{fffd}": ["b\u{fffd}c", "\\u0000"] }).to_string());
        assert_eq!(kept.exact, Some(nul.to_string()));
    }
}
