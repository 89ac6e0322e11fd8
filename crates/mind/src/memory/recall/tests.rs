//! Tests of recall.

use super::*;
use proptest::prelude::*;
use smallvec::smallvec;

const NOW: &str = "2023-10-20T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn hit(id: &str, relevance: f64) -> Hit {
    Hit {
        id: MemoryId::new(id),
        relevance,
        signals: Signals { cosine: 0.9, ..Signals::default() },
        shared: smallvec!["dog".into()],
        kin: 1.0,
        kind: MemoryKind::Episodic,
        occurred_at: now(),
        importance: 0.5,
        reinforced: 0,
        vector: Some(vec![1.0, 0.0].into()),
    }
}

/// A unit vector at an angle, so that the cosine of two is that of their difference.
fn at_angle(degrees: f64) -> Option<Direction> {
    let radians = degrees.to_radians();
    Some(vec![radians.cos() as f32, radians.sin() as f32].into())
}

fn order(hits: Vec<Hit>, ranking: &Ranking) -> Vec<String> {
    rank(&Query::default(), hits, ranking, now()).into_iter().map(|r| r.hit.id.to_string()).collect()
}

#[test]
fn relevance_comes_first_then_importance_recency_and_reinforcement() {
    let plain = Ranking { lambda: 1.0, ..Ranking::default() };
    let important = Hit { importance: 1.0, ..hit("important", 0.5) };
    let old = Hit { occurred_at: "2020-01-01T00:00:00Z".parse().unwrap(), ..hit("old", 0.5) };
    let again = Hit { reinforced: 3, ..hit("again", 0.5) };
    let relevant = hit("relevant", 0.7);
    assert_eq!(
        order(vec![old, hit("plain", 0.5), again, important, relevant], &plain),
        ["relevant", "important", "again", "plain", "old"]
    );
}

#[test]
fn recency_halves_with_every_half_life() {
    let month_old = Hit { occurred_at: "2023-09-20T12:00:00Z".parse().unwrap(), ..hit("a", 0.5) };
    let coming = Hit { occurred_at: "2023-12-24T12:00:00Z".parse().unwrap(), ..hit("b", 0.5) };
    let ranked = rank(&Query::default(), vec![month_old, coming], &Ranking::default(), now());
    let recency: Vec<f64> = ranked.iter().map(|r| r.recency).collect();
    assert_eq!(recency, [1.0, 0.5]);
}

#[test]
fn what_has_nothing_to_do_with_the_question_is_not_recalled() {
    let ranking = Ranking { floor: Some(0.4), ..Ranking::default() };
    let far = |id: &str| {
        let mut hit = hit(id, 1.0);
        hit.shared.clear();
        hit.kin = 0.1;
        hit.signals.cosine = 0.1;
        hit.signals.neighbourhood = 1.0;
        hit.signals.date = 1.0;
        hit
    };
    let near = |id: &str| {
        let mut hit = far(id);
        hit.signals.cosine = 0.41;
        hit
    };
    let unembedded = Hit { vector: None, signals: Signals { cosine: 0.9, ..Signals::default() }, ..far("unembedded") };
    let kindred = Hit { kin: 0.7, ..far("kindred") };
    let sharing = Hit { shared: smallvec!["dog".into()], ..far("sharing") };
    assert_eq!(
        order(vec![far("far"), kindred, near("near"), unembedded, sharing], &ranking),
        ["kindred", "near", "sharing"]
    );
    assert_eq!(order(vec![far("far")], &Ranking { floor: None, ..ranking }), ["far"]);

    let last_week = TimeRange { from: now(), until: now(), weight: 1.0 };
    let about_time = Query { times: vec![last_week], ..Query::default() };
    assert_eq!(rank(&about_time, vec![far("far")], &ranking, now()).len(), 1, "the time alone was asked for");
}

#[test]
fn what_says_the_same_gives_way_but_what_is_only_alike_does_not() {
    let ranking = Ranking { k: 3, duplicate: 0.95, ..Ranking::default() };
    let with = |id: &str, relevance: f64, degrees: f64| Hit { vector: at_angle(degrees), ..hit(id, relevance) };
    let hits = vec![with("a", 0.9, 0.0), with("same", 0.89, 1.0), with("alike", 0.8, 25.0), with("other", 0.7, 90.0)];
    assert_eq!(order(hits.clone(), &ranking), ["a", "alike", "other"]);
    assert_eq!(order(hits, &Ranking { lambda: 1.0, ..ranking }), ["a", "same", "alike"]);
}

