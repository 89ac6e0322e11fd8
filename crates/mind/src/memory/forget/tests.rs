//! What is forgotten, and what stays.

use super::ask::{Answer, Asked, answered, asked};
use super::topic::Topic;
use super::*;
use crate::memory::{Fact, Provenance, Speaker};
use crate::text::Analyzer;
use crate::{InteractionId, MemoryId};

fn memory(id: &str, content: &str) -> Memory {
    let at: Timestamp = "2026-05-03T10:00:00Z".parse().unwrap();
    Memory::new(MemoryId::new(id), content, Speaker::User, "test", at, Provenance::Hand)
}

fn about(topic: &str, exclude: &[&str]) -> Option<Asked> {
    Some(Asked::About { topic: topic.into(), exclude: exclude.iter().map(|word| (*word).to_owned()).collect() })
}

#[test]
fn orders_to_forget_are_read_in_many_forms() {
    let cases = [
        ("forget everything about my ex", "my ex"),
        ("Please forget everything I told you about my ex.", "my ex"),
        ("Could you delete all the memories about Marco, please?", "Marco"),
        ("hey, erase everything you know about the trip to Lisbon!", "the trip to Lisbon"),
        ("I want you to forget all about my job for good", "my job"),
        ("Forget about everything that has to do with Marco", "Marco"),
        ("vergiss alles über meinen Ex", "meinen Ex"),
        ("Olvida todo sobre Marco", "Marco"),
        ("oublie tout sur mon ex", "mon ex"),
        ("Забудь всё про Марко", "Марко"),
        ("マルコのことは全部忘れて", "マルコ"),
        ("忘记关于马可的一切", "马可"),
    ];
    for (said, topic) in cases {
        assert_eq!(asked(said), about(topic, &[]), "{said}");
    }
    assert_eq!(
        asked("forget everything about my ex except for Bruno and the house"),
        about("my ex", &["Bruno", "the house"])
    );
    assert_eq!(asked("Forget everything about me."), Some(Asked::Me));
    assert_eq!(asked("forget all about it"), Some(Asked::Unclear));
}

#[test]
fn wishes_questions_and_talk_are_no_orders() {
    for said in [
        "I want to forget everything about my ex",
        "I wish I could forget all about him",
        "don't forget everything about the meeting",
        "Forget it.",
        "forget about my ex, let's talk about the film",
        "I forgot everything about the exam",
        "Everything about my ex annoys me",
        "Did you forget everything about Marco?",
        "Forget everything.",
        "delete all my photos of the trip",
    ] {
        assert_eq!(asked(said), None, "{said}");
    }
}

#[test]
fn only_a_plain_yes_confirms() {
    let yes = |exclude: &[&str]| Some(Answer::Yes { exclude: exclude.iter().map(|word| (*word).to_owned()).collect() });
    for said in
        ["yes, forget it", "Yes", "yes please", "ok, do it", "Forget it", "sure, go ahead!", "ja", "да", "はい", "हाँ"]
    {
        assert_eq!(answered(said), yes(&[]), "{said}");
    }
    assert_eq!(answered("Yes, but keep Bruno"), yes(&["Bruno"]));
    for said in ["no", "No, keep it", "never mind", "don't", "stop", "nein"] {
        assert_eq!(answered(said), Some(Answer::No), "{said}");
    }
    for said in ["yes, I miss him so much", "please", "how was your day?", "forget", "", "I don't know"] {
        assert_eq!(answered(said), None, "{said}");
    }
}

#[test]
fn a_topic_knows_its_words_in_their_forms_and_no_others() {
    let analyzer = Analyzer::new();
    let cases = [
        ("my ex", "My ex-husband called.", true),
        ("my ex", "Ex's are hard.", true),
        ("my ex", "I have an exam tomorrow.", false),
        ("my dogs", "The dog barked.", true),
        ("my mum", "Mother is well.", true),
        ("my trip to Lisbon", "The trip to Lisbon was fine.", true),
        ("my trip to Lisbon", "Lisbon is in Portugal.", false),
        ("my ex Marco", "Marco called again.", true),
        ("my ex Marco", "My ex is gone.", true),
        ("Will", "I saw Will today.", true),
        ("Will", "I will go.", false),
        ("マルコ", "昨日マルコに会いました。", true),
        ("Марко", "Марко снова звонил", true),
    ];
    for (topic, text, expected) in cases {
        assert_eq!(Topic::new(&analyzer, topic).unwrap().mentions(&analyzer, text), expected, "{topic}: {text}");
    }
    for nothing in ["it", "that", "", "!"] {
        assert_eq!(Topic::new(&analyzer, nothing), None, "{nothing}");
    }
}

