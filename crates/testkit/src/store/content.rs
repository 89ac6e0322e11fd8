//! What records hold comes back as it was.

use super::{Fixture, all, assert_invalid, draft, get, insert, person};
use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, MAX_RECORD_BYTES, Scan};
use serde_json::json;

const K: Kind = Kind::Document;

/// Ids are compared by bytes: case, normalisation, spaces and wildcards make a difference, in every script.
pub async fn ids_of_any_script_stay_distinct(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let names = [
        "a",
        "A",
        "a ",
        " a",
        "a/b",
        "a:b",
        "%",
        "_",
        "*",
        "?",
        "'",
        "\"",
        "\\",
        "a\\",
        "--",
        ";",
        "null",
        "0",
        "00",
        "\u{e9}",
        "e\u{301}",
        "\u{fc}",
        "u\u{308}",
        "\u{df}",
        "ss",
        "SS",
        "\u{131}",
        "i",
        "I",
        "\u{130}",
        "\u{2126}",
        "\u{3a9}",
        "\u{1F436}",
        "\u{1F468}\u{200d}\u{1F469}\u{200d}\u{1F467}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        "\u{202e}abc",
        "\u{645}\u{631}\u{62d}\u{628}\u{627}",
        "\u{4f60}\u{597d}",
        "\u{feff}a",
        "\u{fffd}",
        "\u{10ffff}",
        "\u{e000}",
        "\u{200b}",
    ];
    store.commit(&ana, names.iter().map(|name| insert(K, name, 1)).collect()).await.unwrap();
    for name in names {
        let record = get(&store, &ana, K, name).await.unwrap();
        assert_eq!((record.key.id.as_str(), &record.doc), (name, &json!({ "text": name }).into()));
    }
    assert_eq!(get(&store, &ana, K, "B").await, None);
    // Of one instant, so in the order of their bytes, over pages too.
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let scanned = super::ids(&store, &ana, Scan { limit: 7, ..Scan::of(K) }).await;
    assert_eq!(scanned, sorted);
}

/// Strings of any script, characters that need escapes, NUL, and numbers to the last digit.
pub async fn documents_come_back_as_they_were(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let docs = [
        json!({}),
        json!({ "": "", "nul": "a\0b", "quotes": "'\"`\\", "lines": "a\r\n\tb\u{2028}\u{7f}\u{1}" }),
        json!({ "emoji": "\u{1F436}\u{1F3FD}", "rtl": "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}x", "\u{4f60}": "\u{597d}" }),
        json!({ "$.a": 1, "a.b": { "c[0]": [[], {}, null, true] } }),
        json!({ "most": u64::MAX, "least": i64::MIN, "sum": 0.1 + 0.2, "huge": 1.797_693_134_862_315_7e308 }),
        json!({ "tiny": 5e-324, "whole": 1.0, "third": 1.0 / 3.0, "negative": -0.0, "long": 1234567.891011121 }),
        json!({ "surrogates": "\u{d7ff}\u{e000}\u{10ffff}", "combining": "e\u{301}\u{e9}" }),
    ];
    let change =
        |(n, doc): (usize, &serde_json::Value)| Change::Insert(draft(K, &n.to_string(), n as i64, doc.clone()));
    store.commit(&ana, docs.iter().enumerate().map(change).collect()).await.unwrap();
    let scanned = all(&store, &ana, Scan::of(K)).await;
    for (n, doc) in docs.iter().enumerate() {
        assert_eq!(&get(&store, &ana, K, &n.to_string()).await.unwrap().doc, doc);
        assert_eq!(&scanned[n].doc, doc);
    }
}

