//! Words of like meaning are found.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_index_embedded::{EmbeddedIndex, Thesaurus};
use philia_mind::memory::recall::{Known, analyse};
use philia_mind::text::Analyzer;
use philia_ports::index::{Filter, Index};
use philia_ports::{Partition, PartitionId};
use philia_testkit::index::entry;

#[tokio::test]
async fn a_puppy_is_found_for_a_dog_even_without_an_embedder() {
    let thesaurus = Thesaurus::new([
        ("dog", vec![1.0, 0.0, 0.0]),
        ("dogs", vec![1.0, 0.1, 0.0]),
        ("puppies", vec![0.8, 0.6, 0.0]),
        ("car", vec![0.0, 0.2, 1.0]),
    ]);
    let index = EmbeddedIndex::new(usize::MAX).with_thesaurus(|| thesaurus);
    let ana = Partition { id: PartitionId::new("house", "ana").unwrap(), generation: 0 };
    let told = vec![entry("car", "I bought a car"), entry("puppy", "I got a puppy"), entry("dog", "Dogs!")];
    index.apply(&ana, None, told, &[], 1).await.unwrap();
    let asked = "my dog";
    let query = analyse(&Analyzer::new(), asked, &Known::default(), Timestamp::UNIX_EPOCH, &TimeZone::UTC);
    let hits = index.search(&ana, &query, &[], &Filter::default(), 5).await.unwrap();
    let found: Vec<(&str, bool)> = hits.iter().map(|hit| (hit.id.as_str(), hit.shared.is_empty())).collect();
    assert_eq!(found, [("dog", false), ("puppy", true)], "a kindred word is not a shared one");
    assert!(hits[1].signals.kindred < hits[0].signals.kindred);
    assert_eq!(hits[0].kin, 1.0);
    assert!((hits[1].kin - 0.8).abs() < 0.03, "the cosine itself, whatever the others are: {}", hits[1].kin);
}
