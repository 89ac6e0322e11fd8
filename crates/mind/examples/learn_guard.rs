//! Learns the tables of the guard's classifier from the project's labelled sentences, and writes them where the program
//! takes them from: `cargo run --release -p philia-mind --example learn_guard`. A few seconds; the same each time. What was
//! learned from what stands in `assets/learned.txt`, so that a test sees sentences that nobody has learned yet.
//!
//! Multinomial logistic regression with a penalty on the squares of the weights, by AdaGrad (Duchi, Hazan & Singer, 2011).
//! What was held out (`*-heldout.jsonl`) is not read.

use philia_mind::guard::classifier::{BUCKETS, CLASSES, Features, fingerprint, kept, table};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Rounds over all sentences.
const ROUNDS: usize = 25;
/// The weight of the penalty over all sentences.
const PENALTY: f32 = 1.0 / 30.0;
/// The first step.
const RATE: f32 = 0.5;

/// What is learned: the table's name, and from which files. Somebody in need is no attacker, so that is learned, too.
const TABLES: [(&str, &[&str]); 2] = [
    (
        "threats",
        &[
            "guard-one",
            "guard-two",
            "guard-three",
            "guard-indirect",
            "guard-train",
            "care-one",
            "care-two",
            "care-three",
            "care-indirect",
            "ordinary",
        ],
    ),
    ("care", &["care-one", "care-two", "care-three", "care-indirect", "care-train", "ordinary"]),
];

fn main() -> Fallible<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut involved = BTreeSet::new();
    for (name, files) in TABLES {
        let mut sentences = Vec::new();
        for file in files {
            let file = format!("../testkit/data/{file}.jsonl");
            for line in std::fs::read_to_string(here.join(&file))?.lines() {
                sentences.push(labelled(name, &serde_json::from_str(line)?));
            }
            involved.insert(file);
        }
        let table = format!("assets/{name}.weights");
        std::fs::write(here.join(&table), learned(name, sentences)?)?;
        involved.insert(table);
    }
    let line = |file: String| Ok(format!("{file} {}\n", fingerprint(&std::fs::read(here.join(&file))?)));
    let lines: Fallible<String> = involved.into_iter().map(line).collect();
    Ok(std::fs::write(here.join("assets/learned.txt"), lines?)?)
}

/// The class of a sentence, and its features.
fn labelled(table: &str, line: &serde_json::Value) -> (usize, Features) {
    let word = |name: &str| line[name].as_str().unwrap_or_default();
    let class = match (table, word("expect"), word("kind")) {
        ("threats", "malicious", "role_manipulation" | "emotional_manipulation") => 1,
        ("threats", "malicious", "prompt_extraction" | "system_query") => 2,
        ("threats", "malicious", _) => 3,
        ("care", "distress", _) => 1,
        ("care", "ideation", _) => 2,
        ("care", "imminent", _) => 3,
        _ => 0,
    };
    (class, Features::of(word("text")))
}

fn learned(name: &str, read: Vec<(usize, Features)>) -> Fallible<Vec<u8>> {
    let all = read.len() as f32;
    let mut seen = vec![0_u32; BUCKETS];
    for (_, features) in &read {
        features.words.iter().chain(&features.runs).for_each(|feature| seen[*feature as usize] += 1);
    }
    let rarities: Vec<f32> = seen.iter().map(|n| ((1.0 + all) / (1.0 + *n as f32)).ln() + 1.0).collect();
    let valued = |(class, features): (usize, Features)| {
        let values: Vec<(u32, f32)> = features.values(|feature| kept(rarities[feature as usize])).collect();
        (class, values)
    };
    let mut sentences: Vec<(usize, Vec<(u32, f32)>)> = read.into_iter().map(valued).collect();
    // What is one and what is none weigh alike, however many there are of each.
    let none = sentences.iter().filter(|(class, _)| *class == 0).count() as f32;
    let weight = |class: usize| all / 2.0 / if class == 0 { none } else { all - none };

    // Of each feature the weights of its classes stand together.
    let (mut weights, mut squares) = (vec![0_f32; BUCKETS * CLASSES], vec![1e-6_f32; BUCKETS * CLASSES]);
    let (mut biases, mut bias_squares) = ([0_f32; CLASSES], [1e-6_f32; CLASSES]);
    let mut dice = 7_u64;
    for round in 1..=ROUNDS {
        for at in (1..sentences.len()).rev() {
            // Knuth's MMIX.
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sentences.swap(at, ((dice >> 33) as usize) % (at + 1));
        }
        let mut loss = 0.0;
        for (class, features) in &sentences {
            let mut logits = biases;
            for (feature, value) in features {
                let row = &weights[*feature as usize * CLASSES..][..CLASSES];
                logits.iter_mut().zip(row).for_each(|(logit, weight)| *logit += weight * value);
            }
            let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
            loss -= weight(*class) * (logits[*class] - most - sum.ln());
            for k in 0..CLASSES {
                let error = weight(*class) * ((logits[k] - most).exp() / sum - f32::from(u8::from(k == *class)));
                bias_squares[k] += error * error;
                biases[k] -= RATE * error / bias_squares[k].sqrt();
                for (feature, value) in features {
                    let at = *feature as usize * CLASSES + k;
                    // Each sentence with a feature carries its part of the penalty on it.
                    let slope = error * value + PENALTY / seen[*feature as usize] as f32 * weights[at];
                    squares[at] += slope * slope;
                    weights[at] -= RATE * slope / squares[at].sqrt();
                }
            }
        }
        write!(std::io::stderr(), "\r{name}: round {round} of {ROUNDS}, loss {:.4} a sentence", loss / all)?;
    }
    writeln!(std::io::stderr(), ", {all} sentences")?;
    let of_class = |k: usize| (0..BUCKETS).map(|feature| weights[feature * CLASSES + k]).collect();
    Ok(table(&biases, &std::array::from_fn(of_class), &rarities))
}