/// No blob and an empty one are two things; a scan reads blobs only when asked.
pub async fn an_empty_blob_is_not_none(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let blobs = [None, Some(vec![]), Some(vec![0]), Some(every_byte.clone())];
    let with = |id: usize, blob: &Option<Vec<u8>>| Draft {
        blob: blob.clone(),
        ..draft(K, &id.to_string(), id as i64, json!({ "id": id }))
    };
    let changes = blobs.iter().enumerate().map(|(n, blob)| Change::Insert(with(n, blob))).collect();
    store.commit(&ana, changes).await.unwrap();

    let read: Vec<_> =
        all(&store, &ana, Scan { blobs: true, ..Scan::of(K) }).await.into_iter().map(|r| r.blob).collect();
    assert_eq!(read, blobs);
    assert!(all(&store, &ana, Scan::of(K)).await.iter().all(|record| record.blob.is_none()));
    for (n, blob) in blobs.iter().enumerate() {
        assert_eq!(&get(&store, &ana, K, &n.to_string()).await.unwrap().blob, blob);
    }
    // A put replaces the blob too, by another or by none.
    let swap = vec![
        Change::Put { draft: with(0, &Some(every_byte.clone())), expected: 1 },
        Change::Put { draft: with(3, &None), expected: 1 },
    ];
    store.commit(&ana, swap).await.unwrap();
    assert_eq!(get(&store, &ana, K, "0").await.unwrap().blob, Some(every_byte));
    assert_eq!(get(&store, &ana, K, "3").await.unwrap().blob, None);
}

/// The limit counts the document's JSON and the blob together, in bytes.
pub async fn records_of_the_largest_size_are_kept_and_larger_ones_refused(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    // {"t":"..."} is eight bytes and the text; a dog has four.
    let sized = |id: &str, text: usize, blob: usize| Draft {
        blob: Some(vec![7; blob]),
        ..draft(K, id, 1, json!({ "t": "\u{1F436}".repeat(text / 4) }))
    };
    let fitting = [("doc", 340 * 1024, 0), ("blob", 0, MAX_RECORD_BYTES - 8), ("both", 4000, MAX_RECORD_BYTES - 4008)];
    for (id, text, blob) in fitting {
        store.commit(&ana, vec![Change::Insert(sized(id, text, blob))]).await.unwrap();
        let record = get(&store, &ana, K, id).await.unwrap();
        assert_eq!((record.doc, record.blob), (sized(id, text, blob).doc, sized(id, text, blob).blob));
    }
    for (text, blob) in [(MAX_RECORD_BYTES, 0), (0, MAX_RECORD_BYTES - 7), (4000, MAX_RECORD_BYTES - 4007)] {
        let refused = store.commit(&ana, vec![Change::Insert(sized("over", text, blob))]).await;
        assert_invalid(refused, "at most 358400");
    }
    assert_eq!(get(&store, &ana, K, "over").await, None);
}

/// What is finer than a microsecond is cut off downwards, also before 1970 and at the ends of time.
pub async fn instants_keep_their_microsecond(fixture: &dyn Fixture) {
    let store = fixture.open().await;
    let ana = person(&store, "ana").await;
    let nanos = |n: i128| Timestamp::from_nanosecond(n).unwrap();
    let instants = [
        (nanos(0), nanos(0)),
        (nanos(1_999), nanos(1_000)),
        (nanos(-1), nanos(-1_000)),
        (nanos(-1_000), nanos(-1_000)),
        (nanos(1_700_000_000_123_456_789), nanos(1_700_000_000_123_456_000)),
        (Timestamp::MIN, Timestamp::MIN),
        (Timestamp::MAX, nanos(Timestamp::MAX.as_nanosecond() - 999)),
    ];
    for (n, (given, kept)) in instants.into_iter().enumerate() {
        let id = n.to_string();
        let draft = Draft { key: Key::new(K, &id), at: given, doc: json!({}).into(), blob: None };
        store.commit(&ana, vec![Change::Insert(draft)]).await.unwrap();
        assert_eq!(get(&store, &ana, K, &id).await.unwrap().at, kept);
    }
    let times: Vec<_> = all(&store, &ana, Scan::of(K)).await.into_iter().map(|record| record.at).collect();
    assert!(times.is_sorted(), "{times:?}");
}
