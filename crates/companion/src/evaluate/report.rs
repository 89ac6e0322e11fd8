//! Figures: how much of the evidence was found, by category.

use serde::Serialize;
use std::fmt;

/// The depths at which recall and hit are measured.
pub const DEPTHS: [usize; 4] = [1, 5, 10, 20];

/// The outcome of an evaluation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Conversations that were read.
    pub conversations: usize,
    /// Turns that were searched.
    pub turns: usize,
    /// Pieces of evidence that pointed nowhere and were left out.
    pub lost_evidence: usize,
    /// Questions without evidence, which count in no figure.
    pub unanswerable: usize,
    /// Figures by category, in order, then of categories 1 to 4 together.
    pub rows: Vec<Row>,
    /// What was found for each question, in the order of the file.
    pub rankings: Vec<RankedTurns>,
}

/// The figures of some questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What they are called ("2 temporal").
    pub label: String,
    /// How many.
    pub questions: usize,
    /// The share of a question's evidence among the first 1, 5, 10, 20, averaged over the questions.
    pub recall: [f64; 4],
    /// The share of questions with any evidence among the first 1, 5, 10, 20.
    pub hit: [f64; 4],
    /// Normalised discounted cumulative gain of the first ten, every piece of evidence worth the same.
    pub ndcg10: f64,
    /// Recall among the first ten where what is below the embedder's floor is not recalled at all.
    pub floored10: f64,
}

/// One question's ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RankedTurns {
    /// `<sample_id>#<index of the question>`.
    pub qid: String,
    /// Turns, best first.
    pub ranking: Vec<String>,
}

impl Report {
    /// The figures of categories 1 to 4 together; none if no such question had evidence.
    pub fn overall(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.label == OVERALL)
    }

    /// The figures of adversarial questions, which name the wrong person; none if there were none with evidence.
    pub fn adversarial(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.label == ADVERSARIAL)
    }

    /// The rankings as lines of JSON.
    pub fn rankings_jsonl(&self) -> String {
        self.rankings.iter().filter_map(|ranking| serde_json::to_string(ranking).ok()).map(|line| line + "\n").collect()
    }
}

const OVERALL: &str = "1-4";
const ADVERSARIAL: &str = "5 adversarial";

/// What one question came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) category: u8,
    recall: [f64; 4],
    hit: [f64; 4],
    ndcg10: f64,
    floored10: f64,
}

impl Outcome {
    /// `evidence` must not be empty.
    pub(super) fn of(category: u8, evidence: &[String], ranking: &[String], floored: &[String]) -> Self {
        let found = |ranking: &[String], depth: usize| {
            ranking.iter().take(depth).filter(|id| evidence.contains(id)).count() as f64 / evidence.len() as f64
        };
        let recall = DEPTHS.map(|depth| found(ranking, depth));
        let gain = |at: usize| 1.0 / ((at + 2) as f64).log2();
        let gained: f64 =
            ranking.iter().take(10).enumerate().filter(|(_, id)| evidence.contains(id)).map(|(at, _)| gain(at)).sum();
        let ideal: f64 = (0..evidence.len().min(10)).map(gain).sum();
        Self {
            category,
            recall,
            hit: recall.map(|share| if share > 0.0 { 1.0 } else { 0.0 }),
            ndcg10: gained / ideal,
            floored10: found(floored, 10),
        }
    }
}

pub(super) fn rows(outcomes: &[Outcome]) -> Vec<Row> {
    let named = [(1, "1 multi-hop"), (2, "2 temporal"), (3, "3 open-domain"), (4, "4 single-hop"), (5, ADVERSARIAL)];
    let mut rows: Vec<Row> =
        named.iter().filter_map(|(category, label)| row(label, outcomes, |c| c == *category)).collect();
    rows.extend(row(OVERALL, outcomes, |category| (1..=4).contains(&category)));
    rows
}

