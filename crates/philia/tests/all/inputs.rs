//! Bad input: a clear word, and the conversation goes on.

use crate::home::{Home, Ran};

fn chat(bytes: impl AsRef<[u8]>) -> Ran {
    Home::new().run(["chat"], bytes)
}

#[test]
fn nothing_said_is_nothing_answered() {
    for nothing in ["", "\n\n   \n"] {
        let ran = chat(nothing);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    }
}

#[test]
fn a_megabyte_is_refused_and_the_next_line_is_answered() {
    let mut bytes = vec![b'a'; 1024 * 1024];
    bytes.extend(b"\nhello\n");
    let ran = chat(bytes);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("message 1") && ran.stderr.contains("1048577 bytes"), "{}", ran.stderr);
    assert!(!ran.stdout.trim().is_empty());
}

#[test]
fn what_is_not_utf8_is_refused_and_the_next_line_is_answered() {
    let ran = chat(b"caf\xe9\nhello\n");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("byte 4 (0xe9) is not UTF-8"), "{ran:?}");
    assert!(!ran.stdout.trim().is_empty());
}

#[test]
fn control_characters_never_come_back() {
    let home = Home::new();
    let flood = "\u{1b}]0;owned\u{7}\u{1b}[2J".repeat(500);
    let ran = home.run(["chat"], format!("I like {flood} tea\n{}\n/memories tea\n", "\u{7}".repeat(100)));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("message 2") && ran.stderr.contains("empty"), "{}", ran.stderr);
    assert!(!ran.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", ran.stdout);
}

#[test]
fn output_has_no_colours_but_on_terminals_and_never_with_no_color() {
    let painted = Home::new().with("CLICOLOR_FORCE", "1").run(["persona", "list"], "");
    assert!(painted.stdout.contains('\u{1b}'), "{painted:?}");
    let plain = Home::new().run(["persona", "list"], "");
    assert!(!plain.stdout.contains('\u{1b}'), "{plain:?}");
    let asked = Home::new().with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1").run(["persona", "list"], "");
    assert!(!asked.stdout.contains('\u{1b}'), "{asked:?}");
}

#[test]
fn an_unknown_command_of_the_program_is_told_with_the_nearest() {
    let ran = Home::new().run(["chatt"], "");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("chat"), "{ran:?}");
}
