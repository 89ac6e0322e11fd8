//! What was forgotten is nowhere: not in an answer, not in an export, not in the bytes of any file.

use crate::home::Home;
use serde_json::Value;
use std::path::{Path, PathBuf};

const LIFE: &str = "My ex is called Marco.
Marco left me in Lisbon for a dentist.
I work as a gardener in Porto.
My ex-husband kept the piano.
My dog is called Bruno.
What did Marco do?
";

/// The files below a directory whose bytes hold a word, whatever its case.
pub(crate) fn holding(dir: &Path, word: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, word));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
        if bytes.windows(word.len()).any(|window| window == word.to_ascii_lowercase().as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn assert_gone(home: &Home) {
    let data = home.path(".local/share/philia");
    let ran = home.run(["export"], "");
    for word in ["Marco", "dentist", "ex-husband", "piano", "my ex"] {
        assert_eq!(holding(&data, word), Vec::<PathBuf>::new(), "{word}");
        assert!(!ran.stdout.contains(word), "{word}");
    }
    for word in ["gardener", "Bruno"] {
        assert!(!holding(&data, word).is_empty() && ran.stdout.contains(word), "{word}");
    }
    assert!(home.say("What is my dog's name?\n").contains("Bruno"));
}

#[test]
fn no_byte_of_what_a_chat_forgot_is_left() {
    let home = Home::new();
    home.say(LIFE);
    assert!(!holding(&home.path(".local/share/philia"), "dentist").is_empty());
    let said = home.say("Forget everything about my ex\nyes, forget it\n");
    assert!(said.contains("Marco") && said.contains("It is done"), "{said}");
    assert_gone(&home);
}

#[test]
fn no_byte_of_what_a_command_forgot_is_left() {
    let home = Home::new();
    home.say(LIFE);
    home.run(["chat", "--user", "ben"], "My tutor is called Marcello.\n");
    let forget = |more: &[&str]| {
        let args = ["memory", "forget", "--about", "my ex"].into_iter().chain(more.iter().copied());
        home.run(args.collect::<Vec<_>>(), "")
    };
    let preview = forget(&[]);
    assert_eq!(preview.code, Some(1), "{preview:?}");
    assert!(preview.stdout.contains("dentist") && preview.stderr.contains("--yes"), "{preview:?}");
    assert!(!holding(&home.path(".local/share/philia"), "dentist").is_empty(), "a preview changes nothing");
    let done = forget(&["--yes", "--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let done: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done["forgotten"], true);
    assert!(done["goes"]["turns"].as_u64().unwrap() >= 4, "{done}");
    assert_gone(&home);
    let other = home.run(["export", "--user", "ben"], "");
    assert!(other.stdout.contains("Marcello"), "another's memories are another's");
    let nothing = forget(&["--yes"]);
    assert!(nothing.stdout.contains("Nothing is known"), "{nothing:?}");
}

#[test]
fn no_byte_of_a_single_memory_is_left() {
    let home = Home::new();
    home.say("My locker code is quicksilver.\nI love black coffee.\n");
    let export: Value = serde_json::from_str(&home.run(["export"], "").stdout).unwrap();
    let memories = export["records"]["memory"].as_array().unwrap();
    let code = memories.iter().find(|memory| memory["doc"]["content"].as_str().unwrap().contains("quicksilver"));
    let id = code.unwrap()["id"].as_str().unwrap();
    let wrong = home.run(["memory", "forget", &format!("{id}x"), "--yes"], "");
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.stderr.contains(id), "{wrong:?}");
    let ran = home.run(["memory", "forget", id, "--yes"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let data = home.path(".local/share/philia");
    assert_eq!(holding(&data, "quicksilver"), Vec::<PathBuf>::new());
    assert!(!holding(&data, "coffee").is_empty());
}

#[test]
fn memories_are_kept_in_order_from_the_command_line() {
    let home = Home::new();
    let ok = |args: &[&str]| {
        let ran = home.run(["memory"].into_iter().chain(args.iter().copied()).collect::<Vec<_>>(), "");
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
        ran.stdout
    };
    home.say("My sister Ana lives in Rome.\nI love black coffee.\n");
    ok(&["add", "My locker code is quicksilver.", "--tag", "gym"]);
    assert!(ok(&["list"]).contains("black coffee"));
    let listed: Value = serde_json::from_str(&ok(&["list", "--tag", "gym", "--layer", "active", "--json"])).unwrap();
    let id = listed["items"][0]["memory"]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    ok(&["pin", &id]);
    ok(&["tag", &id, "code"]);
    let shown = ok(&["show", &id]);
    assert!(shown.contains("pinned") && shown.contains("gym, code"), "{shown}");
    assert!(ok(&["list", "--pinned"]).contains("quicksilver"));
    assert!(ok(&["stats"]).contains("category"));
    assert!(ok(&["audit"]).contains("All is well"));
    assert!(ok(&["graph"]).contains("Rome"));
    assert!(ok(&["graph", "--dot"]).starts_with("digraph"));
    assert!(ok(&["consolidate"]).contains("looked at"));
    let wrong = home.run(["memory", "list", "--category", "fcat"], "");
    assert!(wrong.stderr.contains("`fact`"), "{wrong:?}");
    let wrong = home.run(["memory", "show", &format!("{id}x")], "");
    assert!(wrong.stderr.contains(&id), "{wrong:?}");
}
