//! What is shared is acknowledged with fitting feeling, the thing itself, and one question.

use super::{Scene, Turn, now, told};
use crate::appraisal::Emotion;

const PERSONAS: [&str; 5] =
    ["base_assistant", "supportive_friend", "creative_collaborator", "intellectual_mentor", "curious_companion"];

#[test]
fn the_concrete_thing_is_said_back() {
    let cases: &[(&str, &[&str])] = &[
        ("I got a new puppy today!", &["A new puppy"]),
        ("His name is Sparky and he's a golden retriever.", &["A golden retriever named Sparky"]),
        ("My cat is called Miso.", &["Miso the cat"]),
        ("I live in Lahore.", &["you live in Lahore"]),
        ("I passed my driving test!", &["you passed your driving test"]),
        ("I baked a lemon cake for mum.", &["A lemon cake"]),
        ("My sister is a dentist.", &["your sister is a dentist"]),
        ("I have an interview on Friday.", &["An interview"]),
    ];
    for (message, must) in cases {
        for persona in PERSONAS {
            let spoken = Scene { persona, ..Scene::default() }.say(message);
            for m in *must {
                assert!(
                    spoken.text.to_lowercase().contains(&m.to_lowercase()),
                    "{persona} to {message:?}: {}",
                    spoken.text
                );
            }
        }
    }
}

#[test]
fn feeling_fits_what_is_shared() {
    let playful = ["!", "lovely", "wonderful", "confetti", "glad for you", "Congratulations", "brilliant"];
    let heavy = [
        ("My dad passed away last night.", Emotion::SorryFor),
        ("My dog died.", Emotion::SorryFor),
        ("We broke up yesterday.", Emotion::SorryFor),
        ("I failed my exam.", Emotion::SorryFor),
        ("I feel so lonely here", Emotion::Distress),
        ("My mum is in hospital.", Emotion::SorryFor),
        ("I'm really anxious about tomorrow", Emotion::Fear),
        ("I lost my job today.", Emotion::SorryFor),
    ];
    for (message, emotion) in heavy {
        for persona in PERSONAS {
            for turn in 0..4 {
                let memories = told(&[
                    (9, "My dad makes the best pancakes."),
                    (8, "My dog loves the beach."),
                    (7, "My mum sings in a choir."),
                ]);
                let spoken = Scene { persona, emotion, sentiment: -0.6, turn, recalled: memories, ..Scene::default() }
                    .say(message);
                for word in playful {
                    assert!(!spoken.text.contains(word), "{persona} to {message:?}: {}", spoken.text);
                }
                assert!(spoken.used.is_empty(), "{persona} brings up memories: {}", spoken.text);
            }
        }
    }
    let grief =
        Scene { emotion: Emotion::SorryFor, sentiment: -0.6, ..Scene::default() }.say("My dad passed away last night.");
    assert!(grief.text.contains("sorry") && grief.text.contains("dad"), "{}", grief.text);
    let angry = Scene { emotion: Emotion::Anger, sentiment: -0.6, ..Scene::default() }
        .say("I'm so angry with my boss, he shouted at me again");
    assert!(angry.text.to_lowercase().contains("angry") || angry.text.contains("maddening"), "{}", angry.text);
    let bored = Scene::default().say("I'm bored");
    assert!(bored.text.contains("day") || bored.text.contains("slow"), "{}", bored.text);
}

#[test]
fn the_question_belongs_to_the_topic() {
    let cases: &[(&str, &[&str])] = &[
        ("I got a new puppy today!", &["little one", "hours at home"]),
        ("I have an interview on Friday.", &["interview", "for?", "asked"]),
        ("We're flying to Lisbon next week.", &["there", "journey", "along"]),
        ("I've been playing the cello since I was ten.", &["music", "piece", "play"]),
        ("I planted tomatoes on the balcony.", &["growing", "plant", "out there"]),
        ("I have a fever since yesterday.", &["today", "eases", "rest"]),
        ("My sister Ana is visiting.", &["journey", "there", "along", "Ana", "two"]),
    ];
    for (message, any) in cases {
        for turn in 0..3 {
            let spoken = Scene { turn, ..Scene::default() }.say(message);
            assert!(
                spoken.text.ends_with('?') && any.iter().any(|a| spoken.text.contains(a)),
                "{message:?}: {}",
                spoken.text
            );
        }
    }
}

#[test]
fn nothing_is_asked_twice_in_a_row() {
    let scene = Scene::default();
    let first = scene.say("I got a new puppy today!").text;
    let recent = vec![Turn { message: "I got a new puppy today!", reply: &first, at: now() }];
    let second = Scene { recent, ..Scene::default() }.say("I got a new puppy today!").text;
    assert_ne!(first, second);
    let question = |text: &str| crate::memory::extract::sentences(text).last().map(|s| (*s).to_owned());
    assert_ne!(question(&first), question(&second));
}

#[test]
fn a_related_memory_is_linked_and_only_a_related_one() {
    let related = Scene { recalled: told(&[(9, "My sister Ana plays the harp.")]), ..Scene::default() }
        .say("My sister is visiting on Sunday.");
    assert!(related.text.contains("harp") && related.used.len() == 1, "{}", related.text);
    let other =
        Scene { recalled: told(&[(9, "I like thick socks."), (8, "My brother plays the harp.")]), ..Scene::default() }
            .say("My sister is visiting on Sunday.");
    assert!(!other.text.contains("harp") && !other.text.contains("socks") && other.used.is_empty(), "{}", other.text);
    let sad = Scene { recalled: told(&[(9, "My sister was diagnosed with cancer.")]), ..Scene::default() }
        .say("My sister is visiting on Sunday.");
    assert!(!sad.text.contains("cancer"), "{}", sad.text);
}

#[test]
fn characters_sound_different() {
    let texts: std::collections::HashSet<String> = PERSONAS
        .iter()
        .map(|persona| {
            Scene { persona, emotion: Emotion::HappyFor, sentiment: 0.5, ..Scene::default() }
                .say("I passed my driving test!")
                .text
        })
        .collect();
    assert_eq!(texts.len(), PERSONAS.len(), "{texts:?}");
    let plain = Scene { persona: "base_assistant", ..Scene::default() }.say("I live in Lahore.").text;
    assert!(!plain.contains('!'), "{plain}");
}

#[test]
fn emoji_only_where_the_character_uses_them() {
    let with =
        Scene { emojis: true, emotion: Emotion::HappyFor, ..Scene::default() }.say("I got a new puppy today!").text;
    let without = Scene { emotion: Emotion::HappyFor, ..Scene::default() }.say("I got a new puppy today!").text;
    assert!(with.contains('😊') && !without.contains('😊'), "{with} / {without}");
}
