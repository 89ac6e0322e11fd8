//! Sealed people: what the store holds of them, and that nothing else changes.

use crate::world::{Act, Scripted, World};
use philia_companion::Person;
use philia_companion::privacy::{Consent, Phase, Purpose};
use philia_companion::recall::Request;
use philia_mind::profile::PrivacyTier;
use philia_ports::store::MAX_RECORD_BYTES;
use philia_ports::store::{Key, Kind, Record, Scan};
use philia_ports::{PartitionId, Store as _, StoreError};

const LIFE: [&str; 5] = [
    "My sister Ana lives in Rome.",
    "I work as a gardener in Porto.",
    "My locker code is quicksilver.",
    "Remind me to water the hibiscus tomorrow.",
    "I adore black coffee.",
];
const WORDS: [&str; 5] = ["rome", "gardener", "quicksilver", "hibiscus", "coffee"];

/// What the store below the vault holds of a person.
async fn raw(world: &World, name: &str) -> Vec<Record> {
    let partition = world.store.open(&PartitionId::new("test", name).unwrap()).await.unwrap();
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let scan = Scan { blobs: true, ..Scan::of(*kind) };
        all.extend(world.store.scan(&partition, &scan).await.unwrap().items);
    }
    all
}

fn shows(records: &[Record], word: &str) -> bool {
    records.iter().any(|record| format!("{} {}", record.key, record.doc).to_lowercase().contains(word))
}

async fn tier(person: &Person, tier: PrivacyTier) {
    person.update_profile(|profile| profile.privacy = tier).await.unwrap();
    person.settle_privacy(|_, _| ()).await.unwrap();
}

/// Everything as those above the vault see it, without versions: sealing writes records anew.
async fn clear(person: &Person) -> String {
    let mut out = Vec::new();
    person.export_json(&mut out).await.unwrap();
    let mut export: serde_json::Value = serde_json::from_slice(&out).unwrap();
    for (kind, records) in export["records"].as_object_mut().unwrap() {
        let records = records.as_array_mut().unwrap();
        records.retain(|record| record["id"] != "seal");
        records.sort_by_key(|record| record["id"].as_str().unwrap().to_owned());
        if kind == "profile" {
            records[0]["doc"]["privacy"] = "same".into();
            records[0]["at"] = "same".into();
        }
    }
    export["records"].to_string()
}

async fn recalls(person: &Person, question: &str) -> String {
    let found = person.recall(&Request { k: 5, ..Request::new(question) }).await.unwrap();
    found.memories.iter().map(|recalled| recalled.memory.content.clone() + "\n").collect()
}

#[tokio::test]
async fn what_was_there_is_sealed_what_comes_is_sealed_and_both_are_found() {
    let world = World::new();
    let ana = world.person("ana").await;
    ana.update_profile(|profile| profile.country = Some("PT".into())).await.unwrap();
    for message in LIFE {
        world.say(&ana, message).await;
    }
    let before = clear(&ana).await;
    let stored = raw(&world, "ana").await;
    assert!(WORDS.iter().all(|word| shows(&stored, word)));

    tier(&ana, PrivacyTier::Hybrid).await;
    assert_eq!(ana.privacy().await.unwrap().sealed, Some(Phase::Sealed));
    let sealed = raw(&world, "ana").await;
    for record in sealed.iter().filter(|record| record.key.kind != Kind::DataKey) {
        assert!(record.key.id.starts_with('~') && record.doc.to_string().starts_with("{\"$sealed\":"), "{record:?}");
    }
    assert_eq!(clear(&ana).await, before, "nothing is lost and nothing is added");
    for (word, question) in [("Rome", "Where does my sister live?"), ("quicksilver", "What is my locker code?")] {
        assert!(recalls(&ana, question).await.contains(word), "{question}");
    }

    let coffee = || async {
        let memories = ana.memories(50, None, false).await.unwrap().items;
        memories.iter().filter(|memory| memory.content.contains("black coffee")).count()
    };
    let known = coffee().await;
    // Saying the same again finds the statement by its sealed name, and a fact is closed by the next.
    world.say(&ana, "I adore black coffee.").await;
    world.say(&ana, "I work as a florist in Lisbon.").await;
    assert!(recalls(&ana, "What is my job?").await.contains("florist"));
    assert_eq!(coffee().await, known, "what was said before makes no second memory");
    let sealed = raw(&world, "ana").await;
    assert!(!WORDS.iter().chain(&["florist", "lisbon"]).any(|word| shows(&sealed, word)));
}

