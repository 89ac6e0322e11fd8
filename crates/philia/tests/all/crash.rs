//! Killed at any instant, the program loses no message it acknowledged, and learns from each once.

use crate::home::Home;
use crate::people::Client;
use crate::serve::Server;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PEOPLE: usize = 6;

/// A small generator (SplitMix64, Steele et al. 2014), so that a failing run can be repeated by its seed.
pub(crate) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What each person was told is kept: message by its id.
type Acknowledged = Arc<Mutex<BTreeMap<(usize, String), String>>>;

#[test]
fn no_kill_loses_or_doubles_an_acknowledged_message() {
    survives(&Home::new(), 50);
}

/// Kills the program so often, and looks at what it had acknowledged.
pub(crate) fn survives(home: &Home, kills: u64) {
    let acknowledged: Acknowledged = Arc::default();
    let mut seed = 20_261_120;

    for round in 0..kills {
        let server = Server::start(home);
        if round % 10 == 0 {
            check(&server, &acknowledged);
        }
        let (heard, first) = std::sync::mpsc::channel();
        let talkers: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let (address, acknowledged, heard) = (server.address.clone(), acknowledged.clone(), heard.clone());
                std::thread::spawn(move || talk(&address, person, round, &acknowledged, &heard))
            })
            .collect();
        // Half of the kills fall anywhere from the start on, half into the thick of it.
        if round % 2 == 0 {
            first.recv().expect("a message is acknowledged");
        }
        std::thread::sleep(Duration::from_millis(random(&mut seed) % 100));
        server.kill();
        for talker in talkers {
            talker.join().expect("a talker ends");
        }
    }

    let server = Server::start(home);
    check(&server, &acknowledged);
    let count = acknowledged.lock().expect("the list").len();
    // Every second kill waits for one.
    assert!(
        count as u64 >= kills / 2,
        "only {count} messages were acknowledged: the load was too small to show anything"
    );
}

/// Talks until the server is gone, and notes what it acknowledged.
fn talk(address: &str, person: usize, round: u64, acknowledged: &Acknowledged, heard: &Sender<()>) {
    let client = Client::new(address, format!("person-{person}"));
    for n in 0.. {
        let id = format!("r{round}-{n}");
        let message = format!("Note {round}.{n}: my cousin number {n} of round {round} likes tea.");
        if client.say(&id, &message).is_none() {
            return;
        }
        acknowledged.lock().expect("the list").insert((person, id), message);
        // Nobody waits for more than the first.
        let _ = heard.send(());
    }
}

fn check(server: &Server, acknowledged: &Acknowledged) {
    let acknowledged = acknowledged.lock().expect("the list").clone();
    for person in 0..PEOPLE {
        let client = Client::new(&server.address, format!("person-{person}"));
        let log = when_resumed(&client);
        let said = counted(log.iter().map(|turn| text(turn, "message")));
        for ((_, id), message) in acknowledged.iter().filter(|((who, _), _)| *who == person) {
            assert_eq!(said.get(message), Some(&1), "message {id} of person {person} in the log");
        }
        assert!(said.values().all(|count| *count == 1), "a message is in the log twice");
        let ids: BTreeSet<String> = log.iter().map(|turn| text(turn, "id")).collect();
        assert_eq!(ids.len(), log.len());

        // Every heard message, acknowledged or not, has been learned from once: one episode each.
        let memories = client.all("/api/memories?limit=200");
        let episodes = memories.iter().filter(|memory| memory["kind"] == "episodic" && memory["speaker"] == "user");
        let learned = counted(episodes.map(|memory| text(memory, "content")));
        assert_eq!(learned, said, "what person {person} said and what was learned from it");
    }
}

/// The log, once what was cut off is answered and learned from.
fn when_resumed(client: &Client) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let log = client.all("/api/chat/history?limit=200");
        let memories = client.all("/api/memories?limit=200");
        let learned = |turn: &Value| memories.iter().any(|memory| memory["content"] == turn["message"]);
        if log.iter().all(|turn| turn["stage"] == "answered" && learned(turn)) {
            return log;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "a turn is not resumed: {log:?} {memories:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn counted(texts: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}
