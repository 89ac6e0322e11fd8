//! `philia memory` by hand and `philia document`, as people call them.

use crate::home::Home;
use serde_json::Value;

fn ok(home: &Home, args: &[&str]) -> String {
    let ran = home.run(args, "");
    assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
    ran.stdout
}

fn refused(home: &Home, args: &[&str], says: &str) {
    let ran = home.run(args, "");
    assert!(ran.code.is_some_and(|code| code > 0), "{args:?}: {ran:?}");
    assert!(ran.stderr.contains(says), "{args:?}: {:?} does not say {says:?}", ran.stderr);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn memories_are_added_changed_and_merged() {
    let home = Home::new();
    let key = "The spare key is under the blue pot.";
    let added = ok(
        &home,
        &[
            "memory",
            "add",
            key,
            "--category",
            "note",
            "--importance",
            "0.6",
            "--tag",
            "home,garden",
            "--pin",
            "--at",
            "2024-03-01",
            "--json",
        ],
    );
    let added = json(&added);
    let id = added["id"].as_str().unwrap();
    assert_eq!((&added["category"], &added["pinned"]), (&"note".into(), &true.into()));
    assert_eq!(added["occurred_at"], "2024-03-01T00:00:00Z");
    let changed = ok(
        &home,
        &[
            "memory",
            "edit",
            id,
            "--text",
            "The spare key is with Ana.",
            "--tag",
            "ana",
            "--untag",
            "garden",
            "--unpin",
            "--json",
        ],
    );
    let changed = json(&changed);
    assert_eq!((&changed["content"], changed.get("pinned")), (&"The spare key is with Ana.".into(), None));
    assert_eq!(changed["tags"], serde_json::json!(["home", "ana"]));
    assert!(ok(&home, &["memory", "edit", id, "--pin"]).contains("with Ana"));

    let other = json(&ok(&home, &["memory", "add", "Ana has the spare key.", "--json"]));
    let merged = json(&ok(&home, &["memory", "merge", id, other["id"].as_str().unwrap(), "--json"]));
    assert_eq!((&merged["id"], &merged["content"]), (&added["id"], &changed["content"]));
    refused(&home, &["memory", "edit", other["id"].as_str().unwrap(), "--pin"], "there is no memory");
    assert!(ok(&home, &["memory", "search", "spare key"]).contains("with Ana"));

    refused(&home, &["memory", "edit", id], "nothing to change");
    refused(&home, &["memory", "edit", id, "--pin", "--unpin"], "cannot be used with");
    refused(&home, &["memory", "edit", "zzz", "--pin"], "there is no memory \"zzz\"");
    refused(&home, &["memory", "edit", id, "--pin", "--user", "ben"], "there is no memory");
    refused(&home, &["memory", "merge", id, id], "others: name 1 to 20");
    refused(&home, &["memory", "add", " "], "content");
    refused(&home, &["memory", "add", "x", "--importance", "7"], "importance");
    refused(&home, &["memory", "add", "x", "--category", "memes"], "`fact`");
    refused(&home, &["memory", "add", "x", "--at", "blue"], "is no time; write a day");
}

#[test]
fn facts_are_shown_and_conflicts_settled() {
    let home = Home::new();
    home.say("I live in Bremen.\nI moved to Porto. I live in Porto now.\nI was born in 1990.\nI am 50 years old.\n");
    let now = ok(&home, &["memory", "facts", "--subject", "user"]);
    assert!(now.contains("Porto") && !now.contains("Bremen"), "{now}");
    assert!(ok(&home, &["memory", "facts", "--history"]).contains("Bremen"));
    let year = json(&ok(&home, &["memory", "facts", "--key", "birth", "--json"]));
    assert_eq!((&year["key"], &year["value"]), (&"birth.year".into(), &"1990".into()));
    assert!(ok(&home, &["memory", "facts", "--user", "ben"]).contains("No such fact"));

    let waiting = json(&ok(&home, &["memory", "conflicts", "--json"]));
    let id = &waiting["id"].as_str().unwrap()[..12];
    let shown = ok(&home, &["memory", "conflicts"]);
    assert!(shown.contains("waits") && shown.contains("1990") && shown.contains("50"), "{shown}");
    refused(&home, &["memory", "conflicts", "--resolve", id], "--method");
    refused(
        &home,
        &["memory", "conflicts", "--resolve", id, "--method", "dice"],
        "temporal_precedence, confidence_based",
    );
    refused(&home, &["memory", "conflicts", "--resolve", id, "--method", "user_clarification"], "keep: say which");
    refused(&home, &["memory", "conflicts", "--resolve", "zz", "--method", "ignore"], "there is no conflict \"zz\"");
    let keep = waiting["older"].as_str().unwrap();
    let args = ["memory", "conflicts", "--resolve", id, "--method", "user_clarification", "--keep", keep];
    assert!(ok(&home, &args).contains("settled by user_clarification"));
    refused(&home, &args, "was resolved before");
    assert!(ok(&home, &["memory", "conflicts"]).contains("Nothing contradicts anything"));
    assert!(ok(&home, &["memory", "conflicts", "--all"]).contains("settled by user_clarification"));
    assert!(!ok(&home, &["memory", "facts"]).contains("user age"));
}

#[test]
fn a_document_is_read_shown_recalled_and_removed() {
    let home = Home::new();
    home.file("handbook.md", "# Handbook\n\nEverybody has thirty days of holidays.\n");
    let added = ok(&home, &["document", "add", "handbook.md"]);
    assert!(added.contains("handbook.md") && added.contains("1 part"), "{added}");
    assert!(ok(&home, &["document", "add", "handbook.md"]).contains("It is there already"));
    let listed = json(&ok(&home, &["document", "list", "--json"]));
    let id = &listed["id"].as_str().unwrap()[..8];
    assert!(ok(&home, &["document", "list"]).starts_with(id));
    assert!(ok(&home, &["document", "show", id]).contains("thirty days"));
    let found = ok(&home, &["memory", "search", "How many days of holidays?"]);
    assert!(found.contains("handbook.md") && found.contains("thirty days"), "{found}");
    home.file("handbook.md", "# Handbook\n\nEverybody has forty days of holidays.\n");
    ok(&home, &["document", "add", "--replace", "handbook.md"]);
    let shown = ok(&home, &["document", "show", "handbook.md", "--json"]);
    assert!(shown.contains("forty") && !shown.contains("thirty"), "{shown}");
    assert!(ok(&home, &["document", "remove", "handbook.md"]).contains("handbook.md is forgotten"));
    assert!(ok(&home, &["document", "list"]).contains("There are no documents"));
    assert!(!ok(&home, &["memory", "search", "How many days of holidays?"]).contains("forty"));

    home.file("photo.bin", [0_u8, 159, 146, 150, 0, 1, 2, 3]);
    refused(&home, &["document", "add", "photo.bin"], "photo.bin: ");
    refused(&home, &["document", "add", "missing.md"], "missing.md cannot be read");
    refused(&home, &["document", "show", "zz"], "there is no document \"zz\"");
}

#[test]
fn vectors_are_rows_of_floats_a_line_each() {
    let home = Home::new();
    home.file("texts.txt", "The dog barks.\n\nThe dog barks.\n");
    ok(&home, &["bench", "vectors", "--texts", "texts.txt", "--out", "out.f32"]);
    let bytes = std::fs::read(home.path("out.f32")).unwrap();
    assert_eq!(bytes.len() % (3 * 4), 0);
    let rows: Vec<&[u8]> = bytes.chunks(bytes.len() / 3).collect();
    assert!(rows[0] == rows[2] && rows[0] != rows[1]);
    let square: f32 = rows[0].chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()).powi(2)).sum();
    assert!((square - 1.0).abs() < 1e-3, "{square}");
    refused(&home, &["bench", "vectors", "--texts", "none.txt", "--out", "out.f32"], "none.txt cannot be read");
}
