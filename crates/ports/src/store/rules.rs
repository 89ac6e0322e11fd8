//! The rules every engine applies alike: what a commit may hold, and where a scan begins and ends.
//!
//! They stand here so that an adapter only has to say how its engine keeps records, and so that no two adapters
//! disagree about what is allowed.

use super::{
    Change, Cursor, Draft, Key, Kind, MAX_CHANGES, MAX_DEPTH, MAX_PAGE, MAX_RECORD_BYTES, Order, PartitionId, Scan,
    StoreError,
};
use jiff::Timestamp;
use std::collections::HashSet;

/// Refuses what no store takes. Every [`Store::commit`](super::Store::commit) begins with it.
///
/// # Errors
/// [`StoreError::Invalid`] with what is wrong and what is allowed.
pub fn check_changes(changes: &[Change]) -> Result<(), StoreError> {
    if changes.is_empty() || changes.len() > MAX_CHANGES {
        return Err(StoreError::Invalid(format!(
            "a commit of {} changes is not allowed: 1 to {MAX_CHANGES}",
            changes.len()
        )));
    }
    let mut named = HashSet::with_capacity(changes.len());
    for change in changes {
        let key = change.key();
        check_id(key)?;
        if !named.insert(key) {
            return Err(StoreError::Invalid(format!("{key} is named twice in one commit; once is allowed")));
        }
        if let Change::Insert(draft) | Change::Put { draft, .. } = change {
            check_draft(draft)?;
        }
    }
    Ok(())
}

/// Refuses to follow what is not followed. Every [`Store::changes`](super::Store::changes) begins with it.
///
/// # Errors
/// [`StoreError::Invalid`] for jobs, which come and go with every turn and are found by
/// [`due`](super::StoreAdmin::due): a store keeps no trace of those that are done. Likewise for a limit of 0.
pub fn check_feed(kind: Kind, limit: usize) -> Result<(), StoreError> {
    if kind == Kind::Job {
        return Err(StoreError::Invalid("jobs are not followed; they are found when they are due".into()));
    }
    if limit == 0 {
        return Err(StoreError::Invalid("a limit of 0 is not allowed: at least 1".into()));
    }
    Ok(())
}

/// What a page of [`partitions`](super::StoreAdmin::partitions) holds: so many at most, those after this one.
///
/// # Errors
/// [`StoreError::Invalid`] for a limit of zero or a cursor that no store made.
pub fn partitions_page(limit: usize, cursor: Option<&Cursor>) -> Result<(usize, Option<PartitionId>), StoreError> {
    if limit == 0 {
        return Err(no_page());
    }
    Ok((limit.min(MAX_PAGE), cursor.map(|cursor| PartitionId::parse(&cursor.0)).transpose()?))
}

fn no_page() -> StoreError {
    StoreError::Invalid(format!("a limit of 0 is not allowed: 1 to {MAX_PAGE}"))
}

fn check_id(key: &Key) -> Result<(), StoreError> {
    if key.id.is_empty() || key.id.len() > 256 || key.id.chars().any(char::is_control) {
        return Err(StoreError::Invalid(format!(
            "the {} id {:?} is not allowed: 1 to 256 bytes, without control characters",
            key.kind,
            key.id.chars().take(40).collect::<String>()
        )));
    }
    Ok(())
}

fn check_draft(draft: &Draft) -> Result<(), StoreError> {
    let Draft { key, doc, blob, .. } = draft;
    if !doc.is_object() {
        return Err(StoreError::Invalid(format!("the document of {key} is no JSON object")));
    }
    if doc.is_deeper_than(MAX_DEPTH) {
        return Err(StoreError::Invalid(format!("the document of {key} is nested deeper than {MAX_DEPTH} levels")));
    }
    let bytes = doc.len() + blob.as_ref().map_or(0, Vec::len);
    if bytes > MAX_RECORD_BYTES {
        return Err(StoreError::Invalid(format!("{key} has {bytes} bytes; at most {MAX_RECORD_BYTES} are allowed")));
    }
    Ok(())
}

/// Microseconds since 1970, rounded down: the precision that records keep.
pub fn micros(at: Timestamp) -> i64 {
    // A `Timestamp` spans the years -9999 to 9999, which is far within i64 microseconds.
    i64::try_from(at.as_nanosecond().div_euclid(1000)).unwrap_or(i64::MAX)
}

