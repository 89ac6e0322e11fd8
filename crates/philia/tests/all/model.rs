//! A model behind HTTP, from outside: what it is told, and what happens when it fails.

use crate::home::Home;
use philia_testkit::model_server::{Behaviour, ModelServer};
use serde_json::Value;

/// A home whose chain is `openai:first`, then `custom:second`, each at a server of its own.
fn home_with_two(first: &ModelServer, second: &ModelServer) -> Home {
    Home::new()
        .with("OPENAI_BASE_URL", first.openai_url())
        .with("PHILIA__PROVIDERS__CUSTOM__BASE_URL", second.openai_url())
        .with("PHILIA__MODELS__CHAT__CHAIN", "openai:first,custom:second")
        .with("PHILIA__MODELS__CHAT__TIMEOUT_SECONDS", "0.5")
        .with("PHILIA__MODELS__CHAT__IDLE_TIMEOUT_SECONDS", "0.5")
}

fn turns(home: &Home) -> Vec<Value> {
    let ran = home.run(["export"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let all: Value = serde_json::from_str(&ran.stdout).unwrap();
    let turns = all["records"]["interaction"].as_array().unwrap().iter();
    turns.map(|record| record["doc"].clone()).collect()
}

#[test]
fn an_address_in_the_environment_is_enough_and_the_prompt_holds_what_matters() {
    let server = ModelServer::start();
    server.always(Behaviour::stream(["A puppy", " is a joy."]));
    let home = Home::new().with("OPENAI_BASE_URL", server.openai_url()).with("OPENAI_MODEL", "local");
    let replies = home.say("I got a new puppy today! His name is Sparky.\n");
    assert!(replies.starts_with("A puppy is a joy."), "{replies}");
    home.say("What is my dog's name?\n");
    let asked = server.requests();
    let last = asked.last().unwrap();
    assert_eq!(last.body["model"], "local");
    assert_eq!(last.body["stream"], true);
    let prompt = last.prompt();
    for part in ["Mira", "Sparky", "What is my dog's name?"] {
        assert!(prompt.contains(part), "{part:?} is missing in {prompt}");
    }
    assert!(prompt.to_lowercase().contains("mood"), "{prompt}");
}

#[test]
fn whatever_the_first_does_wrong_the_next_answers_and_the_log_says_so() {
    let wrongs = [
        ("an error", Behaviour::status(500)),
        ("a wrong key", Behaviour::status(401)),
        ("a web page", Behaviour::Html),
        ("half a JSON", Behaviour::HalfJson),
        ("nothing", Behaviour::Empty),
        ("silence", Behaviour::Stall),
        ("a pause in the middle", Behaviour::StallAfter(vec!["Half a tho".into()])),
        ("a break in the middle", Behaviour::BreakAfter(vec!["Half a tho".into()])),
        ("an end in the middle", Behaviour::EndAfter(vec!["Half a tho".into()])),
    ];
    for (wrong, behaviour) in wrongs {
        let (first, second) = (ModelServer::start(), ModelServer::start());
        first.always(behaviour);
        second.always(Behaviour::reply("I am the second."));
        let home = home_with_two(&first, &second);
        let replies = home.say("hello\n");
        assert!(replies.starts_with("I am the second.") && !replies.contains("Half"), "{wrong}: {replies}");
        let turn = &turns(&home)[0];
        assert_eq!(turn["model"], "custom:second", "{wrong}: {turn}");
        assert_eq!(turn["fallback"][0]["model"], "openai:first", "{wrong}: {turn}");
    }
}

#[test]
fn when_nobody_answers_the_offline_voice_does_and_nothing_is_lost() {
    let (first, second) = (ModelServer::start(), ModelServer::start());
    first.always(Behaviour::status(500));
    second.always(Behaviour::Html);
    let home = home_with_two(&first, &second);
    let said = home.say("I got a new puppy today! His name is Sparky.\nWhat is my dog's name?\n/why\n");
    assert!(said.contains("Sparky") && said.contains("the offline voice"), "{said}");
    assert!(said.contains("openai:first failed") && said.contains("custom:second failed"), "{said}");
    assert_eq!(turns(&home).len(), 2);
}

#[test]
fn the_doctor_asks_models_and_embedders_on_this_machine() {
    let server = ModelServer::start();
    let home = Home::new()
        .with("OPENAI_BASE_URL", server.openai_url())
        .with("OPENAI_MODEL", "local")
        .with("PHILIA__MODELS__EMBED__EMBEDDER", "openai:text-embedding-3-small")
        .with("PHILIA__MODELS__EMBED__DIMENSIONS", "8");
    let well = home.run(["doctor"], "");
    assert_eq!(well.code, Some(0), "{well:?}");
    assert!(well.stdout.contains("openai:local answers"), "{}", well.stdout);
    assert!(well.stdout.contains("text-embedding-3-small"), "{}", well.stdout);
    server.always(Behaviour::error(401, "that key is not ours"));
    let broken = home.run(["doctor"], "");
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.stdout.contains("that key is not ours"), "{}", broken.stdout);
}

#[test]
fn an_ollama_is_offered_and_never_used_unasked() {
    let server = ModelServer::start();
    server.install(["llama3.2:latest", "nomic-embed-text:latest"]);
    let home = Home::new().with("OLLAMA_HOST", server.ollama_url());
    let doctor = home.run(["doctor"], "");
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.stdout.contains("models.chat.chain=ollama:llama3.2:latest"), "{}", doctor.stdout);
    home.say("hello\n");
    assert!(server.requests().iter().all(|request| request.method == "GET"), "{:?}", server.requests());

    server.always(Behaviour::reply("I am the llama."));
    let asked = home.run(["--set", "models.chat.chain=ollama:llama3.2:latest", "chat"], "hello\n");
    assert!(asked.stdout.starts_with("I am the llama."), "{asked:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_reply_leaves_the_message_kept() {
    use std::io::Write as _;
    use std::time::{Duration, Instant};

    let server = ModelServer::start();
    server.always(Behaviour::StallAfter(vec!["I was just".into()]));
    let home = Home::new().with("OPENAI_BASE_URL", server.openai_url());
    let mut child = home.command(["chat"]).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"Are you there?\n").unwrap();
    let begun = Instant::now();
    while server.requests().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the model was never asked");
        std::thread::sleep(Duration::from_millis(10));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ran = crate::home::finish(child, Vec::new());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let turn = &turns(&home)[0];
    assert_eq!((&turn["message"], &turn["cancelled"]), (&"Are you there?".into(), &true.into()), "{turn}");
}
