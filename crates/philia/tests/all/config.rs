//! Configuration from outside: layers, mistakes, secrets, the manual.

use crate::home::Home;

#[test]
fn three_mistakes_are_all_reported_with_their_places() {
    let home = Home::new();
    let text = "[recall]\nk = 500\n\n[server]\nlisten = \"everywhere\"\nalowed_hosts = []\n";
    let file = home.file("philia.toml", text);
    let ran = home.run(["--config", file.to_str().unwrap(), "chat"], "hello\n");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert_eq!(ran.stdout, "");
    for expected in [
        "3 mistakes",
        "philia.toml:2: recall.k: 500 is not a whole number from 1 to 50",
        "philia.toml:5: server.listen: \"everywhere\" is not an address",
        "philia.toml:6: there is no key server.alowed_hosts; did you mean server.allowed_hosts?",
    ] {
        assert!(ran.stderr.contains(expected), "{expected:?} is missing in {}", ran.stderr);
    }
}

#[test]
fn later_layers_win_and_say_so() {
    let home = Home::new().with("PHILIA__RECALL__LAMBDA", "0.5").with("PHILIA__RECALL__K", "6");
    home.file(".config/philia/philia.toml", "[recall]\nk = 7\nlambda = 0.9\n[mood]\nhalf_life_hours = 3\n");
    let ran = home.run(["--set", "recall.k=8", "config", "--explain"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("k = 8  # --set recall.k"), "{}", ran.stdout);
    assert!(ran.stdout.contains("lambda = 0.5  # $PHILIA__RECALL__LAMBDA"), "{}", ran.stdout);
    if cfg!(all(unix, not(target_os = "macos"))) {
        assert!(ran.stdout.contains("half_life_hours = 3.0  # "), "{}", ran.stdout);
        assert!(ran.stdout.contains("philia.toml:5"), "{}", ran.stdout);
    }
}

#[test]
fn secrets_are_never_printed() {
    let home = Home::new().with("ANTHROPIC_API_KEY", "sk-ant-hush").with("PHILIA__RECALL__K", "nine");
    home.file(".config/philia/philia.toml", "[providers.openai]\napi_key = \"sk-hush\"\n");
    let broken = home.run(["config"], "");
    assert_eq!(broken.code, Some(2), "{broken:?}");
    assert!(!broken.stderr.contains("hush"), "{broken:?}");
    let home = Home::new().with("ANTHROPIC_API_KEY", "sk-ant-hush");
    for args in [&["config", "--explain"][..], &["doctor"]] {
        let ran = home.run(args, "");
        assert!(!ran.stdout.contains("hush") && !ran.stderr.contains("hush"), "{ran:?}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let home = Home::new();
    let ran = home.run(["--config", "nowhere.toml", "config"], "");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("nowhere.toml"), "{ran:?}");
}

#[test]
fn the_example_is_a_configuration() {
    let home = Home::new();
    let example = home.run(["config", "--example"], "");
    assert_eq!(example.code, Some(0), "{example:?}");
    let file = home.file("example.toml", example.stdout);
    let ran = home.run(["--config", file.to_str().unwrap(), "config"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn the_manual_has_the_reference_the_program_prints() {
    let reference = Home::new().run(["config", "--reference"], "").stdout;
    let manual = include_str!("../../../../docs/configuration.md");
    assert!(
        manual.contains(reference.trim()),
        "docs/configuration.md is behind: put the output of `philia config --reference` under \"Every key\""
    );
}

#[cfg(not(feature = "otel"))]
#[test]
fn traces_that_cannot_be_sent_are_refused() {
    let ran = Home::new().with("PHILIA__TRACES__ENDPOINT", "http://127.0.0.1:1").run(["mood"], "");
    assert!(ran.code == Some(1) && ran.stderr.contains("--features otel"), "{ran:?}");
}
