//! What messages show, and what they only seem to.

use super::*;

fn signals(text: &str) -> Vec<Signal> {
    Signposts::new().read(text, &crate::signal::mira()).iter().collect()
}

fn shows(text: &str, signal: Signal) -> bool {
    signals(text).contains(&signal)
}

#[test]
fn every_class_is_known() {
    let tables: Vec<&str> = tables::TABLES.iter().map(|(_, table)| *table).collect();
    assert_eq!(crate::phrase::unknown_classes(tables::CLASSES, &tables), Vec::<String>::new());
    assert!(Signal::ALL.len() <= 32, "a set is 32 bits");
}

#[test]
fn what_messages_show() {
    for (text, signal) in [
        ("hahaha stop it", Signal::Laugh),
        ("That's so funny", Signal::Laugh),
        ("😂😂", Signal::Laugh),
        ("I've never told anyone this", Signal::Confide),
        ("I trust you", Signal::Confide),
        ("I feel lost", Signal::Feeling),
        ("it made me feel small", Signal::Feeling),
        ("I love you", Signal::Devotion),
        ("you mean a lot to me", Signal::Devotion),
        ("I took your advice and called her", Signal::Credit),
        ("you were right about the bread", Signal::Credit),
        ("I'm sorry for snapping yesterday", Signal::Apology),
        ("what about you?", Signal::AskBack),
        ("I hate you", Signal::Cruel),
        ("You are worthless", Signal::Cruel),
        ("shut up", Signal::Rude),
        ("you're so annoying", Signal::Rude),
        ("stop telling me what to do", Signal::Unadvised),
        ("that's not funny", Signal::Unamused),
        ("please stop asking me so many questions", Signal::TooManyQuestions),
        ("too many emojis!", Signal::TooManyEmoji),
        ("Can you keep it short?", Signal::TooLong),
        ("stop saying that", Signal::StopSaying),
        ("Why is the sky blue?", Signal::Thought),
        ("Write me a poem about frogs", Signal::Making),
        ("What if cats could talk", Signal::Making),
        ("just sitting here with a cup of tea", Signal::Quiet),
        ("Hi there", Signal::Greeting),
        ("Set a timer for ten minutes", Signal::Demand),
        ("not now", Signal::Decline),
        ("I'm busy", Signal::Decline),
        ("stop", Signal::Decline),
        ("sorry, busy at work", Signal::Decline),
        ("jetzt nicht, bin in der Stadt", Signal::Decline),
        ("please don't message me", Signal::LeaveBe),
        ("I went to see my mother today", Signal::Telling),
    ] {
        assert!(shows(text, signal), "{text:?} shows {:?}, not {signal}", signals(text));
    }
}

#[test]
fn what_only_seems_so() {
    for (text, signal) in [
        ("I don't hate you", Signal::Cruel),
        ("my boss said I hate you", Signal::Cruel),
        ("I hate myself", Signal::Cruel),
        ("I hate mondays", Signal::Cruel),
        ("I am worthless", Signal::Cruel),
        ("I'm so stupid", Signal::Rude),
        ("Am I boring you?", Signal::Rude),
        ("the film was stupid", Signal::Rude),
        ("I didn't feel like it", Signal::Laugh),
        ("I don't love you", Signal::Devotion),
        ("I'm not busy", Signal::Rude),
        ("a candidate for the job", Signal::Thought),
        ("I stopped at the shop", Signal::Decline),
        ("The street was busy with people", Signal::Decline),
        ("ok", Signal::Telling),
    ] {
        assert!(!shows(text, signal), "{text:?} shows {:?}", signals(text));
    }
}

#[test]
fn a_word_of_the_personas_expertise_is_something_to_think_about() {
    let mut persona = crate::signal::mira();
    persona.style.expertise = vec!["beekeeping".into()];
    let read = |text| Signposts::new().read(text, &persona).has(Signal::Thought);
    assert!(read("My Beekeeping gear came"));
    assert!(!read("My gear came"));
}

#[test]
fn any_text_can_be_read() {
    for text in ["", "   ", "\u{0}\u{ffff}", "?!?!", "🦀", "a\u{301}\u{301}\u{301}", "漢字だけ"] {
        signals(text);
    }
    signals(&"I hate you. ".repeat(20_000));
}

#[test]
fn read_at_once_or_apart_is_the_same() {
    let (rules, signposts, persona) = (Rules::new(), Signposts::new(), mira());
    for text in ["I got the job, thank you so much!", "jetzt nicht, bin in der Stadt", "", "haha 😂"] {
        let (signals, appraisal) = signposts.read_and_appraise(&rules, text, &persona);
        assert_eq!(signals, signposts.read(text, &persona));
        assert_eq!(appraisal, rules.appraise(text, &persona.temperament));
    }
}