/// Maximal marginal relevance as it is written down: each time, everybody is compared with all who were chosen.
fn plainly_diverse(mut left: Vec<(String, f64, f64)>, ranking: &Ranking) -> Vec<String> {
    let score = |hit: &(String, f64, f64)| rank(&Query::default(), vec![placed(hit)], ranking, now())[0].score;
    left.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.0.cmp(&b.0)));
    let mut chosen: Vec<(String, f64, f64)> = Vec::new();
    while chosen.len() < ranking.k && !left.is_empty() {
        let same = |a: &(String, f64, f64), b: &(String, f64, f64)| {
            let cosine = at_angle(a.2).unwrap().cosine_from(&at_angle(b.2).unwrap(), -1.0).unwrap();
            ((cosine - ranking.duplicate) / (1.0 - ranking.duplicate)).clamp(0.0, 1.0)
        };
        let value = |hit: &(String, f64, f64)| {
            let redundancy = chosen.iter().map(|other| same(hit, other)).fold(0.0, f64::max);
            ranking.lambda * score(hit) - (1.0 - ranking.lambda) * redundancy
        };
        let best = (0..left.len()).reduce(|best, at| if value(&left[at]) > value(&left[best]) { at } else { best });
        let best = left.remove(best.unwrap());
        chosen.push(best);
    }
    chosen.into_iter().map(|(id, ..)| id).collect()
}

fn placed((id, relevance, degrees): &(String, f64, f64)) -> Hit {
    Hit { vector: at_angle(*degrees), ..hit(id, *relevance) }
}

proptest! {
    #[test]
    fn comparing_only_who_would_be_next_chooses_the_same(
        hits in proptest::collection::vec((0..8_u8, 0..30_u8), 1..20),
        k in 1..8_usize,
        lambda in 0..=4_u8,
    ) {
        let ranking = Ranking { k, lambda: f64::from(lambda) / 4.0, ..Ranking::default() };
        let hits: Vec<(String, f64, f64)> = hits
            .iter()
            .enumerate()
            .map(|(n, (relevance, degrees))| (format!("m{n}"), f64::from(*relevance) / 8.0, f64::from(*degrees)))
            .collect();
        let found = order(hits.iter().map(placed).collect(), &ranking);
        let pool = (3 * k).max(k);
        let mut best = hits;
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        best.truncate(pool);
        prop_assert_eq!(found, plainly_diverse(best, &ranking));
    }
}

#[test]
fn the_reason_is_put_into_words() {
    let ranking = Ranking::default();
    let why = |hit: Hit, speaker: Speaker| {
        let from = crate::memory::Provenance::Document("d".into());
        let mut memory = Memory::new(hit.id.clone(), "", speaker, "test", hit.occurred_at, from);
        memory.metadata.insert(crate::memory::PAGE.into(), 3.into());
        let ranked = Ranked { hit, score: 1.0, recency: 1.0 };
        explain(&ranked, &memory, ranking.floor, now(), &TimeZone::UTC)
    };
    let mut days_ago = hit("a", 1.0);
    days_ago.shared = smallvec!["dog".into(), "name".into()];
    days_ago.occurred_at = "2023-10-17T23:00:00Z".parse().unwrap();
    assert_eq!(why(days_ago.clone(), Speaker::User), "shares 'dog', 'name'; close in meaning; you said it 3 days ago");
    let mut near = hit("b", 1.0);
    near.shared.clear();
    near.signals = Signals { neighbourhood: 0.9, cosine: 0.1, date: 0.8, ..Signals::default() };
    near.occurred_at = "2023-05-03T09:00:00Z".parse().unwrap();
    assert_eq!(
        why(near, Speaker::Other("Melanie".into())),
        "said next to words of the question; from the time asked about; Melanie said it on 3 May 2023"
    );
    assert!(why(hit("c", 1.0), Speaker::Companion).ends_with("I said it today"));
    let mut further = hit("d", 1.0);
    further.shared = smallvec!["work".into(), "≈jobs".into(), "→Ana".into()];
    further.signals = Signals { feeling: 1.0, ..Signals::default() };
    assert_eq!(
        why(further, Speaker::User),
        "shares 'work'; speaks of 'jobs'; linked to 'Ana'; felt as you ask; you said it today"
    );
    assert!(
        why(hit("d", 1.0), Speaker::Document("Handbook.pdf".into())).ends_with("it is in \"Handbook.pdf\", page 3")
    );
}

#[test]
fn what_was_felt_as_asked_comes_first_and_passes_the_floor_where_nothing_else_is_asked() {
    let query = Query { feeling: Some(Feeling::Sad), ..Query::default() };
    let other = |id: &str| Hit { shared: Shared::new(), kin: 0.0, signals: Signals::default(), ..hit(id, 0.4) };
    let hits = felt(vec![other("plain"), other("sad")], vec![other("sad"), other("sadder")]);
    let ranked = rank(&query, hits.clone(), &Ranking::default(), now());
    assert_eq!(ranked.iter().map(|r| r.hit.id.as_str()).collect::<Vec<_>>(), ["sad", "sadder"]);
    let open = rank(&query, hits, &Ranking { floor: None, ..Ranking::default() }, now());
    assert_eq!(open.last().map(|r| r.hit.id.as_str()), Some("plain"));
}

