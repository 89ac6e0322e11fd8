//! JSON as it is meant: no key of an object stands there twice, and a list is not taken for the fields of an object in
//! their order, however deep. What derives `Deserialize` would take both.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};
use std::fmt;

/// Reads a text that is JSON.
///
/// # Errors
/// It is none, or a key is there twice.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Once.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads a value as what it is to be.
///
/// # Errors
/// It is something else.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Strict(value))
}

/// Any value, with each key once.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = pairs.next_key::<String>()? {
            if fields.contains_key(&key) {
                let short: String = key.chars().take(100).collect();
                return Err(A::Error::custom(format_args!("the key {short:?} is there twice")));
            }
            fields.insert(key, pairs.next_value_seed(Self)?);
        }
        Ok(fields.into())
    }
}

/// A value of which no list is taken for an object.
#[derive(Clone, Copy)]
struct Strict<'de>(&'de Value);

impl<'de> Strict<'de> {
    fn list<V: Visitor<'de>>(items: &'de [Value], visitor: V) -> Result<V::Value, Error> {
        let mut items = SeqDeserializer::new(items.iter().map(Strict));
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn fields<V: Visitor<'de>>(fields: &'de Map<String, Value>, visitor: V) -> Result<V::Value, Error> {
        let mut fields = MapDeserializer::new(fields.iter().map(|(key, value)| (key.as_str(), Strict(value))));
        let value = visitor.visit_map(&mut fields)?;
        fields.end()?;
        Ok(value)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Strict<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => Self::list(items, visitor),
            Value::Object(fields) => Self::fields(fields, visitor),
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => Self::fields(fields, visitor),
            other => other.deserialize_map(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) if fields.len() == 1 => {
                let fields = fields.iter().map(|(key, value)| (key.as_str(), Strict(value)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            other => other.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: i32,
        y: Option<i32>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Nothing,
        Dot(Point),
        Line { from: Point, to: Point },
        Sides(u8),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Drawing {
        shapes: Vec<Shape>,
        pair: (i32, f64),
        at: Option<Point>,
    }

    #[test]
    fn what_is_meant_is_read() {
        let value = json!({
            "shapes": ["nothing", {"dot": {"x": 1}}, {"line": {"from": {"x": 1, "y": 2}, "to": {"x": 3}}}, {"sides": 4}],
            "pair": [1, 2.5],
            "at": {"x": -1, "y": null},
        });
        let drawing: Drawing = read(&value).unwrap();
        let point = |x, y| Point { x, y };
        let line = Shape::Line { from: point(1, Some(2)), to: point(3, None) };
        assert_eq!(drawing.shapes, [Shape::Nothing, Shape::Dot(point(1, None)), line, Shape::Sides(4)]);
        assert_eq!((drawing.pair, drawing.at), ((1, 2.5), Some(point(-1, None))));
    }

    #[test]
    fn a_list_is_no_object() {
        for list in [
            json!({"shapes": [], "pair": [1, 2.5], "at": [1, 2]}),
            json!({"shapes": [{"dot": [1, 2]}], "pair": [1, 2.5]}),
            json!({"shapes": [{"line": {"from": [1, 2], "to": {"x": 2}}}], "pair": [1, 2.5]}),
            json!([[], [1, 2.5], null]),
        ] {
            assert!(serde_json::from_value::<Drawing>(list.clone()).is_ok(), "{list}");
            let error = read::<Drawing>(&list).unwrap_err().to_string();
            assert!(error.contains("invalid type: sequence"), "{list}: {error}");
        }
    }

    #[test]
    fn what_is_wrong_is_found_as_ever() {
        for wrong in [
            json!({"shapes": [], "pair": [1, 2.5, 3]}),
            json!({"shapes": [], "pair": [1]}),
            json!({"shapes": ["circle"], "pair": [1, 2.5]}),
            json!({"shapes": [{"dot": {"x": 1}, "sides": 4}], "pair": [1, 2.5]}),
            json!({"shapes": [{"sides": 300}], "pair": [1, 2.5]}),
            json!({"shapes": [7], "pair": [1, 2.5]}),
            json!({"pair": [1, 2.5]}),
        ] {
            assert!(serde_json::from_value::<Drawing>(wrong.clone()).is_err(), "{wrong}");
            assert!(read::<Drawing>(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_stands_there_once() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"c": 1, "a": 2, "\u0061": 3}}]"#] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("the key \"a\" is there twice"), "{error}");
        }
        let text = r#" {"a": {"a": [null, true, -1, 18446744073709551615, 1.5, "\u00e9"]}, "b": {"a": 1e2}} "#;
        assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        for text in ["", "{", "{} {}", "1e999", "\"\\ud800\""] {
            let is_syntax = |error: Error| error.is_syntax() || error.is_eof();
            assert!(parse(text.as_bytes()).is_err_and(is_syntax), "{text}");
        }
    }
}
