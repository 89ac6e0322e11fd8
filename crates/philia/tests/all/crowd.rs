//! Sixty-four people at once, over HTTP: no turn is lost, and nobody hears of another.

use crate::home::Home;
use crate::people::Client;
use crate::serve::Server;
use serde_json::Value;
use std::collections::BTreeSet;

const PEOPLE: usize = 64;
const TURNS: usize = 8;

/// A word that only this person ever says.
fn secret(person: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).expect("a letter"));
    format!("zyx{}{}{}q", letter(person), letter(person / 26 + 7), letter(person * 7 + 3))
}

#[test]
fn sixty_four_people_talk_at_once() {
    let home = Home::new();
    let server = Server::start(&home);
    let secrets: BTreeSet<String> = (0..PEOPLE).map(secret).collect();
    assert_eq!(secrets.len(), PEOPLE);

    let talks: Vec<_> = (0..PEOPLE)
        .map(|person| {
            let address = server.address.clone();
            std::thread::spawn(move || talk(&address, person))
        })
        .collect();
    for (person, talk) in talks.into_iter().enumerate() {
        let answers = talk.join().expect("a talk ends");
        let others = |text: &str| secrets.iter().any(|word| *word != secret(person) && text.contains(word.as_str()));
        assert_eq!(answers.len(), TURNS);
        for answer in &answers {
            assert!(!others(&answer.to_string()), "person {person} heard of another: {answer}");
        }
        let last = answers[TURNS - 1]["reply"].as_str().expect("a reply");
        assert!(last.contains(&secret(person)), "person {person}'s own dog was forgotten: {last}");
    }

    for person in 0..PEOPLE {
        let client = Client::new(&server.address, format!("crowd-{person}"));
        let mut log = client.all("/api/chat/history?limit=200");
        log.reverse();
        let said: Vec<&str> = log.iter().filter_map(|turn| turn["message"].as_str()).collect();
        let expected: Vec<String> = (0..TURNS).map(|turn| line(person, turn)).collect();
        assert_eq!(said, expected, "the log of person {person}");
    }
}

fn line(person: usize, turn: usize) -> String {
    match turn {
        0 => format!("My dog is called {}.", secret(person)),
        _ if turn == TURNS - 1 => "What is my dog's name?".into(),
        _ => format!("Today I walked {turn} miles by the river."),
    }
}

fn talk(address: &str, person: usize) -> Vec<Value> {
    let client = Client::new(address, format!("crowd-{person}"));
    let mut answers = Vec::new();
    for turn in 0..TURNS {
        answers.push(client.say(&format!("t{turn}"), &line(person, turn)).expect("an answer"));
    }
    answers
}