fn row(label: &str, outcomes: &[Outcome], of: impl Fn(u8) -> bool) -> Option<Row> {
    let chosen: Vec<&Outcome> = outcomes.iter().filter(|outcome| of(outcome.category)).collect();
    let mean = |value: &dyn Fn(&Outcome) -> f64| {
        chosen.iter().map(|outcome| value(outcome)).sum::<f64>() / chosen.len() as f64
    };
    (!chosen.is_empty()).then(|| Row {
        label: label.to_owned(),
        questions: chosen.len(),
        recall: std::array::from_fn(|at| mean(&|outcome| outcome.recall[at])),
        hit: std::array::from_fn(|at| mean(&|outcome| outcome.hit[at])),
        ndcg10: mean(&|outcome| outcome.ndcg10),
        floored10: mean(&|outcome| outcome.floored10),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} conversations, {} turns, {} questions", self.conversations, self.turns, self.rankings.len())?;
        if self.unanswerable > 0 {
            writeln!(f, "{} questions have no evidence and are left out", self.unanswerable)?;
        }
        if self.lost_evidence > 0 {
            writeln!(f, "{} pieces of evidence point nowhere and are left out", self.lost_evidence)?;
        }
        writeln!(f)?;
        write!(f, "{:<14} {:>9} ", "category", "questions")?;
        for kind in ["recall", "hit"] {
            for depth in DEPTHS {
                write!(f, " {:>9}", format!("{kind}@{depth}"))?;
            }
        }
        writeln!(f, " {:>9} {:>10}", "nDCG@10", "floored@10")?;
        for row in &self.rows {
            write!(f, "{:<14} {:>9} ", row.label, row.questions)?;
            for value in row.recall.iter().chain(&row.hit) {
                write!(f, " {value:>9.3}")?;
            }
            writeln!(f, " {:>9.3} {:>10.3}", row.ndcg10, row.floored10)?;
        }
        write!(
            f,
            "floored@10: recall@10 where what is below the embedder's floor is not recalled, so that \"I don't know\" is possible"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn figures_are_as_defined() {
        let outcome = Outcome::of(1, &ids(&["a", "b"]), &ids(&["x", "a", "y", "z", "w", "b"]), &ids(&["a"]));
        assert_eq!(outcome.recall, [0.0, 0.5, 1.0, 1.0]);
        assert_eq!(outcome.hit, [0.0, 1.0, 1.0, 1.0]);
        assert_eq!(outcome.floored10, 0.5);
        let expected = (1.0 / 3.0_f64.log2() + 1.0 / 7.0_f64.log2()) / (1.0 + 1.0 / 3.0_f64.log2());
        assert!((outcome.ndcg10 - expected).abs() < 1e-12);
    }

    #[test]
    fn adversarial_questions_are_apart_and_averages_are_over_questions() {
        let good = |category| Outcome::of(category, &ids(&["a"]), &ids(&["a"]), &[]);
        let bad = |category| Outcome::of(category, &ids(&["a"]), &ids(&["b"]), &[]);
        let rows = rows(&[good(1), bad(4), bad(4), good(5)]);
        let figures: Vec<(&str, usize, f64)> =
            rows.iter().map(|r| (r.label.as_str(), r.questions, r.recall[2])).collect();
        assert_eq!(
            figures,
            [("1 multi-hop", 1, 1.0), ("4 single-hop", 2, 0.0), ("5 adversarial", 1, 1.0), ("1-4", 3, 1.0 / 3.0)]
        );
    }

    #[test]
    fn the_table_says_what_was_left_out() {
        let report = Report {
            conversations: 1,
            turns: 2,
            lost_evidence: 3,
            unanswerable: 4,
            rows: rows(&[Outcome::of(2, &ids(&["a"]), &ids(&["a"]), &ids(&["a"]))]),
            rankings: vec![RankedTurns { qid: "s#0".into(), ranking: ids(&["a"]) }],
        };
        let table = report.to_string();
        for part in ["4 questions have no evidence", "3 pieces", "recall@10", "2 temporal", "1.000"] {
            assert!(table.contains(part), "{table}");
        }
        assert_eq!(report.rankings_jsonl(), "{\"qid\":\"s#0\",\"ranking\":[\"a\"]}\n");
        assert_eq!(report.overall().map(|row| row.questions), Some(1));
    }
}
