//! What is found, by which signal, in which order.

use super::{direction, entry, found, hits, ids, ids_of, load, person, placed, question};
use jiff::Timestamp;
use philia_mind::memory::Speaker;
use philia_mind::memory::recall::POOL;
use philia_ports::index::{Entry, Filter, Index};
use std::sync::Arc;

fn with_vector(id: &str, text: &str, angle: f32) -> Entry {
    Entry { vector: Some(direction(angle)), ..entry(id, text) }
}

/// As when the embedder is away.
pub async fn words_find_without_vectors(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(
        &*index,
        &ana,
        vec![
            entry("1", "We are painting the fence"),
            entry("2", "It rains"),
            entry("3", "The fence is long and old and green"),
        ],
    )
    .await;
    assert_eq!(found(&*index, &ana, "Who painted a fence?").await, ["1", "3"]);
}

/// The mean of several vectors is what is asked for; the raw cosine is told.
pub async fn meaning_finds_without_words(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(
        &*index,
        &ana,
        vec![with_vector("far", "a", 90.0), with_vector("near", "b", 10.0), with_vector("nearer", "c", 1.0)],
    )
    .await;
    let vectors = [Some(direction(-20.0)), None, Some(direction(20.0))];
    let hits = index.search(&ana, &question("what?"), &vectors, &Filter::default(), POOL).await.unwrap();
    assert_eq!(ids(&hits), ["nearer", "near", "far"]);
    assert!((hits[1].signals.cosine - 10.0_f64.to_radians().cos()).abs() < 0.02, "{:?}", hits[1].signals);
    assert!(hits[2].signals.cosine.abs() < 0.02);
    assert!((hits[0].signals.dense, hits[2].signals.dense) == (1.0, 0.0));
    let vector = hits[0].vector.as_ref().unwrap().numbers();
    assert!((vector.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 0.01);
}

/// Its words still find it, among others that have vectors.
pub async fn a_missing_vector_rules_nobody_out(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("waiting", "a kayak"), with_vector("other", "a piano", 80.0)]).await;
    let hits = index.search(&ana, &question("kayak"), &[Some(direction(0.0))], &Filter::default(), POOL).await.unwrap();
    assert_eq!(ids(&hits)[0], "waiting");
    assert_eq!(hits[0].vector, None);
}

/// "I got a dog." "His name is Rex." finds the name for a question about the dog.
pub async fn neighbours_lend_their_words(index: Arc<dyn Index>) {
    let ana = person("ana");
    let mut entries = vec![placed("dog", "I got a dog today", "s1", 0), placed("name", "His name is Rex", "s1", 1)];
    entries.extend((0..20).map(|i| placed(&format!("x{i:02}"), "The weather is fine", "s2", i)));
    entries.push(placed("other", "My name is Ana", "s3", 0));
    load(&*index, &ana, entries).await;
    let mut found = found(&*index, &ana, "What is the name of the dog?").await;
    assert_eq!(found.pop().as_deref(), Some("other"));
    found.sort();
    assert_eq!(found, ["dog", "name"]);
}

/// Gaps in the order do not matter.
pub async fn neighbours_reach_two_on_each_side_and_not_across_groups(index: Arc<dyn Index>) {
    let ana = person("ana");
    let mut entries: Vec<Entry> =
        (0..9).map(|i| placed(&format!("{i}"), &format!("filler{i}"), "s1", 10 * i)).collect();
    entries[4].text = "kayak".into();
    entries.push(placed("elsewhere", "filler", "s2", 40));
    load(&*index, &ana, entries).await;
    let mut near = found(&*index, &ana, "kayak").await;
    assert_eq!(near[0], "4");
    near.sort();
    assert_eq!(near, ["2", "3", "4", "5", "6"]);
    for hit in hits(&*index, &ana, "kayak", &Filter::default()).await {
        assert_eq!(hit.shared.is_empty(), hit.id.as_str() != "4", "only its own words are shared");
    }
}