#[test]
fn names_that_go_with_a_topic_are_found_in_what_was_said() {
    let analyzer = Analyzer::new();
    let cases = [
        ("my ex", "My ex Marco left me.", Some("Marco")),
        ("my ex", "My ex, Marco, left me.", Some("Marco")),
        ("my ex", "I saw my ex-husband Marco Rossi today.", Some("Marco Rossi")),
        ("my ex", "My ex is called Marco.", Some("Marco")),
        ("my ex", "My ex's name is Marco.", Some("Marco")),
        ("my ex", "Marco is my ex.", Some("Marco")),
        ("my ex", "I met Marco, my ex, in town.", Some("Marco")),
        ("my ex", "My ex is German.", None),
        ("my ex", "I saw my ex. Paula was there too.", None),
        ("my ex", "I saw my ex Monday.", None),
        ("my dog", "My dog is called Rex.", Some("Rex")),
    ];
    for (about, text, name) in cases {
        let mut topic = Topic::new(&analyzer, about).unwrap();
        topic.learn_names(&analyzer, &memory("m", text));
        let found: Vec<&str> = topic.terms().iter().skip(1).map(|term| term.words.as_str()).collect();
        assert_eq!(found.first().copied(), name, "{text}");
    }
    let fact = |subject: &str, key: &str, value: &str| Memory {
        fact: Some(Fact { subject: subject.into(), key: key.into(), value: value.into() }),
        ..memory("f", "said somehow")
    };
    for (about, fact, name) in [
        ("my ex", fact("Marco", "relation", "ex"), "Marco"),
        ("my sister", fact("sister", "name", "Ana"), "Ana"),
        ("my dog", fact("user", "pet.dog.name", "Rex"), "Rex"),
    ] {
        let mut topic = Topic::new(&analyzer, about).unwrap();
        topic.learn_names(&analyzer, &fact);
        assert!(topic.terms().iter().any(|term| term.words == name), "{about}");
    }
    let mut topic = Topic::new(&analyzer, "Ana").unwrap();
    topic.learn_names(&analyzer, &fact("Ana", "relation", "sister"));
    assert_eq!(topic.terms().len(), 1, "a name takes no relation with it");
    assert_eq!(topic.maybe()[0].0, "sister");
}

#[test]
fn what_is_left_out_is_spared() {
    let analyzer = Analyzer::new();
    let mut topic = Topic::new(&analyzer, "my ex").unwrap();
    topic.learn_names(&analyzer, &memory("m", "My ex Marco left me."));
    topic.exclude(&analyzer, "Bruno").unwrap();
    assert!(topic.mentions(&analyzer, "Marco called."));
    assert!(!topic.mentions(&analyzer, "Marco took Bruno with him."));
    topic.exclude(&analyzer, "Marco").unwrap();
    topic.learn_names(&analyzer, &memory("m", "My ex Marco left me."));
    assert!(!topic.mentions(&analyzer, "Marco called."));
    topic.include(&analyzer, "wedding").unwrap();
    assert!(topic.mentions(&analyzer, "The weddings were nice."));
    assert!(topic.include(&analyzer, "it").is_err());
}

fn held(id: &str, turns: &[&str], memories: &[&str]) -> Remembered {
    Remembered {
        id: MemoryId::new(id),
        turns: turns.iter().map(|turn| InteractionId::new(*turn)).collect(),
        memories: memories.iter().map(|memory| MemoryId::new(*memory)).collect(),
        elsewhere: false,
        links: Vec::new(),
        by_companion: id.ends_with(".r"),
        named: false,
        spared: false,
    }
}

fn said(id: &str, used: &[&str]) -> Said {
    let used = used.iter().map(|memory| MemoryId::new(*memory)).collect();
    Said { id: InteractionId::new(id), used, message: false, reply: false }
}

