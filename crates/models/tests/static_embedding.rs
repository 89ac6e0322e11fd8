//! What the built-in embedder's cosines mean: the figures its thresholds come from, as a test.
#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

use philia_models::static_table::StaticTable;
use philia_ports::Embedder;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Calibration {
    /// Two ways to tell the same, and a question it answers.
    english: Vec<(String, String, String)>,
    /// Language -> two ways to tell the same.
    other: BTreeMap<String, Vec<(String, String)>>,
}

fn calibration() -> Calibration {
    serde_json::from_str(include_str!("fixtures/calibration.json")).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn share(values: &[f32], holds: impl Fn(f32) -> bool) -> f64 {
    values.iter().filter(|v| holds(**v)).count() as f64 / values.len() as f64
}

#[test]
fn the_thresholds_part_related_from_unrelated() {
    let table = StaticTable::load().unwrap();
    let (floor, cluster) = (table.info().floor, table.info().cluster);
    let topics: Vec<[Vec<f32>; 3]> = calibration()
        .english
        .iter()
        .map(|(a, b, question)| [a, b, question].map(|text| table.embed(text).unwrap_or_else(|| panic!("{text}"))))
        .collect();
    let (mut same, mut answers, mut unrelated, mut wrong_answers) = (vec![], vec![], vec![], vec![]);
    for (i, [a, b, question]) in topics.iter().enumerate() {
        same.push(cosine(a, b));
        answers.extend([cosine(question, a), cosine(question, b)]);
        for (j, [c, d, _]) in topics.iter().enumerate() {
            if i < j {
                unrelated.extend([cosine(a, c), cosine(a, d), cosine(b, c), cosine(b, d)]);
            }
            if i != j {
                wrong_answers.extend([cosine(question, c), cosine(question, d)]);
            }
        }
    }
    assert!(share(&unrelated, |c| c < floor) > 0.97);
    assert!(share(&wrong_answers, |c| c < floor) > 0.93);
    assert!(share(&same, |c| c >= floor) >= 0.90);
    assert!(share(&answers, |c| c >= floor) >= 0.70);
    assert!(share(&same, |c| c >= cluster) >= 0.50);
    assert!(share(&unrelated, |c| c < cluster) > 0.998);
}

#[test]
fn other_languages_are_left_to_their_words() {
    let table = StaticTable::load().unwrap();
    let (mut latin, mut latin_judged) = (0, 0);
    for (language, pairs) in calibration().other {
        let texts: Vec<String> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
        let judged = texts.iter().filter(|text| table.embed(text).is_some()).count();
        if ["de", "fr", "es"].contains(&language.as_str()) {
            latin += texts.len();
            latin_judged += judged;
        } else {
            assert_eq!(judged, 0, "{language}");
        }
    }
    assert!(latin_judged * 15 <= latin, "{latin_judged} of {latin} judged");
}

#[test]
fn cosine_alone_does_not_decide_that_two_texts_are_the_same() {
    let table = StaticTable::load().unwrap();
    let near = |a: &str, b: &str| cosine(&table.embed(a).unwrap(), &table.embed(b).unwrap());
    let duplicate = table.info().duplicate;
    assert!(near("I love my dog Rex.", "i love my dog rex!") > 0.999);
    assert!(near("We had dinner at Luigi's last night", "Last night we had dinner at Luigi's") > duplicate);
    assert!(near("I work as a nurse", "I work as a teacher") < duplicate);
    // Why the port says that it never decides alone:
    assert!(near("I am allergic to nuts", "I am not allergic to nuts") > duplicate);
    assert!(near("The exam is on May 3", "The exam is on May 5") > duplicate);
}

#[tokio::test]
async fn it_keeps_the_contract_of_the_port() {
    let table = StaticTable::load().unwrap();
    let texts: Vec<String> = ["My dog is called Sparky", "", "Привет", "a rainy day"].map(String::from).to_vec();
    let vectors = table.embed_documents(&texts).await.unwrap();
    assert_eq!(vectors.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(table.embed_query(&texts[0]).await.unwrap(), vectors[0]);
    for vector in vectors.into_iter().flatten() {
        assert_eq!(vector.len(), table.info().dimensions);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
    }
    assert!(!table.info().remote);
}
