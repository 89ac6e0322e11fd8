//! Documents: JSON as text, which engines keep as it is and use cases read as what it means.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value};
use std::fmt;

/// The text of a JSON document. What is written and read back is never taken apart on the way.
#[derive(Clone, Debug)]
pub struct Doc(Box<str>);

impl Doc {
    /// Writes a value down.
    ///
    /// # Errors
    /// What JSON cannot say, such as a map whose keys are no text.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        serde_json::to_string(value).map(|text| Self(text.into()))
    }

    /// The text that [`Doc::as_str`] gave, as an engine has kept it; none if it is no object, as far as its ends tell.
    /// Whether all of it still is JSON shows when it is read.
    pub fn kept(text: impl Into<Box<str>>) -> Option<Self> {
        Some(Self(text.into())).filter(|doc| doc.is_object() && doc.0.ends_with('}'))
    }

    /// What it says.
    ///
    /// # Errors
    /// It is damaged, or of another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.0)
    }

    /// What it says, whatever its shape; null if it is damaged.
    pub fn value(&self) -> Value {
        self.read().unwrap_or_default()
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there no text at all? No JSON is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is it an object, as far as its beginning tells?
    pub(super) fn is_object(&self) -> bool {
        self.0.trim_start().starts_with('{')
    }

    /// Are more than so many objects and lists within each other?
    pub(super) fn is_deeper_than(&self, most: usize) -> bool {
        // Where so few are opened at all, they need not be followed, and to count them takes next to nothing.
        let opened = self.0.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
        opened > most && self.depth() > most
    }

    /// How many objects and lists are within each other.
    fn depth(&self) -> usize {
        let (mut depth, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
        for byte in self.0.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => {
                    depth += 1;
                    most = most.max(depth);
                }
                b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        most
    }
}

impl fmt::Display for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Value> for Doc {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

impl From<Doc> for String {
    fn from(doc: Doc) -> Self {
        doc.0.into()
    }
}

/// Two documents are equal if they say the same: engines may order fields and space otherwise.
impl PartialEq for Doc {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
            || matches!((self.read::<Value>(), other.read::<Value>()), (Ok(one), Ok(other)) if one == other)
    }
}

impl PartialEq<Value> for Doc {
    fn eq(&self, other: &Value) -> bool {
        self.read::<Value>().is_ok_and(|value| value == *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn nested(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(nested).max().unwrap_or(0),
            Value::Object(fields) => 1 + fields.values().map(nested).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z\"\\\\{}\\[\\]\u{1}é]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a\"\\\\\\[{]{0,4}", inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_document_is_what_was_written(value in any_value()) {
            let doc = Doc::of(&value).unwrap();
            prop_assert_eq!(doc.value(), value.clone());
            prop_assert_eq!(doc.depth(), nested(&value));
            prop_assert_eq!(doc.is_object(), value.is_object());
            prop_assert_eq!(&Doc::from(value.clone()), &doc);
            prop_assert!(doc == value);
        }
    }

    #[test]
    fn documents_are_equal_by_what_they_say() {
        let (one, other) = (Doc::kept(r#"{"a":1,"b":[2]}"#).unwrap(), Doc::kept(r#"{ "b": [2], "a": 1 }"#).unwrap());
        assert_eq!(one, other);
        assert_ne!(one, Doc::from(json!({ "a": 1 })));
        let damaged = Doc::kept("{]}").unwrap();
        assert!(damaged.read::<Value>().is_err() && damaged.value().is_null());
        assert_ne!(damaged, Doc::from(Value::Null));
        for none in ["", "{", "[]", "null", "{} "] {
            assert_eq!(Doc::kept(none), None, "{none:?}");
        }
    }
}
