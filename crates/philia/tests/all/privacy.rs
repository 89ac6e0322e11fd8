//! Privacy from outside: what leaves this machine, what lies on its disk, what is left of who was erased.

use crate::forget::holding;
use crate::home::Home;
use crate::http;
use crate::serve::Server;
use philia_testkit::model_server::{Behaviour, ModelServer};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const NOTHING: Vec<PathBuf> = Vec::new();

/// A recorder before every kind of provider. Each refuses, so that the next of the chain is asked, too.
struct Recorders([(&'static str, ModelServer); 5]);

impl Recorders {
    fn start() -> Self {
        let recorders = ["openai", "anthropic", "gemini", "ollama", "mistral"].map(|name| (name, ModelServer::start()));
        for (_, recorder) in &recorders {
            recorder.always(Behaviour::status(400));
        }
        Self(recorders)
    }

    /// A home whose models and embedder are all behind them, and where no host counts as this machine's own.
    fn home(&self) -> Home {
        let [(_, openai), (_, anthropic), (_, gemini), (_, ollama), (_, mistral)] = &self.0;
        Home::new()
            .with("OPENAI_BASE_URL", openai.openai_url())
            .with("PHILIA__PROVIDERS__ANTHROPIC__BASE_URL", anthropic.anthropic_url())
            .with("PHILIA__PROVIDERS__GEMINI__BASE_URL", gemini.gemini_url())
            .with("PHILIA__PROVIDERS__OLLAMA__BASE_URL", ollama.ollama_url())
            .with("PHILIA__PROVIDERS__MISTRAL__BASE_URL", mistral.openai_url())
            .with("PHILIA__MODELS__CHAT__CHAIN", "openai:a,anthropic:b,gemini:c,ollama:d")
            .with("PHILIA__MODELS__FAST__CHAIN", "gemini:e,anthropic:f,ollama:g,openai:h")
            .with("PHILIA__MODELS__EMBED__EMBEDDER", "mistral:mistral-embed")
            .with("PHILIA__MODELS__EMBED__DIMENSIONS", "8")
            .with("PHILIA__LEARN__WAIT_SECONDS", "0")
            .with("PHILIA__PRIVACY__LOCAL_HOSTS", "nowhere.invalid")
    }

    /// The recorders that have seen a word.
    fn saw(&self, word: &str) -> Vec<&'static str> {
        let has =
            |server: &ModelServer| server.requests().iter().any(|request| request.body.to_string().contains(word));
        self.0.iter().filter(|(_, server)| has(server)).map(|(name, _)| *name).collect()
    }

    fn asked(&self) -> usize {
        self.0.iter().map(|(_, server)| server.requests().len()).sum()
    }
}

/// Everything that one can do, with a word in all of it.
fn live(home: &Home, user: &str, word: &str) {
    let run = |args: &[&str], stdin: &str| {
        // These two are asked whose before what.
        let before = if matches!(args[0], "task" | "block") { 1 } else { args.len() };
        let args: Vec<&str> = [&args[..before], &["--user", user], &args[before..]].concat();
        let ran = home.run(&args, stdin);
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
        ran.stdout
    };
    run(
        &["chat"],
        &format!("My sister's boat is called {word}.\nI sold the {word} to a friend.\nWhat about {word}?\n"),
    );
    run(&["memory", "add", &format!("The {word} is moored in Faro.")], "");
    run(&["memory", "search", &format!("Where is the {word}?")], "");
    run(&["task", "add", &format!("Paint the {word} tomorrow")], "");
    let document = home.file(&format!("{user}.md"), format!("# The {word}\n\nThe {word} is a boat of oak.\n"));
    run(&["document", "add", document.to_str().unwrap()], "");
    let chat = format!(
        "{{\"user_name\":\"A\",\"character_name\":\"B\"}}\n{{\"name\":\"A\",\"is_user\":true,\"send_date\":1700000000000,\"mes\":\"I painted the {word} green.\"}}\n"
    );
    let chat = home.file(&format!("{user}.jsonl"), chat);
    run(&["import", "sillytavern", chat.to_str().unwrap()], "");
    run(&["block", "set", "about", &format!("Owns the {word}.")], "");
    run(&["memory", "consolidate"], "");
    run(&["memory", "reembed"], "");
    run(&["chat"], &format!("Tell me of {word}.\nForget everything about the sister\nno\n"));
}

#[test]
fn not_a_word_of_a_local_person_reaches_a_remote_model_or_embedder() {
    let recorders = Recorders::start();
    let home = recorders.home();
    let ran = home.run(["privacy", "local", "--user", "lea"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    live(&home, "lea", "Quicksilverling");
    assert_eq!(recorders.saw("uicksilverling"), [""; 0]);
    assert_eq!(recorders.asked(), 0, "nor anything else");
    let data = home.path(".local/share/philia");
    assert_eq!(holding(&data, "Quicksilverling"), NOTHING, "nor does it lie on the disk");
    let found = home.run(["memory", "search", "Where is the boat?", "--user", "lea"], "");
    assert!(found.stdout.contains("Quicksilverling"), "it is remembered all the same: {found:?}");

    // The recorders do record.
    live(&home, "carl", "Hydrargyrum");
    assert_eq!(recorders.saw("Hydrargyrum"), ["openai", "anthropic", "gemini", "ollama", "mistral"]);
    // From now on nothing of what they said, nor of what they will say, goes anywhere.
    let ran = home.run(["privacy", "local", "--user", "carl"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let before = recorders.asked();
    live(&home, "carl", "Argentum");
    assert_eq!(recorders.asked(), before);
    assert_eq!([holding(&data, "Hydrargyrum"), holding(&data, "Argentum")], [NOTHING, NOTHING]);
}

#[test]
fn sealing_leaves_no_word_on_the_disk_and_the_key_opens_everything() {
    let home = Home::new();
    let data = home.path(".local/share/philia");
    home.say("My locker code is quicksilver.\nI love black coffee.\n");
    assert!(!holding(&data, "quicksilver").is_empty());
    let ran = home.run(["privacy", "hybrid"], "");
    assert!(ran.stdout.contains("sealed") && ran.stderr.contains("master.key"), "{ran:?}");
    for word in ["quicksilver", "coffee", "locker"] {
        assert_eq!(holding(&data, word), NOTHING, "{word}");
    }
    #[cfg(unix)]
    assert_eq!(crate::home::mode(&data.join("master.key")), 0o600);
    assert!(home.say("What is my locker code?\n").contains("quicksilver"));
    for args in [["privacy", "--rotate"].as_slice(), &["privacy", "--rotate-master"], &["privacy", "--rotate"]] {
        let ran = home.run(args, "");
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
        assert!(home.say("What is my locker code?\n").contains("quicksilver"));
    }

    // Without the key: a clear word, and nothing is touched.
    std::fs::rename(data.join("master.key"), home.path("kept")).unwrap();
    let database = std::fs::read(data.join("philia.db")).unwrap();
    for args in [["chat"].as_slice(), &["export"], &["privacy", "cloud"], &["erase", "--yes"], &["privacy", "--rotate"]]
    {
        let ran = home.run(args, "hello\n");
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("master key") && ran.stderr.contains("master.key"), "{ran:?}");
    }
    assert!(std::fs::read(data.join("philia.db")).unwrap() == database && !data.join("master.key").exists());
    std::fs::rename(home.path("kept"), data.join("master.key")).unwrap();

    let zip = home.path("me.zip");
    let ran = home.run(["export", "--all", "--out", zip.to_str().unwrap()], "");
    assert!(ran.stderr.contains("not sealed"), "{ran:?}");
    let ran = home.run(["import", "archive", zip.to_str().unwrap(), "--user", "again"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(holding(&data, "quicksilver"), NOTHING, "what comes back is sealed as it was");
    let ran = home.run(["privacy", "cloud"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!holding(&data, "quicksilver").is_empty());
    assert!(home.say("What is my locker code?\n").contains("quicksilver"));
}

/// Everything of a person, vectors included, but for the time of the export.
fn everything(home: &Home, user: &str) -> Value {
    let ran = home.run(["export", "--user", user], "");
    let mut all: Value = serde_json::from_str(&ran.stdout).unwrap();
    all["exported_at"] = Value::Null;
    all
}

#[cfg(unix)]
#[test]
fn who_is_erased_while_talking_leaves_nothing_and_nobody_else_is_touched() {
    const WHO: &str = "zebulonia";
    let model = ModelServer::start();
    model.always(Behaviour::StallAfter(vec!["I am thinking of the quicksilverling".into()]));
    let home = Home::new()
        .with("OPENAI_BASE_URL", model.openai_url())
        .with("OPENAI_MODEL", "slow")
        .with("PHILIA__MODELS__CHAT__IDLE_TIMEOUT_SECONDS", "1.0")
        .with("PHILIA__MODELS__CHAT__TIMEOUT_SECONDS", "1.0");
    for other in ["ben", "cleo"] {
        home.run(["memory", "add", &format!("{other} lives in Porto."), "--user", other], "");
        home.run(["task", "add", "water the plants tomorrow", "--user", other], "");
    }
    home.run(["privacy", "hybrid", "--user", "cleo"], "");
    let before = [everything(&home, "ben"), everything(&home, "cleo")];

    let server = Server::start(&home);
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let talking: Vec<_> = (0..4)
        .map(|n| {
            let (address, stop, answered) = (server.address.clone(), Arc::clone(&stop), Arc::clone(&answered));
            std::thread::spawn(move || {
                for turn in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let message = format!("My quicksilverling number {n} of {turn} is called Bartholomew.");
                    let said = json!({ "message": message, "user": WHO, "conversation_id": format!("thread {n}") });
                    let reply = http::post(&address, "/api/chat/message", &said.to_string());
                    assert!(matches!(reply.status, 200 | 410 | 503), "{reply:?}");
                    answered.fetch_add(usize::from(reply.status == 200), Ordering::SeqCst);
                }
            })
        })
        .collect();
    while answered.load(Ordering::SeqCst) < 3 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let data = home.path(".local/share/philia");
    assert!(!holding(&data, "quicksilverling").is_empty() && !holding(&data, WHO).is_empty());
    // Turns are running, and others wait behind them.
    stop.store(true, Ordering::SeqCst);
    let wrong = http::post(&server.address, "/api/erase", &json!({ "confirm": "ben", "user": WHO }).to_string());
    assert_eq!(wrong.status, 409, "{wrong:?}");
    let erased = http::post(&server.address, "/api/erase", &json!({ "confirm": WHO, "user": WHO }).to_string());
    assert_eq!(erased.status, 204, "{erased:?}");
    for thread in talking {
        thread.join().unwrap();
    }
    let check = |log: &str| {
        for word in ["quicksilverling", "bartholomew", WHO] {
            assert_eq!(holding(&data, word), NOTHING, "{word}");
            assert!(!log.to_lowercase().contains(word), "{word} is in the log: {log}");
        }
    };
    check("");
    server.signal("-TERM");
    check(&server.end().stderr);
    let gone = home.run(["export", "--user", WHO], "");
    assert!(gone.code == Some(1) && gone.stderr.contains("there is no person"), "{gone:?}");
    assert_eq!([everything(&home, "ben"), everything(&home, "cleo")], before);
}
