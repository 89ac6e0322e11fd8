//! Bringing conversations in, taking everything out, measuring recall: files good and bad.

use crate::home::Home;
use serde_json::{Value, json};

/// A SillyTavern chat in which the person says where they live.
const SILLYTAVERN: &str = r#"{"user_name":"Ana","character_name":"Seraphina","create_date":"2024-05-01@10h00m00s","chat_metadata":{}}
{"name":"Seraphina","is_user":false,"is_system":false,"send_date":"May 1, 2024 10:00am","mes":"Welcome, traveller."}
{"name":"Ana","is_user":true,"is_system":false,"send_date":"May 1, 2024 10:01am","mes":"I live in a lighthouse near Porto."}
{"name":"Seraphina","is_user":false,"is_system":false,"send_date":"May 1, 2024 10:02am","mes":"The sea must be loud."}
"#;

fn chatgpt() -> String {
    let message = |id: &str, parent: Option<&str>, child: Option<&str>, role: &str, text: &str, at: f64| {
        json!({
            "id": id, "parent": parent, "children": child.into_iter().collect::<Vec<_>>(),
            "message": {
                "id": id, "author": { "role": role }, "create_time": at,
                "content": { "content_type": "text", "parts": [text] },
            },
        })
    };
    json!([{
        "id": "c1", "title": "Holidays", "create_time": 1_714_557_600.0, "current_node": "b",
        "mapping": {
            "a": message("a", None, Some("b"), "user", "We spent our honeymoon in Lisbon.", 1_714_557_600.0),
            "b": message("b", Some("a"), None, "assistant", "How lovely.", 1_714_557_660.0),
        },
    }])
    .to_string()
}

fn locomo() -> String {
    let turn = |id: &str, speaker: &str, text: &str| json!({ "dia_id": id, "speaker": speaker, "text": text });
    json!([{
        "sample_id": "pair-1",
        "conversation": {
            "speaker_a": "Noor", "speaker_b": "Elias",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                turn("D1:1", "Noor", "I adopted a grey parrot last month."),
                turn("D1:2", "Elias", "What a surprise, I have started to bake bread."),
            ],
        },
        "qa": [
            { "question": "Which bird does Noor have?", "answer": "a grey parrot", "evidence": ["D1:1"], "category": 4 },
            { "question": "What does Elias bake?", "answer": "bread", "evidence": ["D1:2", "D9:99", "nonsense"], "category": 4 },
        ],
    }])
    .to_string()
}

fn export(home: &Home) -> Value {
    let ran = home.run(["export"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn what_was_said_elsewhere_is_remembered_with_its_date() {
    for (format, file, question, answer) in [
        ("sillytavern", SILLYTAVERN.to_owned(), "Where do I live?\n", "lighthouse"),
        ("chatgpt", chatgpt(), "Where was our honeymoon?\n", "Lisbon"),
    ] {
        let home = Home::new();
        let path = home.file("talk", file);
        let ran = home.run(["import", format, path.to_str().unwrap()], "");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("1 May 2024"), "{ran:?}");
        let said = home.say(question);
        assert!(said.contains(answer), "{format}: {said}");
        assert!(said.contains("May 2024"), "{format}: {said}");
    }
}

#[test]
fn importing_twice_changes_nothing_and_a_dry_run_writes_nothing() {
    let home = Home::new();
    let path = home.file("talk.jsonl", SILLYTAVERN);
    let import = |more: &[&str]| {
        let args = ["import", "sillytavern", path.to_str().unwrap()].into_iter().chain(more.iter().copied());
        let ran = home.run(args.collect::<Vec<_>>(), "");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    };
    assert!(import(&["--dry-run"]).starts_with("3 messages would be brought in"));
    assert_eq!(export(&home)["records"]["memory"], json!([]));
    assert!(import(&[]).starts_with("3 messages brought in"));
    let before = export(&home)["records"].clone();
    assert!(import(&[]).starts_with("0 messages brought in"));
    assert_eq!(export(&home)["records"], before);
}

#[test]
fn every_kind_of_file_comes_in_once_however_often_it_is_brought() {
    let cases = [
        (
            "character-ai",
            r#"{"info":{"character":{"name":"Ori"}},"histories":{"histories":[{"external_id":"a","created":"2024-05-01T09:00:00Z",
            "msgs":[{"src":{"name":"Ori","is_human":false},"text":"Where are you?"},
            {"src":{"name":"Mira","is_human":true},"text":"I live in a lighthouse near Porto."}]}]}}"#
                .to_owned(),
            "Where do I live?\n",
            "lighthouse",
        ),
        (
            "jsonl",
            "{\"role\":\"user\",\"content\":\"My sister Ana keeps bees.\",\"timestamp\":\"2024-05-01T09:00:00Z\"}\n".to_owned(),
            "What does Ana keep?\n",
            "bees",
        ),
        (
            "mem0",
            r#"{"results":[{"id":"1","memory":"I am allergic to walnuts","user_id":"m","created_at":"2024-05-01T09:00:00Z"},
            {"id":"2","memory":"I sing bass in a choir","user_id":"m","created_at":"2024-05-01T09:00:00Z"}]}"#
                .to_owned(),
            "What am I allergic to?\n",
            "walnuts",
        ),
        (
            "mcp-memory",
            r#"{"type":"entity","name":"Ana","entityType":"person","observations":["keeps bees on a roof in Porto"]}
            {"type":"relation","from":"Ana","to":"Porto","relationType":"lives in"}"#
                .to_owned(),
            "What does Ana keep on the roof?\n",
            "bees",
        ),
    ];
    for (format, content, question, answer) in cases {
        let home = Home::new();
        let path = home.file("file", content);
        let import = |more: &[&str]| {
            let args = ["import", format, path.to_str().unwrap()].into_iter().chain(more.iter().copied());
            let ran = home.run(args.collect::<Vec<_>>(), "");
            assert_eq!(ran.code, Some(0), "{format}: {ran:?}");
            ran.stdout
        };
        assert!(import(&["--dry-run"]).contains("would be brought in"), "{format}");
        assert_eq!(export(&home)["records"]["memory"], json!([]), "{format}");
        assert!(!import(&[]).starts_with('0'), "{format}");
        let before = export(&home)["records"].clone();
        let again = import(&[]);
        assert!(again.starts_with("0 ") && again.contains("there already"), "{format}: {again}");
        assert_eq!(export(&home)["records"], before, "{format}");
        let said = home.say(question);
        assert!(said.contains(answer), "{format}: {said}");
    }
}

