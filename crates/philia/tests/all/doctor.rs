//! The doctor: what answers, what does not, and the exit code.

use crate::home::Home;

#[test]
fn a_fresh_machine_is_well() {
    let ran = Home::new().run(["doctor"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for expected in ["offline voice", "its checksum is right", "curious_companion", "OPENAI_API_KEY"] {
        assert!(ran.stdout.contains(expected), "{expected:?} is missing in {}", ran.stdout);
    }
}

#[test]
fn a_store_is_opened_and_read() {
    let home = Home::new();
    home.say("hello\n");
    let ran = home.run(["doctor"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("SQLite") && ran.stdout.contains("sound"), "{}", ran.stdout);
}

#[test]
fn a_damaged_store_is_broken_and_left_as_it_is() {
    let home = Home::new();
    let file = home.file("data/philia.db", "this was never a database, and is long enough to be looked at");
    let before = std::fs::read(&file).unwrap();
    let ran = home.run(["--data", "data", "doctor"], "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("✗ store"), "{}", ran.stdout);
    let chat = home.run(["--data", "data", "chat"], "hello\n");
    assert_eq!(chat.code, Some(1), "{chat:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_model_on_the_network_is_only_asked_on_request() {
    let ran = Home::new().with("GROQ_API_KEY", "gsk-nothing").run(["doctor"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("was not asked") && ran.stdout.contains("--online"), "{}", ran.stdout);
}

#[test]
fn a_model_on_this_machine_that_does_not_answer_is_broken() {
    let gone = philia_testkit::server::nobody();
    let home = Home::new().with("OPENAI_BASE_URL", format!("http://{gone}/v1")).with("OPENAI_MODEL", "gone");
    let ran = home.run(["doctor"], "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("openai:gone"), "{}", ran.stdout);
}
