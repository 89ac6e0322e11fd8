//! Everything moves around the circle of all engines, by the program as people run it, and is the same at the end.

use super::Place;
use crate::home::Home;
use philia_ports::PartitionId;
use philia_ports::store::{Change, Draft, Key, Kind, MAX_CHANGES};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The engines that the circle goes through.
const CIRCLE: [&str; 6] = ["sqlite", "postgres_18", "redis_7", "dynamodb", "postgres_16", "sqlite"];

/// How many records go around: `PHILIA_CIRCLE_RECORDS`, or some thousands.
fn records() -> usize {
    std::env::var("PHILIA_CIRCLE_RECORDS").ok().and_then(|count| count.parse().ok()).unwrap_or(3000)
}

/// Records of several kinds for many people, one of whom has a good part of them; some large ones, some of odd letters.
fn fill(place: &Place, count: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = place.open().await;
        let people = (count / 500).clamp(3, 200);
        for person in 0..people {
            let id = PartitionId::new("home", format!("person {person} ✓")).unwrap();
            let partition = store.open(&id).await.unwrap();
            let share = if person == 0 { count / 4 } else { (count - count / 4) / (people - 1) };
            let changes: Vec<Change> = (0..share).map(|n| Change::Insert(record(person, n))).collect();
            for some in changes.chunks(MAX_CHANGES) {
                store.commit(&partition, some.to_vec()).await.unwrap();
            }
        }
    });
}

fn record(person: usize, n: usize) -> Draft {
    let kind = [Kind::Incident, Kind::Plugin, Kind::Job, Kind::Blob, Kind::Reflection][n % 5];
    let text = if n % 997 == 5 { "large ".repeat(50_000) } else { format!("what {person} said, {n} \u{1f600} 雨") };
    let doc =
        json!({ "text": text, "n": n, "x": n as f64 * 0.1, "deep": { "b": [null, true, -1.5e-7], "a": "\u{7f}\"" } });
    let blob = n.is_multiple_of(3).then(|| (0..256 + n % 7).map(|byte| (byte * n % 251) as u8).collect());
    let at = jiff::Timestamp::from_microsecond(1_700_000_000_000_000 + (n as i64 % 91) * 1_000_003).unwrap();
    Draft { key: Key::new(kind, format!("{n:06}-{}", n * 7919 % 10_007)), at, doc: doc.into(), blob }
}

/// The counts and the hash of every partition.
fn sums(home: &Home, url: &str) -> Value {
    let ran = home.run(["store", "check", "--json", "--url", url], "");
    let said: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    // What was put there is no reflection and no incident of the program's; the rest must be as it must be.
    said["partitions"].clone()
}

#[test]
fn everything_is_the_same_after_the_circle() {
    let home = Home::new();
    let Some(places) = CIRCLE.map(Place::new).into_iter().collect::<Option<Vec<_>>>() else { return };
    fill(&places[0], records());
    let before = sums(&home, &places[0].url);
    let count: u64 = before.as_object().unwrap().values().map(|sum| sum["records"].as_u64().unwrap()).sum();
    assert!(count as usize >= records() * 9 / 10, "{count}");
    for (pair, names) in places.windows(2).zip(CIRCLE.windows(2)) {
        let began = Instant::now();
        let migrate = ["migrate", "--json", "--from", &pair[0].url, "--to", &pair[1].url];
        // It is killed three times on its way, at once, soon, and later; each time as a power failure would.
        for after in [30, 150, 400] {
            let mut child = home.command(migrate).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(after));
            let _ = child.kill();
            child.wait().unwrap();
        }
        let ran = home.run(migrate, "");
        let moved: Value = match ran.code {
            Some(0) => serde_json::from_str(&ran.stdout).unwrap(),
            // One that came to its end before it was killed.
            _ if ran.stderr.contains("must be empty") => json!({ "partitions": before }),
            _ => panic!("{ran:?}"),
        };
        assert_eq!(moved["partitions"], before, "{names:?}");
        assert_eq!(sums(&home, &pair[1].url), before, "{names:?}");
        // For whoever wants to know how long it takes.
        #[allow(clippy::print_stdout, reason = "shown with --nocapture")]
        {
            println!("{} -> {}: {count} records in {:.1} s", names[0], names[1], began.elapsed().as_secs_f64());
        }
    }
}

#[test]
fn a_backup_that_was_made_under_load_is_restored_on_every_engine() {
    use crate::people::Client;
    use crate::serve::Server;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    let home = Home::new();
    let server = Server::start(&home);
    let (done, said) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let talkers: Vec<_> = (0..4)
        .map(|person| {
            let client = Client::new(&server.address, format!("person-{person}"));
            let (done, said) = (done.clone(), said.clone());
            std::thread::spawn(move || {
                for n in 0.. {
                    if done.load(Ordering::SeqCst) {
                        return;
                    }
                    let message = format!("Note {n} of {person}: my cousin number {n} likes tea.");
                    client.say(&format!("{n}"), &message).expect("an answer");
                    said.lock().unwrap().push((person, message));
                }
            })
        })
        .collect();
    while said.lock().unwrap().len() < 20 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = said.lock().unwrap().clone();
    let made = crate::http::post(&server.address, "/api/admin/backup", "{}");
    assert_eq!(made.status, 201, "{}", made.body);
    done.store(true, Ordering::SeqCst);
    talkers.into_iter().for_each(|talker| talker.join().unwrap());
    server.kill();
    let name = serde_json::from_str::<Value>(&made.body).unwrap()["file"].as_str().unwrap().to_owned();
    let file = home.path(".local/share/philia/backups").join(name);
    let whole = std::fs::read(&file).unwrap();

    for engine in ["sqlite", "postgres_16", "redis_7", "dynamodb"] {
        let Some(place) = Place::new(engine) else { return };
        let elsewhere = Home::new().with("PHILIA__STORE__URL", &place.url);
        for bad in [whole[..whole.len() / 2].to_vec(), [&whole[..100], b"?", &whole[101..]].concat()] {
            let bad = elsewhere.file("bad.backup", bad);
            let ran = elsewhere.run(["restore".as_ref(), bad.as_os_str()], "");
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stderr.contains("damaged"), "{ran:?}");
        }
        let ran = elsewhere.run(["restore".as_ref(), file.as_os_str()], "");
        assert_eq!(ran.code, Some(0), "{engine}: {ran:?}");
        let server = Server::start(&elsewhere);
        for person in 0..4 {
            let log = Client::new(&server.address, format!("person-{person}")).all("/api/chat/history?limit=200");
            let kept: Vec<&str> = log.iter().map(|turn| turn["message"].as_str().unwrap()).collect();
            for (_, message) in before.iter().filter(|(who, _)| *who == person) {
                assert_eq!(kept.iter().filter(|kept| **kept == message).count(), 1, "{engine}: {message:?}");
            }
        }
        server.kill();
    }
}
