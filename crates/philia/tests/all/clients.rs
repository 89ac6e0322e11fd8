//! The clients that people already have, unmodified and from their registries, against the real program.
//!
//! `scripts/clients/install` puts them where they are looked for: in `PHILIA_CLIENTS_DIR`, or in `target/clients`. Where
//! they are not, a test says that it is skipped; in CI it fails.

use crate::home::Home;
use crate::serve::Server;
use philia_testkit::model_server::{Behaviour, ModelServer, Recorded};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the clients are.
fn clients() -> Option<PathBuf> {
    let named = std::env::var_os("PHILIA_CLIENTS_DIR").map(PathBuf::from);
    let place = named.unwrap_or_else(|| root().join("target/clients"));
    if place.join("venv/bin/python").exists() && place.join("node_modules").exists() {
        return Some(place);
    }
    let why = format!("the clients are not in {}; scripts/clients/install puts them there", place.display());
    assert!(std::env::var_os("CI").is_none(), "{why}");
    philia_testkit::skipped(&why);
    None
}

/// Runs a client's script against a server; its last words and whether it went well.
fn run(clients: &Path, script: &str, url: &str, more: &[(&str, &str)]) -> (bool, String) {
    let program = match script.rsplit_once('.') {
        Some((_, "py")) => clients.join("venv/bin/python"),
        _ => PathBuf::from("node"),
    };
    let mut command = Command::new(program);
    command.arg(root().join("scripts/clients").join(script));
    command.env("PHILIA", url).env("CLIENTS", clients).env("MEM0_TELEMETRY", "False");
    command.env("PROGRAM", env!("CARGO_BIN_EXE_philia"));
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.envs(more.iter().copied()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let well = output.status.success() && said[0].trim_end().ends_with("well");
    (well, said.concat())
}

/// A client is content with a server, and not with one that has no such door.
fn is_content(script: &str, home: &Home, more: &[(&str, &str)]) {
    let Some(clients) = clients() else { return };
    let server = Server::start(home);
    let mut more = more.to_vec();
    let scratch = home.path("client").display().to_string();
    more.push(("SCRATCH", &scratch));
    // What a client keeps on its disk is kept here.
    more.push(("MEM0_DIR", &scratch));
    let (well, said) = run(&clients, script, &format!("http://{}", server.address), &more);
    assert!(well, "{script}: {said}");
    let (well, said) = run(&clients, script, &format!("http://{}/shut", server.address), &more);
    assert!(!well, "{script} is content with a door that is shut: {said}");
}

/// A model that knows what it was told, and a tool when it needs one.
fn knowing() -> ModelServer {
    let server = ModelServer::start();
    server.decide(|asked: &Recorded| {
        let last = asked.body["messages"].as_array()?.last()?;
        let text = last["content"].as_str().unwrap_or_default();
        let question = text.rsplit("\n\n").next().unwrap_or_default();
        let offered = asked.body["tools"].as_array().is_some_and(|tools| !tools.is_empty());
        let known = |word: &str, says: &str| {
            let knows = asked.prompt().contains(word);
            Behaviour::reply(if knows { says } else { "I do not know." })
        };
        Some(match (last["role"].as_str()?, question) {
            ("tool", _) => Behaviour::reply("It is sunny in Rome."),
            (_, asks) if asks.contains("weather") && offered => {
                Behaviour::tool_call("weather", &serde_json::json!({ "city": "Rome" }).to_string())
            }
            (_, "What is my dog's name?") => known("Sparky", "Your dog is called Sparky."),
            (_, "Where does my sister live?") => known("Lisbon", "She lives in Lisbon."),
            (_, "What is my favourite colour?") => known("vermilion", "It is vermilion."),
            _ => Behaviour::stream(["I ", "see."]),
        })
    });
    server
}

fn with_model(model: &ModelServer) -> Home {
    Home::new().with("OPENAI_BASE_URL", model.openai_url()).with("OPENAI_MODEL", "local")
}

#[test]
fn openai_for_python() {
    let model = knowing();
    is_content("openai_client.py", &with_model(&model), &[("WITH_MODEL", "1")]);
}

#[test]
fn openai_for_python_without_a_model() {
    is_content("openai_client.py", &Home::new(), &[]);
}

#[test]
fn openai_for_node() {
    let model = knowing();
    is_content("openai_client.mjs", &with_model(&model), &[("WITH_MODEL", "1")]);
}

#[test]
fn mcp_for_python() {
    is_content("mcp_client.py", &Home::new(), &[]);
}

#[test]
fn mcp_for_typescript() {
    is_content("mcp_client.mjs", &Home::new(), &[]);
}

#[test]
fn mem0_for_python() {
    is_content("mem0_client.py", &Home::new(), &[]);
}

#[test]
fn mem0_open_source_routes() {
    is_content("mem0_oss_client.py", &Home::new(), &[]);
}

#[test]
fn what_is_told_at_one_door_is_known_at_the_others() {
    if clients().is_none() {
        return;
    }
    let home = Home::new();
    is_content("across_doors.py", &home, &[]);
    // The server has ended; the terminal has the same memory.
    let said = home.say("What is my dog's name?\nWhere is the spare key?\n");
    assert!(said.contains("Sparky") && said.contains("fern"), "{said}");
    let listed = home.run(["memory", "search", "dog", "--json"], "");
    assert!(listed.code == Some(0) && listed.stdout.contains("Sparky"), "{listed:?}");
}

#[test]
fn letta_for_python() {
    is_content("letta_door.py", &Home::new(), &[]);
}