#[tokio::test]
async fn unsealing_gives_everything_back_and_the_key_is_gone() {
    let world = World::new();
    let ana = world.person("ana").await;
    tier(&ana, PrivacyTier::Local).await;
    for message in LIFE {
        world.say(&ana, message).await;
    }
    let before = clear(&ana).await;
    let sealed = raw(&world, "ana").await;
    assert!(!WORDS.iter().any(|word| shows(&sealed, word)));
    tier(&ana, PrivacyTier::Cloud).await;
    assert_eq!(ana.privacy().await.unwrap().sealed, None);
    let stored = raw(&world, "ana").await;
    assert!(stored.iter().all(|record| record.key.kind != Kind::DataKey && !record.key.id.starts_with('~')));
    assert!(WORDS.iter().all(|word| shows(&stored, word)));
    assert_eq!(clear(&ana).await, before);
    assert!(recalls(&ana, "Where does my sister live?").await.contains("Rome"));
}

#[tokio::test]
async fn sealing_goes_on_where_it_was_interrupted_and_turns_go_on_meanwhile() {
    let world = World::new();
    let ana = world.person("ana").await;
    for message in LIFE {
        world.say(&ana, message).await;
    }
    // The job is promised, and then the store fails again and again.
    for after in [2, 3, 5, 8] {
        world.store.fail_commits_after(after, 1);
        let _ = ana.update_profile(|profile| profile.privacy = PrivacyTier::Hybrid).await;
        let _ = ana.settle_privacy(|_, _| ()).await;
        world.store.fail_commits(0);
        world.say(&ana, &format!("My lucky number is {after}.")).await;
        assert!(recalls(&ana, "Where does my sister live?").await.contains("Rome"));
    }
    tier(&ana, PrivacyTier::Hybrid).await;
    let sealed = raw(&world, "ana").await;
    assert!(!WORDS.iter().chain(&["lucky"]).any(|word| shows(&sealed, word)));
    assert!(sealed.iter().all(|record| record.key.kind == Kind::DataKey || record.key.id.starts_with('~')));
}

#[tokio::test]
async fn a_new_key_seals_everything_anew() {
    let world = World::new();
    let ana = world.person("ana").await;
    assert!(ana.rotate_key().await.unwrap_err().to_string().contains("hybrid"));
    tier(&ana, PrivacyTier::Hybrid).await;
    for message in LIFE {
        world.say(&ana, message).await;
    }
    let before = (clear(&ana).await, raw(&world, "ana").await);
    ana.rotate_key().await.unwrap();
    world.say(&ana, "My umbrella is green.").await;
    ana.settle_privacy(|_, _| ()).await.unwrap();
    let after = raw(&world, "ana").await;
    for record in before.1.iter().filter(|record| record.key.kind != Kind::DataKey) {
        let now = after.iter().find(|now| now.key == record.key);
        assert!(now.is_none_or(|now| now.doc != record.doc), "{}", record.key);
    }
    assert!(recalls(&ana, "Where does my sister live?").await.contains("Rome"));
    assert!(recalls(&ana, "What colour is my umbrella?").await.contains("green"));

    let (people, _) = world.philia.rotate_master_key().await.unwrap().unwrap();
    assert_eq!(people, 1);
    let keys = |records: &[Record]| records.iter().find(|r| r.key.kind == Kind::DataKey).unwrap().doc.clone();
    assert_ne!(keys(&after).value()["master"], keys(&raw(&world, "ana").await).value()["master"]);
    world.philia.unlock().await.unwrap();
    assert!(recalls(&ana, "Where does my sister live?").await.contains("Rome"));
}