#[test]
fn of_several_peoples_memories_one_persons_come_in() {
    let home = Home::new();
    let both = r#"[{"memory":"Sings bass","user_id":"tom"},{"memory":"Keeps bees","user_id":"mira"}]"#;
    let path = home.file("both.json", both);
    let path = path.to_str().unwrap();
    let refused = home.run(["import", "mem0", path], "");
    assert!(refused.code == Some(1) && refused.stderr.contains("mira, tom"), "{refused:?}");
    let ran = home.run(["import", "mem0", path, "--of", "mira"], "");
    assert!(ran.stdout.contains("1 memory brought in") && ran.stdout.contains("other people"), "{ran:?}");
    let memories = export(&home)["records"]["memory"].to_string();
    assert!(memories.contains("bees") && !memories.contains("bass"), "{memories}");
}

#[test]
fn files_that_are_something_else_are_told_by_name() {
    let home = Home::new();
    let whole = chatgpt();
    let cases = [
        ("truncated", "chatgpt", whole[..whole.len() / 2].to_owned(), "cut off"),
        ("kind", "locomo", whole.clone(), "looks like a ChatGPT export"),
        ("html", "chatgpt", "<!DOCTYPE html><html></html>".to_owned(), "HTML"),
        ("empty", "sillytavern", String::new(), "empty"),
        ("zip", "chatgpt", "PK\u{3}\u{4}....".to_owned(), "zip"),
    ];
    for (name, format, content, expected) in cases {
        let path = home.file(name, content);
        let ran = home.run(["import", format, path.to_str().unwrap()], "");
        assert_eq!(ran.code, Some(1), "{name}: {ran:?}");
        assert!(ran.stderr.contains(expected) && ran.stderr.contains(name), "{name}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    }
    let missing = home.run(["import", "chatgpt", "nowhere.json"], "");
    assert!(missing.stderr.contains("nowhere.json"), "{missing:?}");
    let unknown = home.run(["import", "chatgtp", "nowhere.json"], "");
    assert!(unknown.stderr.contains("chatgpt"), "{unknown:?}");
}

#[test]
fn an_export_holds_everything_for_this_person_and_nothing_of_another() {
    let home = Home::new();
    home.say("My sister Mara lives in Porto.\n");
    home.run(["chat", "--user", "ben"], "I collect stamps.\n");
    let out = home.path("me.json");
    let ran = home.run(["export", "--out", out.to_str().unwrap()], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["records"]["interaction"].as_array().map(Vec::len), Some(1), "{text}");
    assert!(text.contains("Mara") && !text.contains("stamps"), "{text}");
    #[cfg(unix)]
    assert_eq!(crate::home::mode(&out), 0o600);

    let again = home.run(["export", "--out", out.to_str().unwrap()], "");
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("already"), "{again:?}");
    let markdown = home.path("me.md");
    assert_eq!(home.run(["export", "--out", markdown.to_str().unwrap()], "").code, Some(0));
    assert!(std::fs::read_to_string(&markdown).unwrap().contains("My sister Mara lives in Porto."));
    assert!(home.say("/export talk.md\n").contains("talk.md"));
}

#[test]
fn recall_is_measured_and_rankings_are_written() {
    let home = Home::new();
    let path = home.file("talks.json", locomo());
    let out = home.path("rankings.jsonl");
    let ran = home.run(["eval", "locomo", path.to_str().unwrap(), "--rankings", out.to_str().unwrap()], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("recall@10") && ran.stdout.contains("nDCG@10"), "{ran:?}");
    assert!(ran.stdout.contains("point nowhere"), "{ran:?}");
    let text = std::fs::read_to_string(&out).unwrap();
    let rankings: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rankings.len(), 2);
    assert_eq!(rankings[0]["qid"], "pair-1#0");
    assert_eq!(rankings[0]["ranking"][0], "D1:1");
    // Nothing of it is anybody's memory.
    assert!(!home.path(".local/share/philia/philia.db").exists());
}

#[test]
fn a_file_that_is_no_benchmark_is_told() {
    let home = Home::new();
    for (name, content) in
        [("cut", locomo()[..200].to_owned()), ("other", "{}".to_owned()), ("text", "hello".to_owned())]
    {
        let path = home.file(name, content);
        let ran = home.run(["eval", "locomo", path.to_str().unwrap()], "");
        assert_eq!(ran.code, Some(1), "{name}: {ran:?}");
        assert!(ran.stderr.contains(name) && !ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    }
}

#[test]
fn nobody_is_not_exported() {
    let home = Home::new();
    let said = home.run(["chat", "--user", "anna"], "I like tea.\n");
    assert_eq!(said.code, Some(0), "{said:?}");
    let ran = home.run(["export", "--user", "ana"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:?}");
    assert!(ran.stderr.contains("there is no person \"ana\"") && ran.stderr.contains("anna"), "{ran:?}");
    // Whoever is at this machine is somebody, also before they have said anything.
    assert_eq!(home.run(["export"], "").code, Some(0));
}
