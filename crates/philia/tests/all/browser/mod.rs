//! The chat page in a real browser, against the real program.

mod driver;

use crate::home::Home;
use crate::serve::Server;
use driver::{Browser, ENTER};
use philia_testkit::model_server::{Behaviour, ModelServer};
use serde_json::json;

/// A browser; where there is none, the test is skipped for all to see, but not where everything must be tested.
fn browser() -> Option<Browser> {
    let Some(missing) = driver::missing() else { return Some(Browser::start()) };
    assert!(std::env::var_os("CI").is_none(), "{missing} is needed to test the page");
    philia_testkit::skipped(&format!("there is no {missing} to test the page with"));
    None
}

fn say(page: &Browser, message: &str) {
    let turns = page.count(".turn");
    page.write("#message", message);
    page.write("#message", ENTER);
    page.wait("the turn is there", |page| page.count(".turn") == turns + 1);
}

/// Waits for the last turn to be answered, and returns the answer.
fn answer(page: &Browser) -> String {
    page.wait("an answer", |page| page.count("#send") == 1 && page.count(".turn:last-child .meta span") > 0);
    page.text(".turn:last-child .theirs")
}

fn meet(page: &Browser, name: &str) {
    page.see("#hello", "Hello, I’m Mira.");
    page.see(".welcome", "I’m an AI, not a person.");
    page.write("#first [name=display_name]", name);
    page.click("#first [type=submit]");
    page.see("#hello", &format!("Good to meet you, {name}."));
}

#[track_caller]
fn fits(page: &Browser) {
    let script = "return [document.documentElement, ...document.querySelectorAll('main, dialog[open]')]
        .map((part) => part.scrollWidth - part.clientWidth)";
    let overhang = page.run(script, json!([]));
    assert!(overhang.as_array().unwrap().iter().all(|pixels| pixels == 0), "it scrolls sideways: {overhang}");
}

#[test]
fn a_conversation_is_had_kept_explained_and_forgotten() {
    let Some(page) = browser() else { return };
    let home = Home::new();
    let server = Server::start(&home);
    page.open(&server.url());
    meet(&page, "Ana");
    assert!(page.text("#mood").contains("feeling "));

    say(&page, "I got a new puppy today! His name is Sparky and he's a golden retriever.");
    let said = answer(&page);
    assert!(!said.is_empty());

    page.reload();
    page.see(".mine", "I got a new puppy today!");
    assert_eq!(answer(&page), said, "the history shows what was said");
    assert_eq!(page.count("#welcome"), 0);

    say(&page, "What is my dog's name?");
    assert!(answer(&page).contains("Sparky"), "{}", page.text(".turn:last-child"));
    page.click(".turn:last-child [aria-expanded=false]");
    page.see(".turn:last-child .why .text", "Sparky");

    page.click("#open-memories");
    page.write("#query", "Sparky");
    page.see("#list li", "Sparky");
    page.click("#list li .quiet");
    page.see("#list .ask", "Forget this for good?");
    page.click("#list .ask .sure");
    page.see("#found", "Forgotten");
    page.run("document.getElementById('query').value = ''", json!([]));
    page.write("#query", "Sparky");
    page.write("#query", ENTER);
    page.see("#found", "Nothing that I remember answers that.");
    page.click("#memories [aria-label='Close memories']");
    page.see(".mine.gone", "Forgotten, as you wished");

    say(&page, &"x".repeat(300));
    answer(&page);
    page.resize(390, 844);
    fits(&page);
    page.click("#open-memories");
    page.see("#list li", "xxx");
    fits(&page);
    page.click("#memories [aria-label='Close memories']");
    page.click("#open-about");
    page.see("#personas", "Mira");
    fits(&page);

    assert_eq!(page.complaints(), Vec::<String>::new());
    let (own, foreign): (Vec<_>, Vec<_>) = page.requests().into_iter().partition(|url| url.starts_with(&server.url()));
    assert!(own.len() > 20 && foreign.is_empty(), "the page asked elsewhere: {foreign:?}");
}

#[test]
fn an_answer_comes_word_by_word_and_can_be_stopped() {
    let Some(page) = browser() else { return };
    let model = ModelServer::start();
    model.always(Behaviour::StallAfter(vec!["Once upon".into(), " a time".into()]));
    let home = Home::new()
        .with("OPENAI_BASE_URL", model.openai_url())
        .with("OPENAI_MODEL", "slow")
        .with("PHILIA__MODELS__CHAT__IDLE_TIMEOUT_SECONDS", "60");
    let server = Server::start(&home);
    page.open(&server.url());
    page.see("#first", "What may I call you?");
    page.click("#first [data-skip]");
    page.wait("the question is gone", |page| page.count("#first") == 0);

    say(&page, "Tell me a story.");
    page.see(".turn:last-child .theirs", "Once upon a time");
    assert_eq!((page.count("#stop"), page.count("#send")), (1, 0), "it is still speaking");
    page.click("#stop");
    page.see(".turn:last-child .meta", "stopped");
    assert_eq!((page.count("#stop"), page.count("#send")), (0, 1));

    // The server notices a moment later that nobody listens.
    page.wait("what was said is kept", |page| {
        page.reload();
        page.wait("the history", |page| page.count(".turn .meta span") > 0);
        page.text(".turn:last-child .meta").contains("stopped")
    });
    assert_eq!(page.text(".turn:last-child .theirs"), "Once upon a time");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn what_was_not_sent_is_sent_again_and_said_once() {
    let Some(page) = browser() else { return };
    let home = Home::new();
    let server = Server::start(&home);
    page.open(&server.url());
    meet(&page, "Ana");

    page.offline(true);
    say(&page, "I planted a pear tree.");
    page.see(".turn .meta .wrong", "Philia can’t be reached.");
    page.see("#banner", "Philia can’t be reached just now.");
    page.offline(false);
    page.wait("the banner is gone", |page| page.count("#banner") == 0);
    assert_eq!(page.count(".turn .meta button"), 1, "what was not sent is still there");
    page.click(".turn .meta button");
    assert!(!answer(&page).is_empty());
    page.reload();
    page.see(".mine", "I planted a pear tree.");
    assert_eq!(page.count(".turn"), 1);

    say(&page, "a");
    answer(&page);
    page.run("document.getElementById('message').value = 'b'.repeat(40000)", json!([]));
    page.write("#message", ENTER);
    page.see(".turn:last-child .meta .wrong", "at most 32768 are allowed");
    page.click(".turn:last-child .meta button");
    assert_eq!(page.run("return document.getElementById('message').value.length", json!([])), 40000);
    assert_eq!(page.count(".turn"), 2);
}
