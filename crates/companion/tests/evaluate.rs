//! Recall on the project's own conversations, with the static table, must stay as good as it was measured.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use philia_companion::evaluate::{EvaluateError, Report, Signal, Variant, locomo};
use philia_index_embedded::{EmbeddedIndex, Thesaurus};
use philia_models::static_table::StaticTable;
use std::collections::HashSet;

const RELATIONSHIPS: &[u8] = include_bytes!("../../testkit/data/relationships.json");

async fn evaluate(file: &[u8]) -> Result<Report, EvaluateError> {
    evaluate_as(file, Variant::Whole).await
}

async fn evaluate_as(file: &[u8], variant: Variant) -> Result<Report, EvaluateError> {
    let embedder = StaticTable::load().unwrap();
    let words = || Thesaurus::new(StaticTable::load().unwrap().words());
    let index = EmbeddedIndex::new(1 << 30).with_thesaurus(words);
    locomo(file, &embedder, &index, variant, |_, _| {}).await
}

#[tokio::test]
async fn recall_is_as_good_as_it_was_measured() {
    let report = evaluate(RELATIONSHIPS).await.unwrap();
    println!("{report}");
    let of = |label: &str| report.rows.iter().find(|row| row.label == label).unwrap();
    // Recorded a little below what was measured, so that only a real loss fails.
    for (label, at_least) in [("1-4", 0.85), ("2 temporal", 0.91), ("4 single-hop", 0.90), ("5 adversarial", 0.70)] {
        let found = of(label).recall[2];
        assert!(found >= at_least, "recall@10 of {label}: {found:.3}, was {at_least} at least");
    }
    let floored = of("1-4").floored10;
    assert!(floored >= 0.80, "the floor costs too much: {floored:.3}");
}

#[tokio::test]
async fn each_variant_leaves_out_what_it_says() {
    let recall = async |variant| evaluate_as(RELATIONSHIPS, variant).await.unwrap().overall().unwrap().recall[2];
    let whole = recall(Variant::Whole).await;
    for variant in [
        Variant::Without(Signal::Neighbourhood),
        Variant::WordsOnly,
        Variant::Alone(Signal::Lexical),
        Variant::Alone(Signal::Dense),
    ] {
        let without = recall(variant).await;
        assert!(without < whole - 0.01, "{}: {without:.3} of {whole:.3}", variant.label());
    }
}

#[tokio::test]
async fn every_question_gets_a_ranking_of_twenty_turns_that_are_there() {
    let report = evaluate(RELATIONSHIPS).await.unwrap();
    assert_eq!((report.rankings.len(), report.lost_evidence), (200, 0));
    let names: HashSet<&str> = report.rankings.iter().map(|ranking| ranking.qid.as_str()).collect();
    assert_eq!(names.len(), 200);
    for ranking in &report.rankings {
        assert!(ranking.ranking.len() >= 20, "{ranking:?}");
        assert_eq!(ranking.ranking.iter().collect::<HashSet<_>>().len(), ranking.ranking.len(), "{ranking:?}");
    }
}

#[tokio::test]
async fn the_same_file_gives_the_same_report() {
    assert_eq!(evaluate(RELATIONSHIPS).await.unwrap(), evaluate(RELATIONSHIPS).await.unwrap());
}

#[tokio::test]
async fn a_file_that_is_of_no_use_is_refused_with_the_reason() {
    for (file, expected) in [
        (&RELATIONSHIPS[..5000], "cut off"),
        (b"<html>".as_slice(), "looks like"),
        (b"", "empty"),
        (br#"[{"sample_id": "a", "conversation": {}, "qa": []}]"#, "asks nothing"),
    ] {
        let error = evaluate(file).await.unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        let told = format!("{error}: {cause}");
        assert!(told.contains(expected), "{told:?} does not say {expected:?}");
    }
}