/// The instant of [`micros`]; none outside the years -9999 to 9999.
pub fn from_micros(micros: i64) -> Option<Timestamp> {
    // `Timestamp::from_microsecond` refuses the last second of time, so not by it.
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000).ok()?;
    Timestamp::new(micros.div_euclid(1_000_000), nanos).ok()
}

fn micros_up(at: Timestamp) -> i64 {
    i64::try_from(-(-at.as_nanosecond()).div_euclid(1000)).unwrap_or(i64::MAX)
}

/// A place in the order of a scan, which is that of (`at`, `id`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Microseconds since 1970.
    pub at: i64,
    /// A record's id; empty for the place before all records of that instant.
    pub id: String,
}

impl Position {
    /// The cursor that goes on after this place.
    pub fn to_cursor(&self) -> Cursor {
        Cursor(format!("{}:{}", self.at, self.id))
    }

    fn from_cursor(cursor: &Cursor) -> Result<Self, StoreError> {
        let parts = cursor.0.split_once(':').and_then(|(at, id)| Some((at.parse().ok()?, id)));
        let (at, id) = parts
            .ok_or_else(|| StoreError::Invalid("that cursor was not made by this store; start without one".into()))?;
        Ok(Self { at, id: id.into() })
    }
}

impl Scan {
    /// The records this scan may still return lie strictly between these two places.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a limit of zero or a cursor that no store made.
    pub fn range(&self) -> Result<(Position, Position), StoreError> {
        if self.limit == 0 {
            return Err(no_page());
        }
        // Ids are never empty, so "after (at, nothing)" is "from at on", and "before (at, nothing)" "until at".
        let mut after = Position { at: self.from.map_or(i64::MIN, micros_up), id: String::new() };
        let mut before = Position { at: self.until.map_or(i64::MAX, micros_up), id: String::new() };
        if let Some(cursor) = &self.cursor {
            let place = Position::from_cursor(cursor)?;
            match self.order {
                Order::Ascending => after = after.max(place),
                Order::Descending => before = before.min(place),
            }
        }
        Ok((after, before))
    }

    /// The records on a page: the limit, but at most [`MAX_PAGE`].
    pub fn page_size(&self) -> usize {
        self.limit.min(MAX_PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Doc, Kind};
    use super::*;
    use serde_json::json;

    fn at(nanos: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanos).unwrap()
    }

    #[test]
    fn instants_are_cut_downwards_and_bounds_rounded_upwards() {
        for (nanos, down, up) in [(0, 0, 0), (1, 0, 1), (999, 0, 1), (1000, 1, 1), (-1, -1, 0), (-1000, -1, -1)] {
            assert_eq!((micros(at(nanos)), micros_up(at(nanos))), (down, up), "{nanos} ns");
            assert_eq!(from_micros(down).map(micros), Some(down));
        }
        for end in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(from_micros(micros(end)).map(micros), Some(micros(end)), "{end}");
        }
        assert_eq!((from_micros(i64::MIN), from_micros(i64::MAX)), (None, None));
    }

    #[test]
    fn a_cursor_narrows_its_own_end_only() {
        let scan = |order, cursor: &str| Scan {
            from: Some(at(5_000)),
            until: Some(at(9_000)),
            order,
            cursor: Some(Cursor(cursor.into())),
            ..Scan::of(Kind::Memory)
        };
        let place = |at, id: &str| Position { at, id: id.into() };
        assert_eq!(scan(Order::Ascending, "7:a:b").range().unwrap(), (place(7, "a:b"), place(9, "")));
        assert_eq!(scan(Order::Descending, "7:x").range().unwrap(), (place(5, ""), place(7, "x")));
        // A cursor of another scan never widens this one.
        assert_eq!(scan(Order::Ascending, "-3:x").range().unwrap(), (place(5, ""), place(9, "")));
        for odd in ["", "x", "7", "a:b", "9999999999999999999999:a"] {
            assert!(matches!(scan(Order::Ascending, odd).range(), Err(StoreError::Invalid(_))), "{odd:?}");
        }
    }

    #[test]
    fn nesting_is_counted_in_levels() {
        let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "in": inner }));
        for levels in [1, 2, MAX_DEPTH, MAX_DEPTH + 1] {
            let doc = Doc::from(nested(levels));
            assert!(doc.is_deeper_than(levels - 1) && !doc.is_deeper_than(levels), "{levels}");
        }
        let flat =
            Doc::from(json!({ "words": vec!["[{\"[{["; 2 * MAX_DEPTH], "lists": vec![json!([]); 2 * MAX_DEPTH] }));
        assert!(flat.is_deeper_than(2) && !flat.is_deeper_than(3));
    }
}
