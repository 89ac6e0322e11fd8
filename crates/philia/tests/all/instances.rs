//! Two instances of the program on one PostgreSQL and one Redis: people hop between them, and servers die under them.

use crate::home::Home;
use crate::http;
use crate::people::Client;
use crate::serve::Server;
use philia_testkit::server::Server as _;
use philia_testkit::server::{postgres, redis};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PEOPLE: usize = 200;
const TURNS: usize = 6;
/// So many talk at once.
const AT_ONCE: usize = 24;

/// A home whose records and whose cache are on servers.
fn on(store: &str, cache: &str) -> Home {
    Home::new().with("PHILIA__STORE__URL", store).with("PHILIA__CACHE__URL", cache)
}

/// A number that looks random and is the same in every run.
fn chance(person: usize, turn: usize) -> usize {
    let mut seed = (person * 1000 + turn) as u64;
    usize::try_from(crate::crash::random(&mut seed) >> 33).unwrap()
}

fn line(person: usize, turn: usize) -> String {
    match turn {
        0 => format!("My dog is called Sparky{person}x."),
        1 => "What is my dog's name?".into(),
        _ => format!("Today I walked {turn} miles by the river."),
    }
}

/// Work for each of many, some at once.
fn at_once(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    match next.fetch_add(1, Ordering::Relaxed) {
                        n if n < count => work(n),
                        _ => return,
                    }
                }
            });
        }
    });
}

#[test]
fn two_hundred_people_hop_between_two_instances() {
    let (Some(postgres), Some(redis)) = (postgres::shared(16), redis::shared()) else { return };
    let (store, cache) = (postgres.database(), redis.database());
    let homes = [on(&store, &cache), on(&store, &cache)];
    let servers = homes.each_ref().map(Server::start);
    let hops = AtomicUsize::new(0);
    at_once(PEOPLE, |person| {
        let clients = servers.each_ref().map(|server| Client::new(&server.address, format!("hop-{person}")));
        let mut last = None;
        for turn in 0..TURNS {
            let which = chance(person, turn) % 2;
            hops.fetch_add(usize::from(last.is_some_and(|last| last != which)), Ordering::Relaxed);
            last = Some(which);
            let reply = clients[which].say(&format!("t{turn}"), &line(person, turn)).expect("an answer");
            if turn == 1 {
                let name = format!("Sparky{person}x");
                assert!(reply["reply"].as_str().unwrap().contains(&name), "person {person} on {which}: {reply}");
            }
        }
    });
    assert!(hops.into_inner() > PEOPLE, "hardly anybody hopped");

    at_once(PEOPLE, |person| {
        let client = Client::new(&servers[person % 2].address, format!("hop-{person}"));
        let mut log = client.all("/api/chat/history?limit=200");
        log.reverse();
        let said: Vec<&str> = log.iter().filter_map(|turn| turn["message"].as_str()).collect();
        let expected: Vec<String> = (0..TURNS).map(|turn| line(person, turn)).collect();
        assert_eq!(said, expected, "the log of person {person}");
        for pair in log.windows(2) {
            // Each was felt upon the one before, wherever that was.
            let (after, before) = (&pair[0]["mood_after"]["pleasure"], &pair[1]["mood_before"]["pleasure"]);
            let apart = (after.as_f64().unwrap() - before.as_f64().unwrap()).abs();
            assert!(apart < 1e-2, "person {person}: {after} and then {before}");
        }
        let memories = client.all("/api/memories?limit=200");
        let mut learned: BTreeMap<&str, usize> = BTreeMap::new();
        for memory in memories.iter().filter(|memory| memory["kind"] == "episodic" && memory["speaker"] == "user") {
            *learned.entry(memory["content"].as_str().unwrap()).or_default() += 1;
        }
        assert!(learned.values().all(|times| *times == 1), "person {person} was learned from twice: {learned:?}");
        assert_eq!(learned.len(), expected.len(), "person {person}: {learned:?}");
    });
}

/// What the server says of itself.
fn status(server: &Server) -> String {
    let health = http::get(&server.address, "/health");
    let body: Value = serde_json::from_str(&health.body).unwrap_or_else(|_| panic!("{}", health.body));
    body["status"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// Waits until it is well: a link that was lost is made again after a moment.
fn when_well(server: &Server) {
    let began = Instant::now();
    while status(server) != "ok" {
        assert!(began.elapsed() < Duration::from_secs(30), "it stays {}", status(server));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_database_and_the_cache_die_under_load_and_nothing_acknowledged_is_lost() {
    let (Some(mut postgres), Some(mut redis)) = (postgres::Postgres::start(16), redis::Redis::start()) else { return };
    let (store, cache) = (postgres.database(), redis.database());
    let home = on(&store, &cache);
    let server = Server::start(&home);
    let kept: Mutex<Vec<(usize, String)>> = Mutex::default();
    let (mut unsaved, mut degraded) = (0, 0);
    for round in 0..4 {
        let talk = |person: usize, part: &str| {
            let client = Client::new(&server.address, format!("person-{person}"));
            let message = format!("Note {round} {part}: my cousin number {person} likes tea.");
            let reply = client.say(&format!("{round}-{part}"), &message).expect("an answer, whatever has died");
            let saved = reply["saved"] == true;
            if saved {
                kept.lock().unwrap().push((person, message));
            }
            saved
        };
        let died = AtomicUsize::new(0);
        // While people talk, one of the two dies, and comes back.
        std::thread::scope(|scope| {
            for person in 0..8 {
                let (talk, died) = (&talk, &died);
                scope.spawn(move || {
                    for n in 0..6 {
                        if !talk(person, &n.to_string()) {
                            died.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            if round % 2 == 0 { postgres.kill() } else { redis.kill() }
        });
        if round % 2 == 0 {
            assert!(!talk(0, "dead"), "nothing can be kept now");
            unsaved += 1;
        } else {
            assert!(talk(0, "dead"), "the cache is never the only copy");
        }
        degraded += usize::from(status(&server) != "ok");
        if round % 2 == 0 {
            postgres.restart()
        } else {
            redis.restart()
        }
        // Without a restart of its own.
        when_well(&server);
        assert!(talk(1, "back"), "it is there again");
    }
    assert_eq!((unsaved, degraded), (2, 4));

    for person in 0..8 {
        let client = Client::new(&server.address, format!("person-{person}"));
        let log = client.all("/api/chat/history?limit=200");
        let mut said: BTreeMap<&str, usize> = BTreeMap::new();
        for turn in &log {
            *said.entry(turn["message"].as_str().unwrap()).or_default() += 1;
        }
        assert!(said.values().all(|times| *times == 1), "doubled: {said:?}");
        for (_, message) in kept.lock().unwrap().iter().filter(|(who, _)| *who == person) {
            assert!(said.contains_key(message.as_str()), "{message:?} was acknowledged and is lost");
        }
    }
}