#[tokio::test]
async fn without_the_right_master_key_nothing_is_read_and_nothing_overwritten() {
    let world = World::new();
    let ana = world.person("ana").await;
    tier(&ana, PrivacyTier::Hybrid).await;
    world.say(&ana, LIFE[0]).await;
    let before = raw(&world, "ana").await;
    // The same store, opened by a program that has not the key.
    let other = world.reopened();
    let error = other.philia.unlock().await.unwrap_err().to_string();
    assert!(error.contains("master key") && error.contains("Nothing was changed"), "{error}");
    let ana = other.person("ana").await;
    let failed = ana.profile().await.unwrap_err();
    assert!(matches!(failed, philia_companion::Error::Store(StoreError::Locked(_))), "{failed}");
    assert!(ana.update_profile(|profile| profile.display_name = Some("Eve".into())).await.is_err());
    assert!(ana.ask(philia_companion::Incoming::new("test", "Hello?")).await.is_err());
    assert_eq!(raw(&world, "ana").await, before);
    // Others are served all the same.
    let ben = other.person("ben").await;
    other.say(&ben, "My cat is called Miu.").await;
    assert!(recalls(&ben, "What is my cat called?").await.contains("Miu"));
}

#[tokio::test]
async fn who_is_erased_takes_the_keys_with_them() {
    let world = World::new();
    let ana = world.person("ana").await;
    tier(&ana, PrivacyTier::Local).await;
    world.say(&ana, LIFE[0]).await;
    ana.erase().await.unwrap();
    assert_eq!(raw(&world, "ana").await, []);
    let again = world.person("ana").await;
    assert_eq!(again.privacy().await.unwrap().sealed, None);
    world.say(&again, "I am new here.").await;
    let key = Key::new(Kind::DataKey, "keys");
    let partition = world.store.open(&PartitionId::new("test", "ana").unwrap()).await.unwrap();
    assert_eq!(world.store.get_many(&partition, &[key]).await.unwrap(), [None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_out_in_one_file_and_comes_back_as_it_was() {
    let world = World::new();
    let ana = world.person("ana").await;
    ana.update_profile(|profile| profile.country = Some("PT".into())).await.unwrap();
    for message in LIFE {
        world.say(&ana, message).await;
    }
    let memory = ana.memories(1, None, false).await.unwrap().items.remove(0);
    ana.attach(&memory.id, "a picture.png", Some("image/png"), &vec![7; 400_000]).await.unwrap();
    ana.set_block("about", "Loves the sea.").await.ok();
    tier(&ana, PrivacyTier::Hybrid).await;

    let path = std::env::temp_dir().join(format!("philia-archive-{}.zip", std::process::id()));
    let file = std::fs::File::create(&path).unwrap();
    ana.export_archive(file, |_, _| ()).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut streamed = Vec::new();
    let mut pieces = ana.export_stream();
    while let Some(piece) = pieces.recv().await {
        streamed.extend(piece.unwrap());
    }
    for bytes in [&bytes, &streamed] {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert!(names.iter().any(|name| name.starts_with("files/") && name.ends_with("a picture.png")), "{names:?}");
        let mut read = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("philia-export.md").unwrap(), &mut read).unwrap();
        assert!(read.contains("quicksilver"));
    }

    let ben = world.person("ben").await;
    let restored = ben.import_archive(std::io::Cursor::new(bytes.clone()), |_| ()).await.unwrap();
    assert!(restored.turns == LIFE.len() && restored.memories >= LIFE.len(), "{restored:?}");
    assert_eq!(clear(&ben).await, clear(&ana).await);
    assert_eq!(ben.privacy().await.unwrap().sealed, Some(Phase::Sealed));
    let sealed = raw(&world, "ben").await;
    assert!(!WORDS.iter().any(|word| shows(&sealed, word)));
    assert!(recalls(&ben, "Where does my sister live?").await.contains("Rome"));
    let attached = ben.attachment(&memory.id, 0).await.unwrap().1.unwrap();
    assert_eq!(attached, vec![7; 400_000]);

    let again = ben.import_archive(std::io::Cursor::new(bytes.clone()), |_| ()).await.unwrap_err();
    assert!(again.to_string().contains("already"), "{again}");
    let eve = world.person("eve").await;
    for damaged in
        [&bytes[..bytes.len() / 2], b"PK", b"{\"format\":\"philia-export\",\"version\":9,\"records\":{}}", b""]
    {
        let error = eve.import_archive(std::io::Cursor::new(damaged.to_vec()), |_| ()).await.unwrap_err();
        assert!(error.to_string().contains("no export of Philia"), "{error}");
    }
    // A small zip may unpack to anything: no more is read of a record than a record can have.
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    bomb.start_file("philia-export.json", zip::write::SimpleFileOptions::default()).unwrap();
    let begin = b"{\"format\":\"philia-export\",\"version\":1,\"records\":{\"memory\":[{\"id\":\"";
    std::io::Write::write_all(&mut bomb, begin).unwrap();
    for _ in 0..5 * MAX_RECORD_BYTES / 65536 {
        std::io::Write::write_all(&mut bomb, &[b'a'; 65536]).unwrap();
    }
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < MAX_RECORD_BYTES / 8, "{}", bomb.len());
    let error = eve.import_archive(std::io::Cursor::new(bomb), |_| ()).await.unwrap_err();
    assert!(error.to_string().contains("a record has more than"), "{error}");
}

#[tokio::test]
async fn who_does_not_agree_to_learning_is_not_learned_from() {
    let world = World::new();
    let ana = world.person("ana").await;
    let agrees = |consents: Vec<Consent>, purpose| consents.into_iter().find(|c| c.purpose == purpose).unwrap();
    let first = ana.consents().await.unwrap();
    assert!(agrees(first.clone(), Purpose::Learning).given && !agrees(first, Purpose::Proactive).given);
    let after = ana.decide(&[(Purpose::Learning, false)].into()).await.unwrap();
    let decision = agrees(after, Purpose::Learning).decisions[0];
    assert!(!decision.given && decision.words == 1 && decision.at == world.philia.now());
    world.say(&ana, "My locker code is quicksilver.").await;
    assert_eq!(ana.memories(10, None, true).await.unwrap().items, []);
    ana.decide(&[(Purpose::Learning, true), (Purpose::Proactive, true)].into()).await.unwrap();
    world.say(&ana, "My sister Ana lives in Rome.").await;
    assert!(!ana.memories(10, None, true).await.unwrap().items.is_empty());
    // What the settings say of writing first is the same decision.
    assert_eq!(ana.profile().await.unwrap().proactive_consent, Some(true));
    ana.update_profile(|profile| profile.proactive_consent = Some(false)).await.unwrap();
    let proactive = agrees(ana.consents().await.unwrap(), Purpose::Proactive);
    assert_eq!((proactive.given, proactive.decisions.len()), (false, 2));
}

#[tokio::test]
async fn words_go_to_a_remote_model_only_as_long_as_that_is_agreed_to() {
    let model = Scripted::new((0..3).map(|_| Act::Say(&["I hear you."])));
    let world = World::with(Some(model.clone()));
    let ana = world.person("ana").await;
    let asked = || model.asked.lock().unwrap().len();
    world.say(&ana, "One.").await;
    assert_eq!(asked(), 1);
    ana.decide(&[(Purpose::RemoteModels, false)].into()).await.unwrap();
    let reply = world.say(&ana, "Two.").await;
    assert_eq!((asked(), reply.model.as_str()), (1, "offline"));
    // A store that does not answer gives nothing away: what was known last holds.
    world.store.fail_reads(1000);
    let _ = ana.ask(philia_companion::Incoming::new("test", "Three.")).await;
    assert_eq!(asked(), 1);
    world.store.fail_reads(0);
    ana.decide(&[(Purpose::RemoteModels, true)].into()).await.unwrap();
    world.say(&ana, "Four.").await;
    assert_eq!(asked(), 2);
}
