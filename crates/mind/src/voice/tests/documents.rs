//! What was read in a document is quoted as such, and is nothing the person said.

use super::*;
use crate::memory::PAGE;

fn read(text: &str) -> Vec<Recalled> {
    let mut hits = told(&[(3, text)]);
    for hit in &mut hits {
        hit.memory.speaker = Speaker::Document("Handbook.pdf".into());
        hit.memory.metadata.insert(PAGE.into(), 3.into());
    }
    hits
}

fn ask(question: &str, text: &str) -> String {
    Scene { recalled: read(text), ..Scene::default() }.say(question).text
}

#[test]
fn a_document_is_named_with_its_page() {
    for (text, question) in [
        ("Every employee gets 25 days of holiday a year.", "How many days of holiday does an employee get?"),
        ("The spare key hangs behind the blue door.", "Where does the spare key hang?"),
    ] {
        let said = ask(question, text);
        assert!(said.contains("In \"Handbook.pdf\", page 3: “"), "{said}");
        assert!(!said.to_lowercase().contains("you told me") && !said.contains("said"), "{said}");
    }
}

#[test]
fn it_tells_nothing_about_the_person() {
    let said = ask("What is my name?", "My name is Zorblax. My sister is called Mirelle.");
    assert!(!said.contains("Zorblax"), "{said}");
    let said = ask("What do you know about me?", "I live in Lahore and work as a nurse.");
    assert!(!said.contains("Lahore"), "{said}");
}
