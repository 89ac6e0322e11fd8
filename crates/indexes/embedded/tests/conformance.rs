//! The embedded index passes the suite that every index passes, with and without a thesaurus.

use philia_index_embedded::{EmbeddedIndex, Thesaurus};

mod by_texts_alone {
    use super::EmbeddedIndex;
    philia_testkit::index_conformance!(Some(EmbeddedIndex::new(64 << 20)));
}

mod word_by_word {
    use super::{EmbeddedIndex, thesaurus};
    philia_testkit::index_conformance!(Some(EmbeddedIndex::new(64 << 20).with_thesaurus(thesaurus)));
}

/// Some words of the suite, no two of them alike.
fn thesaurus() -> Thesaurus {
    let words = ["kayak", "piano", "lake", "fence", "dog", "rain", "uncle", "swim"];
    Thesaurus::new(words.iter().enumerate().map(|(at, word)| {
        let mut vector = vec![0.0; words.len()];
        vector[at] = 1.0;
        (*word, vector)
    }))
}