#[test]
fn the_best_by_every_signal_is_1_and_the_worst_0() {
    let best = Raw { lexical: 9.0, neighbourhood: 8.0, cosine: Some(0.8), kindred: 2.0, speaker: 1.0, date: 1.0 };
    let worst = Raw { lexical: 0.0, neighbourhood: 1.0, cosine: Some(-0.1), kindred: 0.5, speaker: 0.0, date: 0.0 };
    let fused = fuse(&[best, worst], &Weights::default());
    assert!((fused[0].1 - 1.0).abs() < 1e-12 && fused[1].1 == 0.0);
    assert_eq!(fused[0].0.cosine, 0.8, "the raw cosine is kept");
    // Signals that tell nothing apart do not dilute those that do.
    let fused = fuse(&[Raw { lexical: 2.0, ..worst }, worst], &Weights::default());
    assert_eq!(fused[0].1, 1.0);
    assert_eq!(fuse(&[best], &Weights::default())[0].1, 1.0, "one alone is the best");
    assert!(fuse(&[], &Weights::default()).is_empty());
}

#[test]
fn bm25_counts_the_rare_more_and_the_long_less() {
    let bm25 = Bm25 { texts: 100, mean_length: 10.0 };
    assert!(bm25.rarity(1) > bm25.rarity(50) && bm25.rarity(100) > 0.0);
    let part = |times, length| Bm25::part(1.0, times, bm25.norm(length));
    assert!(part(2.0, 10.0) > part(1.0, 10.0) && part(1.0, 10.0) > part(1.0, 20.0));
    assert!(part(1000.0, 10.0) < 1.9 + 1e-9, "repeating a word is worth k1 + 1 at most");
    assert!(Bm25 { texts: 0, mean_length: 0.0 }.norm(1.0).is_finite());
}

fn any_raw() -> impl Strategy<Value = Raw> {
    (0.0..20.0, 0.0..20.0, proptest::option::of(-1.0..1.0), 0.0..20.0, 0..2u8, 0.0..1.0).prop_map(
        |(lexical, neighbourhood, cosine, kindred, speaker, date): (f64, f64, Option<f64>, f64, u8, f64)| Raw {
            lexical,
            neighbourhood,
            cosine,
            kindred,
            speaker: f64::from(speaker),
            date,
        },
    )
}

fn any_hits() -> impl Strategy<Value = Vec<Hit>> {
    proptest::collection::vec((0.0..1.0, 0.0..1.0, 0..400i64, 0.0..180.0), 0..80).prop_map(|seeds| {
        seeds
            .into_iter()
            .enumerate()
            .map(|(at, (relevance, importance, days, degrees))| Hit {
                importance,
                occurred_at: now().checked_sub(jiff::SignedDuration::from_hours(24 * days)).unwrap(),
                vector: at_angle(degrees),
                ..hit(&format!("{at:03}"), relevance)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn relevance_is_between_0_and_1_and_never_falls_when_a_signal_rises(
        raws in proptest::collection::vec(any_raw(), 2..30), rise in 0.0..5.0f64,
    ) {
        let before = fuse(&raws, &Weights::with_kindred());
        for (_, relevance) in &before {
            prop_assert!((0.0..=1.0).contains(relevance));
        }
        let mut raised = raws.clone();
        raised[0].lexical += rise;
        let after = fuse(&raised, &Weights::with_kindred());
        // Against every other candidate it stands no worse than before.
        for at in 1..raws.len() {
            if before[0].1 > before[at].1 + 1e-9 {
                prop_assert!(after[0].1 >= after[at].1 - 1e-9);
            }
        }
    }

    #[test]
    fn ranking_does_not_depend_on_the_order_of_hits(hits in any_hits(), k in 1usize..=50) {
        let ranking = Ranking { k, ..Ranking::default() };
        let mut reversed = hits.clone();
        reversed.reverse();
        prop_assert_eq!(order(hits.clone(), &ranking), order(reversed, &ranking));
        prop_assert_eq!(order(hits.clone(), &ranking).len(), hits.len().min(k));
    }

    #[test]
    fn with_lambda_1_the_scores_alone_decide(hits in any_hits(), k in 1usize..=50) {
        let ranked = rank(&Query::default(), hits, &Ranking { k, lambda: 1.0, ..Ranking::default() }, now());
        prop_assert!(ranked.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }

    #[test]
    fn a_budget_is_kept(lengths in proptest::collection::vec(0usize..40, 0..20), budget in 0usize..200) {
        let recalled: Vec<Recalled> = lengths.iter().map(|n| recalled(&"x".repeat(*n))).collect();
        let kept = fit(recalled, budget, str::len);
        prop_assert!(kept.iter().map(|r| r.memory.content.len()).sum::<usize>() <= budget);
    }
}

fn recalled(content: &str) -> Recalled {
    let memory: Memory = serde_json::from_value(serde_json::json!({
        "id": "m", "kind": "episodic", "category": "conversation", "content": content, "source": "test", "speaker": "user",
        "importance": 0.5, "confidence": 1.0, "occurred_at": NOW, "created_at": NOW, "sources": [],
    }))
    .unwrap();
    let ranked = Ranked { hit: hit("m", 1.0), score: 1.0, recency: 1.0 };
    Recalled::new(ranked, memory, &Ranking::default(), now(), &TimeZone::UTC)
}
