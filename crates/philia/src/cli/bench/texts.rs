//! What the benchmarks tell and ask: made up, the same at every run, nobody's data.
//!
//! A text is a row of words, drawn one by one so that the n-th most frequent of some 21,000 English words comes with a
//! probability in proportion to 1 / (n + 2.7) (Zipf's law as Mandelbrot amended it, 1953): about half are words like
//! "the", the rest are spread as in real talk. That makes postings, vectors and near words of realistic sizes; it makes
//! no sense, which recall does not mind.

use philia_mind::text::Analyzer;
use philia_models::static_table::StaticTable;

/// Texts are about this long, as a message in chat is.
const BYTES: usize = 100;

/// Makes texts and questions.
pub(super) struct Texts {
    words: Vec<String>,
    /// The probability of a word and all more frequent ones.
    up_to: Vec<f64>,
    analyzer: Analyzer,
    state: u64,
}

impl Texts {
    /// A source that always makes the same texts for the same seed.
    pub(super) fn new(seed: u64) -> anyhow::Result<Self> {
        // The table's words are numbered by how frequent they are.
        let words: Vec<String> = StaticTable::load()?.words().map(|(word, _)| word.to_owned()).collect();
        let weights: Vec<f64> = (1..=words.len()).map(|rank| 1.0 / (rank as f64 + 2.7)).collect();
        let total: f64 = weights.iter().sum();
        let up_to = weights
            .iter()
            .scan(0.0, |sum, weight| {
                *sum += weight / total;
                Some(*sum)
            })
            .collect();
        Ok(Self { words, up_to, analyzer: Analyzer::new(), state: seed })
    }

    /// SplitMix64 (Steele, Lea & Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn word(&mut self) -> usize {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        self.up_to.partition_point(|up_to| *up_to < uniform).min(self.words.len() - 1)
    }

    /// The next memory.
    pub(super) fn text(&mut self) -> String {
        let mut text = String::with_capacity(BYTES + 20);
        while text.len() < BYTES - 5 {
            let word = self.word();
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(&self.words[word]);
        }
        text.push('.');
        text
    }

    /// A question about one of these texts: by two to four of its words, every eighth also by a time.
    pub(super) fn question(&mut self, texts: &[String]) -> String {
        let about = &texts[self.next() as usize % texts.len()];
        let mut words: Vec<&str> = Vec::new();
        for word in about.trim_end_matches('.').split(' ') {
            if !self.analyzer.is_stop(word) && !words.contains(&word) {
                words.push(word);
            }
        }
        let some = 2 + (self.state % 3) as usize;
        let words = words.iter().take(some).copied().collect::<Vec<_>>().join(" and the ");
        let time = if self.next().is_multiple_of(8) { " last month" } else { "" };
        format!("What did I say about the {words}{time}?")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_talk_and_the_same_at_every_run() {
        let (mut one, mut two) = (Texts::new(7).unwrap(), Texts::new(7).unwrap());
        let texts: Vec<String> = (0..500).map(|_| one.text()).collect();
        assert!(texts.iter().all(|text| (95..130).contains(&text.len())));
        assert_eq!(texts, (0..500).map(|_| two.text()).collect::<Vec<_>>());
        let different: std::collections::HashSet<&String> = texts.iter().collect();
        assert_eq!(different.len(), 500);
        let words = texts.iter().flat_map(|text| text.trim_end_matches('.').split(' '));
        let stop = words.clone().filter(|word| one.analyzer.is_stop(word)).count();
        let share = stop as f64 / words.count() as f64;
        assert!((0.3..0.6).contains(&share), "{share} of the words say nothing by themselves");
        assert_eq!(one.question(&texts), two.question(&texts));
    }
}