fn names<T: Into<String> + Clone>(set: &std::collections::BTreeSet<T>) -> String {
    set.iter().map(|id| id.clone().into()).collect::<Vec<String>>().join(" ")
}

#[test]
fn forgetting_reaches_all_that_rests_on_it_and_no_further() {
    let named = |memory: Remembered| Remembered { named: true, ..memory };
    let memories = [
        named(held("a.u", &["a"], &[])),
        held("a.f0", &["a"], &[]),
        held("a.r", &["a"], &[]),
        held("b.u", &["b"], &[]),
        held("b.f0", &["a", "b"], &[]),
        held("i", &[], &["a.u", "b.u"]),
        Remembered { elsewhere: true, ..held("doc", &["a"], &[]) },
        Remembered { links: vec![MemoryId::new("a.f0")], ..held("c.u", &["c"], &[]) },
        held("c.r", &["c"], &[]),
    ];
    let turns = [said("a", &[]), said("b", &["a.u"]), said("c", &[])];
    let found = reach(&memories, &turns);
    assert_eq!(names(&found.memories), "a.f0 a.r a.u i");
    assert_eq!(names(&found.turns), "a");
    assert_eq!(names(&found.replies), "");
    assert_eq!(names(&found.mended), "b.f0 c.u doc");
    assert_eq!(names(&found.quoting), "b");

    // The companion's own words take only the reply with them.
    let mut memories = memories;
    memories[0].named = false;
    memories[2].named = true;
    let found = reach(&memories, &turns);
    assert_eq!(
        (names(&found.memories), names(&found.turns), names(&found.replies)),
        ("a.r".into(), String::new(), "a".into())
    );

    // A reply that quotes goes with its memory; the message stays.
    let quoting = [said("a", &[]), said("b", &[]), Said { reply: true, ..said("c", &[]) }];
    let found = reach(&[held("c.u", &["c"], &[]), held("c.r", &["c"], &[])], &quoting);
    assert_eq!((names(&found.memories), names(&found.replies)), ("c.r".into(), "c".into()));

    // What is spared keeps its turn.
    let spared = [named(held("a.f0", &["a"], &[])), Remembered { spared: true, ..held("a.u", &["a"], &[]) }];
    let found = reach(&spared, &turns);
    assert_eq!((names(&found.memories), names(&found.turns)), ("a.f0".into(), String::new()));
}

#[test]
fn a_reply_quotes_what_it_says_again() {
    let analyzer = Analyzer::new();
    let text = "He left me in Lisbon for a dentist.";
    assert!(quotes(&analyzer, "You told me: he left you in Lisbon.", text, "What happened?"));
    assert!(!quotes(&analyzer, "I am sorry to hear that.", text, "What happened?"));
    assert!(!quotes(&analyzer, "Lisbon is lovely.", text, "Tell me about Lisbon and dentists"));
}

#[test]
fn age_deletes_only_what_is_unimportant_and_holds_nothing_up() {
    let now: Timestamp = "2026-08-01T10:00:00Z".parse().unwrap();
    let nothing = HashSet::new();
    let plain = memory("m", "I had soup for lunch.");
    assert!(goes_by_age(&plain, &nothing, 30, now));
    assert!(!goes_by_age(&plain, &nothing, 365, now));
    assert!(!goes_by_age(&Memory { created_at: now, ..plain.clone() }, &nothing, 30, now), "brought in today");
    assert!(!goes_by_age(&Memory { importance: 0.7, ..plain.clone() }, &nothing, 30, now));
    assert!(goes_by_age(&Memory { importance: 0.69, ..plain.clone() }, &nothing, 30, now));
    assert!(!goes_by_age(&Memory { pinned: true, ..plain.clone() }, &nothing, 30, now));
    assert!(!goes_by_age(&Memory { category: Category::Preference, ..plain.clone() }, &nothing, 30, now));
    assert!(!goes_by_age(&Memory { task: Some(Default::default()), ..plain.clone() }, &nothing, 30, now));
    let id = plain.id.clone();
    assert!(!goes_by_age(&plain, &HashSet::from([&id]), 30, now), "something rests on it");
    assert!(!goes_by_age(&plain, &nothing, u32::MAX, now));
}