/// Those on both sides of a removed one become neighbours.
pub async fn a_removed_neighbour_lends_nothing(index: Arc<dyn Index>) {
    let ana = person("ana");
    let mut entries: Vec<Entry> = (0..7).map(|i| placed(&format!("{i}"), &format!("filler{i}"), "s1", i)).collect();
    entries[3].text = "kayak".into();
    entries[4].text = "piano".into();
    load(&*index, &ana, entries).await;
    index.apply(&ana, Some(1), Vec::new(), &ids_of(&["3"]), 2).await.unwrap();
    assert!(found(&*index, &ana, "kayak").await.is_empty());
    let mut near = found(&*index, &ana, "piano").await;
    near.sort();
    assert_eq!(near, ["1", "2", "4", "5", "6"]);
}

/// What comes later stands where it belongs, not at the end.
pub async fn a_late_neighbour_lends_its_words(index: Arc<dyn Index>) {
    let ana = person("ana");
    let entries = [0, 1, 2, 4, 5, 6].map(|i| placed(&format!("{i}"), &format!("filler{i}"), "s1", i)).to_vec();
    load(&*index, &ana, entries).await;
    index.apply(&ana, Some(1), vec![placed("3", "kayak", "s1", 3)], &[], 2).await.unwrap();
    let mut near = found(&*index, &ana, "kayak").await;
    near.sort();
    assert_eq!(near, ["1", "2", "3", "4", "5"]);
}

/// All else being equal.
pub async fn the_speaker_spoken_of_comes_first(index: Arc<dyn Index>) {
    let ana = person("ana");
    let by = |id: &str, speaker: Speaker| Entry { speaker, ..entry(id, "I like to swim in the lake") };
    load(
        &*index,
        &ana,
        vec![
            by("1", Speaker::Other("Ida".into())),
            by("2", Speaker::Other("Bo".into())),
            by("3", Speaker::User),
            entry("4", "It rains"),
        ],
    )
    .await;
    assert_eq!(found(&*index, &ana, "Where does Bo swim?").await[0], "2");
    assert_eq!(found(&*index, &ana, "Where does Ida swim?").await[0], "1");
    assert_eq!(found(&*index, &ana, "Where do I swim?").await[0], "3");
    let hits = hits(&*index, &ana, "Where does Bo swim?", &Filter::default()).await;
    assert_eq!((hits[0].signals.speaker, hits[1].signals.speaker), (1.0, 0.0));
}

/// A time alone finds what was then.
pub async fn the_time_asked_about_comes_first(index: Arc<dyn Index>) {
    let ana = person("ana");
    let at = |id: &str, day: &str| Entry {
        occurred_at: format!("{day}T12:00:00Z").parse::<Timestamp>().unwrap(),
        ..entry(id, "We went to the lake")
    };
    load(
        &*index,
        &ana,
        vec![at("1", "2026-06-10"), at("2", "2026-05-08"), at("3", "2025-05-08"), at("4", "2025-11-20")],
    )
    .await;
    assert_eq!(found(&*index, &ana, "When did we go to the lake in May 2025?").await[0], "3");
    assert_eq!(found(&*index, &ana, "What happened on 8 May?").await[0], "2");
    assert_eq!(found(&*index, &ana, "What happened last week?").await, ["1"]);
    let hits = hits(&*index, &ana, "What happened last week?", &Filter::default()).await;
    assert_eq!(hits[0].signals.date, 1.0);
}

