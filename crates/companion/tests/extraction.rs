//! Extraction by rules on the project's own labelled statements.

#![allow(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use philia_companion::evaluate::{ExtractionError, ExtractionReport, extraction};
use std::path::Path;

fn report(name: &str) -> ExtractionReport {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/data").join(name);
    extraction(&std::fs::read_to_string(file).expect("a file of the project")).expect("labelled statements")
}

#[test]
fn the_rules_are_precise_and_find_most() {
    let mut statements = 0;
    for name in ["extraction-one.jsonl", "extraction-two.jsonl", "extraction-heldout.jsonl"] {
        let report = report(name);
        statements += report.total.statements;
        let (precision, recall) = (report.total.precision(), report.total.recall());
        assert!(precision >= 0.9 && recall >= 0.75, "{name}: precision {precision:.3}, recall {recall:.3}\n{report}");
    }
    assert!(statements >= 240, "only {statements} statements");
}

#[test]
fn a_wrong_label_counts_against_the_rules() {
    let line = |expect: &str| format!(r#"{{"kind":"fact","text":"I live in Lahore","expect":[{expect}]}}"#);
    let counts = |expect: &str| {
        let total = extraction(&line(expect)).expect("a statement").total;
        (total.right, total.wrong, total.expected)
    };
    assert_eq!(counts(r#"{"key":"home","value":"lahore"}"#), (1, 0, 1));
    assert_eq!(counts(r#"{"key":"city","value":["Rome","Lahore"]}"#), (1, 0, 1));
    assert_eq!(counts(r#"{"key":"home","value":"Rome"}"#), (0, 1, 1));
    assert_eq!(counts(r#"{"key":"home","value":"Lahore","ends":true}"#), (0, 1, 1));
    assert_eq!(counts(r#"{"subject":"sister","key":"home","value":"Lahore"}"#), (0, 1, 1));
    assert_eq!(counts(""), (0, 1, 0));
}

#[test]
fn a_file_of_no_use_says_which_line() {
    assert!(matches!(extraction("\n"), Err(ExtractionError::Empty)));
    assert!(matches!(extraction("{\"text\":\"hi\"}\nnonsense"), Err(ExtractionError::Line { line: 2, .. })));
    let unnamed = r#"{"text":"hi","expect":[{"value":"x"}]}"#;
    assert!(matches!(extraction(unnamed), Err(ExtractionError::Label { line: 1 })));
}
