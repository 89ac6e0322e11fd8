//! The second round: names that the first hits bring up are looked for, too.
//!
//! "Where does my sister work?" finds "My sister Ana came by", and what answers it is "Ana started at the bakery". No
//! model is needed to see that: a name that the best hits speak of and the question does not is a link. There is one
//! further search at most, and its relevance counts for less than half, so that what answers directly stays first.

use super::query::Known;
use super::time::names_a_time;
use super::{Hit, Query, Ranking, Term, rank};
use crate::MemoryId;
use crate::text::{Analyzer, Kind, fold, words};
use hashbrown::HashMap;

/// So many of the best hits are read for names.
const READ: usize = 5;
/// So many names are followed.
const FOLLOWED: usize = 3;
/// What the second round counts for, beside the first. (Between .3 and .7 it makes little difference.)
const SHARE: f64 = 0.4;

/// The hits whose texts [`linked`] should be given, best first: those that have to do with the question at all.
pub fn to_read(query: &Query, hits: &[Hit], ranking: &Ranking) -> Vec<MemoryId> {
    let best_first = |a: &&Hit, b: &&Hit| b.relevance.total_cmp(&a.relevance).then_with(|| a.id.cmp(&b.id));
    let mut best: Vec<&Hit> = hits.iter().filter(|hit| rank::is_about(query, hit, ranking)).collect();
    if best.len() > READ {
        best.select_nth_unstable_by(READ, best_first);
        best.truncate(READ);
    }
    best.sort_unstable_by(best_first);
    best.into_iter().map(|hit| hit.id.clone()).collect()
}

/// The question with the names that the first hits' `texts` bring up; none if they bring up none.
pub fn linked<'t>(
    analyzer: &Analyzer,
    query: &Query,
    known: &Known<'_>,
    texts: impl IntoIterator<Item = &'t str>,
) -> Option<Query> {
    if query.is_only_about_time() || query.feeling.is_some() {
        return None;
    }
    let mut found: Vec<(Term, usize)> = Vec::new();
    for text in texts {
        let mut here: Vec<Term> = Vec::new();
        each_name(text, |name| {
            let stem = analyzer.stem(name);
            let new = |terms: &[Term]| terms.iter().all(|term| term.stem != stem);
            if new(&query.terms)
                && new(&here)
                && !analyzer.is_stop(name)
                && !names_a_time(&fold(name))
                && !known.names(name)
            {
                here.push(Term { surface: format!("{LINK}{name}"), stem, content: true });
            }
        });
        for term in here {
            match found.iter_mut().find(|(known, _)| known.stem == term.stem) {
                Some((_, times)) => *times += 1,
                None => found.push((term, 1)),
            }
        }
    }
    // Those that several speak of first; otherwise those of the better hit.
    found.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    found.truncate(FOLLOWED);
    (!found.is_empty()).then(|| {
        let mut query = query.clone();
        query.terms.extend(found.into_iter().map(|(term, _)| term));
        query
    })
}

/// The hits of both rounds as one list, in no particular order.
pub fn join(mut first: Vec<Hit>, second: Vec<Hit>) -> Vec<Hit> {
    let known: Vec<Option<usize>> = {
        let by_id: HashMap<&MemoryId, usize> = first.iter().enumerate().map(|(at, hit)| (&hit.id, at)).collect();
        second.iter().map(|hit| by_id.get(&hit.id).copied()).collect()
    };
    for hit in &mut first {
        hit.relevance *= 1.0 - SHARE;
    }
    for (mut hit, known) in second.into_iter().zip(known) {
        hit.relevance *= SHARE;
        match known {
            Some(at) => {
                first[at].relevance += hit.relevance;
                first[at].shared.extend(hit.shared.into_iter().filter(|word| word.starts_with(LINK)));
            }
            None => first.push(hit),
        }
    }
    first
}

/// What the surface of a followed name begins with, so that the reason can tell it from a word of the question.
pub(super) const LINK: char = '→';

/// Words that are spelled like names: a capital, small letters, and not at the beginning of a sentence.
fn each_name<'t>(text: &'t str, mut found: impl FnMut(&'t str)) {
    words(text, |word| {
        let name = word.text.strip_suffix("'s").or_else(|| word.text.strip_suffix("’s")).unwrap_or(word.text);
        let mut chars = name.chars();
        let spelled_so = word.kind == Kind::Spaced
            && chars.next().is_some_and(char::is_uppercase)
            && chars.clone().count() >= 2
            && chars.all(char::is_lowercase);
        let before = text[..word.start].strip_suffix(' ').and_then(|before| before.chars().next_back());
        if spelled_so && before.is_some_and(|c| c.is_lowercase() || matches!(c, ',' | ';' | ':')) {
            found(name);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Signals, analyse};
    use super::*;
    use crate::memory::MemoryKind;
    use jiff::tz::TimeZone;
    use smallvec::smallvec;

    fn ask(text: &str, texts: &[&str]) -> Vec<String> {
        let analyzer = Analyzer::new();
        let speakers = ["Melanie".to_owned()];
        let known = Known { user: Some("Ben"), speakers: &speakers };
        let query = analyse(&analyzer, text, &known, "2023-10-20T12:00:00Z".parse().unwrap(), &TimeZone::UTC);
        let second = linked(&analyzer, &query, &known, texts.iter().copied());
        let terms = second.map(|second| second.terms[query.terms.len()..].to_vec()).unwrap_or_default();
        terms.into_iter().map(|term| term.surface).collect()
    }

    #[test]
    fn names_of_the_first_hits_are_followed() {
        assert_eq!(ask("Where does my sister work?", &["My sister Ana came by on Friday"]), ["→Ana"]);
        assert_eq!(
            ask(
                "Who is my boss?",
                &["my boss, Viktor, shouted", "so Petra's boss Viktor left", "I told Melanie and Ben"]
            ),
            ["→Viktor", "→Petra"]
        );
        assert_eq!(ask("How is Ana?", &["then Ana left. Today I rest. IBM is big"]), [""; 0]);
        assert_eq!(ask("What happened yesterday?", &["I met Ana"]), [""; 0]);
    }

    #[test]
    fn what_answers_directly_stays_first() {
        let hit = |id: &str, relevance: f64| Hit {
            id: MemoryId::new(id),
            relevance,
            signals: Signals::default(),
            shared: smallvec![format!("{LINK}Ana").into()],
            kin: 1.0,
            kind: MemoryKind::Episodic,
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
            importance: 0.5,
            reinforced: 0,
            vector: None,
        };
        let mut hits = join(vec![hit("direct", 1.0), hit("weak", 0.2)], vec![hit("weak", 0.5), hit("further", 1.0)]);
        hits.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
        let order: Vec<(&str, f64)> = hits.iter().map(|hit| (hit.id.as_str(), hit.relevance)).collect();
        assert_eq!(order, [("direct", 0.6), ("further", 0.4), ("weak", 0.2 * 0.6 + 0.5 * 0.4)]);
    }
}