/// Latin with accents, Cyrillic, Arabic, Devanagari, Chinese, Japanese, Korean, emoji.
pub async fn every_script_finds_its_words(index: Arc<dyn Index>) {
    let ana = person("ana");
    let told = [
        ("latin", "J'ai mangé un gâteau au café"),
        ("cyrillic", "Мою собаку зовут Шарик"),
        ("arabic", "اسم كلبي ريكس"),
        ("devanagari", "मेरे कुत्ते का नाम शेरू है"),
        ("chinese", "我今天买了一只狗，叫小白"),
        ("japanese", "昨日は寿司を食べました"),
        ("korean", "우리 강아지 이름은 초코야"),
        ("emoji", "today 🦜"),
    ];
    load(&*index, &ana, told.iter().map(|(id, text)| entry(id, text)).collect()).await;
    for (id, asked) in [
        ("latin", "le CAFE et le gateau"),
        ("cyrillic", "Как зовут собаку?"),
        ("arabic", "ما اسم كَلْبي؟"),
        ("devanagari", "कुत्ते का नाम क्या है?"),
        ("chinese", "我的狗叫什么？"),
        ("japanese", "寿司はいつ？"),
        ("korean", "강아지 이름이 뭐야?"),
        ("emoji", "🦜?"),
    ] {
        assert_eq!(found(&*index, &ana, asked).await, [id], "{asked}");
    }
}

/// Not as they are stemmed, and without words of asking.
pub async fn shared_words_are_as_the_question_spells_them(index: Arc<dyn Index>) {
    let ana = person("ana");
    load(&*index, &ana, vec![entry("1", "I was told that painted fences last")]).await;
    let hits = hits(&*index, &ana, "Do you remember who told me about Painting my FENCE?", &Filter::default()).await;
    assert!(hits[0].shared.iter().map(|word| &**word).eq(["Painting", "FENCE"]), "{:?}", hits[0].shared);
}

/// Within 0 to 1, best first, every signal too.
pub async fn relevance_is_scaled_and_ordered(index: Arc<dyn Index>) {
    let ana = person("ana");
    let entries = (0..40_u8)
        .map(|i| {
            let text = ["a kayak", "the old kayak of my uncle", "a piano", "kayak, kayak"][usize::from(i % 4)];
            let placed = placed(&format!("{i:02}"), text, &format!("g{}", i % 3), u64::from(i));
            Entry { vector: Some(direction(f32::from(i) * 4.0)), ..placed }
        })
        .collect();
    load(&*index, &ana, entries).await;
    let vectors = [Some(direction(30.0))];
    let hits =
        index.search(&ana, &question("the kayak of Bo last week"), &vectors, &Filter::default(), POOL).await.unwrap();
    assert!(hits.windows(2).all(|pair| pair[0].relevance >= pair[1].relevance));
    for hit in &hits {
        let s = hit.signals;
        for value in [hit.relevance, s.lexical, s.neighbourhood, s.dense, s.speaker, s.date] {
            assert!((0.0..=1.0).contains(&value), "{hit:?}");
        }
    }
}

/// The best of them.
pub async fn no_more_than_k_are_found(index: Arc<dyn Index>) {
    let ana = person("ana");
    let entries = (0..300_u16)
        .map(|i| entry(&format!("{i:03}"), &format!("{}kayak", "far ".repeat(usize::from(i % 7)))))
        .collect();
    load(&*index, &ana, entries).await;
    let all = found(&*index, &ana, "kayak").await;
    assert!(all.len() <= POOL);
    for k in [0, 1, 5, 50] {
        let hits = index.search(&ana, &question("kayak"), &[], &Filter::default(), k).await.unwrap();
        assert_eq!(ids(&hits), all[..k]);
    }
}

/// Also at the edge of what becomes a candidate.
pub async fn ties_are_broken_by_id(index: Arc<dyn Index>) {
    let ana = person("ana");
    let mut entries: Vec<Entry> = (0..300).map(|i| entry(&format!("{i:03}"), "a kayak")).collect();
    entries.reverse();
    load(&*index, &ana, entries).await;
    let expected: Vec<String> = (0..POOL).map(|i| format!("{i:03}")).collect();
    assert_eq!(found(&*index, &ana, "kayak").await, expected);
}
