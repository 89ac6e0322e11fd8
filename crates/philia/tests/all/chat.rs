//! Talking from a pipe: what is told is remembered, by this person's companion alone.

use crate::home::Home;

const PUPPY: &str = "I got a new puppy today!\nHis name is Sparky and he's a golden retriever.\n";

fn pleasure(home: &Home) -> f64 {
    let ran = home.run(["mood", "--json"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mood: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    mood["pad"]["pleasure"].as_f64().unwrap()
}

#[test]
fn what_was_told_is_remembered_by_a_new_process() {
    let home = Home::new();
    home.say(PUPPY);
    let answer = home.say("What is my dog's name?\n");
    assert!(answer.contains("Sparky"), "{answer}");
}

#[test]
fn what_was_never_told_is_not_answered_with_something_else() {
    let home = Home::new();
    home.say(PUPPY);
    let answer = home.say("Which city was my grandfather born in?\n");
    for unrelated in ["Sparky", "puppy", "retriever"] {
        assert!(!answer.contains(unrelated), "{answer}");
    }
}

#[test]
fn good_news_lifts_the_mood() {
    let home = Home::new();
    let before = pleasure(&home);
    home.say("I got a new puppy today!\n");
    let after = pleasure(&home);
    assert!(after > before, "{before} -> {after}");
}

#[test]
fn memories_can_be_searched_and_explained() {
    let home = Home::new();
    home.say(PUPPY);
    let found = home.run(["memory", "search", "puppy"], "");
    assert!(found.stdout.contains("I got a new puppy today!"), "{found:?}");
    let why = home.say("What is my dog's name?\n/why\n");
    assert!(why.contains("It drew on:") && why.contains("the offline voice"), "{why}");
}

#[test]
fn people_on_one_machine_know_nothing_of_each_other() {
    let home = Home::new();
    let ana = home.run(["chat", "--user", "ana"], PUPPY);
    assert_eq!(ana.code, Some(0), "{ana:?}");
    let ben = home.run(["chat", "--user", "ben"], "What is my dog's name?\n/memories\n");
    assert!(!ben.stdout.contains("Sparky"), "{ben:?}");
}

#[test]
fn what_is_forgotten_is_gone() {
    let home = Home::new();
    home.say("My sister Mara lives in Porto.\n");
    let forgotten = home.say("/forget last\n");
    assert!(forgotten.contains("Forgotten:"), "{forgotten}");
    let answer = home.say("Where does my sister live?\n/memories Porto\n");
    assert!(!answer.contains("Mara"), "{answer}");
    let words = home.run(["memory", "search", "Mara"], "");
    assert!(words.stdout.contains("I remember nothing about"), "{words:?}");
}

#[test]
fn forgetting_by_words_from_a_script_only_shows_what_is_meant() {
    let home = Home::new();
    home.say("My sister Mara lives in Porto.\n");
    let shown = home.say("/forget Porto\n");
    assert!(shown.contains("Nothing is forgotten yet"), "{shown}");
    assert!(home.say("Where does my sister live?\n").contains("Porto"));
}

#[test]
fn an_unknown_persona_names_the_nearest() {
    let home = Home::new();
    let ran = home.run(["chat", "--persona", "suportive_frend"], "hello\n");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("did you mean \"supportive_friend\"?"), "{ran:?}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn an_unknown_command_names_the_nearest_and_the_rest_goes_on() {
    let home = Home::new();
    let ran = home.run(["chat"], "/mod\nhello\n");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("did you mean /mood?"), "{ran:?}");
    assert!(!ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn settings_are_kept() {
    let home = Home::new();
    home.say("/name Ana\n/settings time_zone Asia/Karachi\n");
    let shown = home.say("/settings\n");
    assert!(shown.contains("Ana") && shown.contains("Asia/Karachi"), "{shown}");
    let wrong = home.run(["chat"], "/settings time_zone Mars\n");
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("Mars"), "{wrong:?}");
}

#[test]
fn personas_can_be_listed_and_shown() {
    let home = Home::new();
    assert!(home.run(["persona", "list"], "").stdout.contains("curious_companion"));
    let shown = home.run(["persona", "show", "supportive_friend"], "");
    assert!(shown.stdout.contains("openness") && shown.stdout.contains("warmth"), "{shown:?}");
    let unknown = home.run(["persona", "show", "curious_compagnon"], "");
    assert!(unknown.stderr.contains("did you mean \"curious_companion\"?"), "{unknown:?}");
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_data() {
    let home = Home::new();
    home.say("hello\n");
    assert_eq!(crate::home::mode(&home.path(".local/share/philia")), 0o700);
}
