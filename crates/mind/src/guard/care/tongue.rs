//! One language's signs of a crisis, read from its file in `signs/`, and what they mean where they stand.
//!
//! A file holds classes (`@name = words`), lists (`name = words`; `heavy`: words that make a second opinion worth
//! asking for) and, under headings (`name:`), patterns of
//! [`crate::phrase`]. Words are written in any of their spellings; both sides are folded alike ([`super::fold`]).
//!
//! | heading | what it is |
//! |---|---|
//! | `imminent`, `ideation`, `distress` | the person's own crisis |
//! | `worry imminent`, `worry` | somebody else's |
//! | `soon`, `means`, `farewell`, `giving`, `ready` | nothing by itself; with another sign, a plan |
//! | `idiom` | a figure of speech, or a subject of talk: what it covers is let through |
//! | `denied` | what it covers, or comes right after it, is not so |
//! | `cited`, `story` | what comes after it is a song's, a book's, a character's |
//! | `past`, `well` | it lies back; it is over |

use super::fold::{Fold, cut};
use super::{Concern, Crisis, Grade, Language};
use crate::guard::plain::is_near;
use crate::phrase::{Hit, Phrases, Words};
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a pattern is a sign of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Own(Grade),
    Others(Grade),
    Hint(Hint),
    Idiom,
    Denied,
    Cited,
    Story,
    Past,
    Well,
}

/// What says nothing alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Hint {
    Soon,
    Means,
    Farewell,
    Giving,
    Ready,
}

/// The headings of a file.
const HEADINGS: [(&str, Sign); 16] = [
    ("imminent", Sign::Own(Grade::Imminent)),
    ("ideation", Sign::Own(Grade::Ideation)),
    ("distress", Sign::Own(Grade::Distress)),
    ("worry imminent", Sign::Others(Grade::Imminent)),
    ("worry", Sign::Others(Grade::Ideation)),
    ("soon", Sign::Hint(Hint::Soon)),
    ("means", Sign::Hint(Hint::Means)),
    ("farewell", Sign::Hint(Hint::Farewell)),
    ("giving", Sign::Hint(Hint::Giving)),
    ("ready", Sign::Hint(Hint::Ready)),
    ("idiom", Sign::Idiom),
    ("denied", Sign::Denied),
    ("cited", Sign::Cited),
    ("story", Sign::Story),
    ("past", Sign::Past),
    ("well", Sign::Well),
];

/// How a text reads in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// The crisis it speaks of.
    pub(super) crisis: Option<Crisis>,
    /// How many of its words are this language's.
    pub(super) known: usize,
    /// It holds words or signs that may mean one.
    pub(super) heavy: bool,
    /// There are signs of one in it, and what makes them harmless: a figure of speech, a denial, a story, somebody else.
    pub(super) excused: bool,
}

/// How far before a sign a word that denies it may stand.
const DENIAL_REACH: usize = 3;

/// A compiled language.
#[derive(Debug)]
pub(super) struct Tongue {
    language: Language,
    pub(super) fold: Fold,
    signs: Phrases<Sign>,
    lists: HashMap<&'static str, HashSet<String>>,
}

impl Tongue {
    /// Compiles a file of `signs/`.
    pub(super) fn new(language: Language, fold: Fold, file: &'static str) -> Self {
        let mut parsed = Parsed::of(file);
        let fold = match fold {
            Fold::Pieces(_) => Fold::Pieces(parsed.cut_words()),
            other => other,
        };
        let folded = |words: &str| words.split_whitespace().map(|w| fold.of(w)).collect::<Vec<_>>();
        let classes: Vec<(&str, String)> = parsed.classes.iter().map(|(n, w)| (*n, folded(w).join(" "))).collect();
        let classes: Vec<(&str, &str)> = classes.iter().map(|(n, w)| (*n, w.as_str())).collect();
        let tables = parsed.tables.iter().flat_map(|(sign, pattern)| {
            ways(&fold_pattern(&fold, pattern), str::to_owned).into_iter().map(|way| (*sign, way))
        });
        let tables: Vec<(Sign, String)> = tables.collect();
        let tables: Vec<(Sign, &str)> = tables.iter().map(|(s, p)| (*s, p.as_str())).collect();
        let lists: HashMap<&'static str, HashSet<String>> =
            parsed.lists.iter().map(|(n, w)| (*n, folded(w).into_iter().collect())).collect();
        let denials = lists.get("denials").into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let signs = Phrases::stopping(&classes, &tables, &denials);
        Self { language, fold, signs, lists }
    }

    /// What a text in this language speaks of, by its words as `fold` makes them.
    pub(super) fn check(&self, words: Words) -> Reading {
        let words = self.spelled(words);
        let known = words.iter().filter(|word| self.signs.knows(word)).count();
        let hits: Vec<Hit<Sign>> = self.signs.find(&words).collect();
        let crisis =
            self.judge(&words, &hits).map(|(grade, concern)| Crisis { grade, concern, language: self.language });
        // Days and goodbyes are in every other message.
        let telling = |hit: &Hit<Sign>| {
            matches!(hit.label, Sign::Own(_) | Sign::Others(_) | Sign::Hint(Hint::Means | Hint::Giving | Hint::Ready))
        };
        let heavy = hits.iter().any(telling) || words.iter().any(|word| self.listed("heavy", word));
        let of_crisis = |hit: &Hit<Sign>| matches!(hit.label, Sign::Own(_) | Sign::Others(_) | Sign::Idiom);
        let excused = crisis.is_none() && hits.iter().any(of_crisis);
        Reading { crisis, known, heavy, excused }
    }

    /// Whether a text that is partly in this language may be read as all of it: Hindi in Latin letters sounds like too
    /// much else for that.
    pub(super) fn is_sure_of(&self, text: &str) -> bool {
        !matches!(self.fold, Fold::Hindi) || !text.is_ascii()
    }

    /// Words that nobody knows but that are one letter from one that matters are taken for it.
    fn spelled(&self, words: Words) -> Words {
        let Some(keys) = self.lists.get("keys").filter(|keys| !keys.is_empty()) else { return words };
        let meant = |word: &str| {
            let unknown = word.len() >= 5 && word.is_ascii() && !self.signs.knows(word);
            unknown.then(|| keys.iter().find(|key| key.as_bytes()[0] == word.as_bytes()[0] && is_near(word, key)))?
        };
        words.respelled(|word| meant(word).map(String::as_str))
    }

    fn listed(&self, list: &str, word: &str) -> bool {
        self.lists.get(list).is_some_and(|words| words.contains(word))
    }

    fn judge(&self, words: &Words, hits: &[Hit<Sign>]) -> Option<(Grade, Concern)> {
        if hits.is_empty() {
            return None;
        }
        let scene = Scene { tongue: self, words, hits };
        let own = hits
            .iter()
            .filter_map(|hit| scene.own(hit))
            .max_by_key(|(grade, concern)| (*concern == Concern::Themselves, *grade));
        let hints: HashSet<Hint> = hits.iter().filter_map(|hit| scene.hint(hit)).collect();
        let plan = [Hint::Means, Hint::Farewell, Hint::Giving].iter().any(|hint| hints.contains(hint));
        let farewells = scene.farewells();
        let own = match own {
            Some((Grade::Ideation, Concern::Themselves)) if plan || hints.contains(&Hint::Soon) => {
                Some((Grade::Imminent, Concern::Themselves))
            }
            Some((Grade::Distress, Concern::Themselves)) if plan && !scene.lies_back() => {
                Some((Grade::Imminent, Concern::Themselves))
            }
            None if !scene.lies_back()
                && (farewells > 2 || plan && hints.iter().filter(|h| **h != Hint::Soon).count() > 1) =>
            {
                Some((Grade::Imminent, Concern::Themselves))
            }
            own => own,
        };
        let others = || hits.iter().filter_map(|hit| scene.others(hit)).max_by_key(|(grade, _)| *grade);
        own.filter(|(_, concern)| *concern == Concern::Themselves)
            .or_else(|| own.into_iter().chain(others()).max_by_key(|(grade, _)| *grade))
    }
}

/// A text with the signs that were found in it.
struct Scene<'a> {
    tongue: &'a Tongue,
    words: &'a Words,
    hits: &'a [Hit<Sign>],
}

impl Scene<'_> {
    fn any(&self, sign: Sign) -> impl Iterator<Item = &Hit<Sign>> {
        self.hits.iter().filter(move |hit| hit.label == sign)
    }

    fn is(&self, list: &str, i: usize) -> bool {
        self.tongue.listed(list, self.words.get(i))
    }

    /// Does the range hold a word of the list?
    fn holds(&self, list: &str, mut range: Range<usize>) -> bool {
        range.any(|i| self.is(list, i))
    }

    /// What a sign of the person's own crisis means where it stands.
    fn own(&self, hit: &Hit<Sign>) -> Option<(Grade, Concern)> {
        let Sign::Own(grade) = hit.label else { return None };
        if self.is_idiom(hit) || self.is_denied(hit) {
            return None;
        }
        if self.told_by_another(hit) {
            return Some((grade, Concern::Another));
        }
        if self.is_fiction(hit) {
            return None;
        }
        let covered = |other: &Hit<Sign>| {
            matches!(other.label, Sign::Others(_))
                && self.is_of_others(other)
                && (other.start..other.end).contains(&hit.start)
        };
        if self.hits.iter().any(covered) {
            return None;
        }
        let (past, well) = (self.past(hit), self.any(Sign::Well).next().is_some());
        let joking = self.holds("jokes", self.words.sentence_of(hit.start));
        let grade = match grade {
            _ if past && well => return None,
            _ if past => Grade::Distress,
            Grade::Imminent if joking => Grade::Ideation,
            Grade::Distress if joking => return None,
            _ if joking => Grade::Distress,
            grade => grade,
        };
        Some((grade, Concern::Themselves))
    }

    /// What a sign of somebody else's crisis means where it stands.
    fn others(&self, hit: &Hit<Sign>) -> Option<(Grade, Concern)> {
        let Sign::Others(grade) = hit.label else { return None };
        let fiction = self.is_fiction(hit);
        let let_through = self.is_idiom(hit) || fiction || self.is_denied(hit) || !self.is_of_others(hit);
        (!let_through).then_some((grade, Concern::Another))
    }

    fn hint(&self, hit: &Hit<Sign>) -> Option<Hint> {
        let Sign::Hint(hint) = hit.label else { return None };
        let joking = self.holds("jokes", self.words.sentence_of(hit.start));
        (!joking && !self.is_idiom(hit) && !self.is_fiction(hit) && !self.is_denied(hit)).then_some(hint)
    }

    /// How many goodbyes are said, each in words of its own.
    fn farewells(&self) -> usize {
        let mut end = 0;
        let mut count = 0;
        for hit in self.hits.iter().filter(|hit| self.hint(hit) == Some(Hint::Farewell)) {
            if hit.start >= end {
                count += 1;
            }
            end = end.max(hit.end);
        }
        count
    }

    /// "I told my brother I am suicidal" is not about the brother.
    fn is_of_others(&self, hit: &Hit<Sign>) -> bool {
        !self.holds("subject", hit.start..hit.end)
    }

    fn is_idiom(&self, hit: &Hit<Sign>) -> bool {
        self.any(Sign::Idiom).any(|idiom| idiom.start < hit.end && hit.start < idiom.end)
    }

    /// Whether the person says that it is not so. A negation before their "I" belongs to something else ("I don't know,
    /// I want to die").
    fn is_denied(&self, hit: &Hit<Sign>) -> bool {
        let overlaps = |denied: &Hit<Sign>| {
            let right_after = (denied.start..=denied.end + 1).contains(&hit.start);
            self.words.same_sentence(denied.start, hit.start)
                && (right_after || denied.start < hit.end && hit.start < denied.end)
        };
        if self.any(Sign::Denied).any(overlaps) {
            return true;
        }
        if self.is("subject", hit.start) {
            return false;
        }
        let before = (hit.start.saturating_sub(DENIAL_REACH)..hit.start).rev();
        let mut before = before.take_while(|i| self.words.same_clause(*i, hit.start) && !self.is("subject", *i));
        before.any(|i| self.is("denials", i))
    }

    /// Whether it is told of somebody in a story, sung in a song, or quoted.
    fn is_fiction(&self, hit: &Hit<Sign>) -> bool {
        let sentence = self.words.sentence_of(hit.start);
        let told = |sign| self.any(sign).filter(|h| sentence.contains(&h.start) && h.start < hit.start).last();
        let (cited, story) = (told(Sign::Cited), told(Sign::Story));
        if cited.is_some_and(|cited| hit.start <= cited.end + 2) {
            return true;
        }
        let quoted = self.words.quoted(hit.start);
        if story.is_some_and(|story| quoted || !self.holds("own", story.end..hit.end)) {
            return true;
        }
        // A quotation within something else that was said, without the person in it, is somebody's word.
        let whole = sentence.clone().all(|i| self.words.quoted(i));
        let mut before = sentence.start..hit.start;
        quoted && !whole && !before.any(|i| self.is("own", i) && !self.words.quoted(i))
    }

    /// Whether it is what somebody else said: they are named, then a word of telling, then straight away this.
    fn told_by_another(&self, hit: &Hit<Sign>) -> bool {
        let from = self.words.sentence_of(hit.start).start;
        let telling = (from..hit.start).rev().find(|i| self.is("telling", *i));
        telling.is_some_and(|t| {
            let at_once = hit.start - t <= 4 && (self.words.quoted(hit.start) || self.words.same_clause(t, hit.start));
            let joined = self.holds("joining", t..hit.start);
            at_once && !joined && self.holds("someone", from..t) && !self.holds("subject", from..t)
        })
    }

    /// Whether it lies back, and nothing between says that it is now.
    fn past(&self, hit: &Hit<Sign>) -> bool {
        self.any(Sign::Past).any(|past| {
            let between = if past.start < hit.start { past.end..hit.start } else { hit.end..past.start };
            self.words.same_sentence(past.start, hit.start) && !self.holds("now", between)
        })
    }

    /// Whether all of it is told as over.
    fn lies_back(&self) -> bool {
        self.any(Sign::Past).next().is_some()
    }
}

/// A file, taken apart.
struct Parsed {
    classes: Vec<(&'static str, String)>,
    lists: Vec<(&'static str, String)>,
    tables: Vec<(Sign, String)>,
}

impl Parsed {
    fn of(file: &'static str) -> Self {
        let mut out = Self { classes: Vec::new(), lists: Vec::new(), tables: Vec::new() };
        let mut heading = None;
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, words)) = line.split_once('=').filter(|_| heading.is_none()) {
                match name.trim().strip_prefix('@') {
                    Some(class) => out.classes.push((class, words.trim().to_owned())),
                    None => out.lists.push((name.trim(), words.trim().to_owned())),
                }
            } else if let Some(name) = line.strip_suffix(':') {
                heading = HEADINGS.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign);
            } else if let Some(sign) = heading {
                out.tables
                    .extend(line.split(';').map(str::trim).filter(|p| !p.is_empty()).map(|p| (sign, p.to_owned())));
            }
        }
        out
    }

    /// For a language without spaces: the pieces that its words are made of. Words that are made of others are parted
    /// in the patterns, too.
    fn cut_words(&mut self) -> BTreeSet<String> {
        let classes = std::mem::take(&mut self.classes);
        for (_, pattern) in &mut self.tables {
            for (name, words) in &classes {
                *pattern =
                    pattern.replace(&format!("@{name}"), &words.split_whitespace().collect::<Vec<_>>().join("|"));
            }
        }
        let written = self.tables.iter().flat_map(|(_, p)| p.split_whitespace()).filter(|s| !s.starts_with(".."));
        let written = written.flat_map(|step| step.trim_start_matches(['?', '+']).split('|'));
        let written = written.chain(self.lists.iter().flat_map(|(_, words)| words.split_whitespace()));
        let mut words: Vec<&str> = written.filter(|w| !matches!(*w, "$" | "^" | "_")).collect();
        words.sort_unstable_by_key(|word| (word.chars().count(), *word));
        words.dedup();
        let mut pieces = BTreeSet::new();
        for word in words {
            if !cut(&pieces, word).iter().all(|piece| pieces.contains(*piece)) {
                pieces.insert(word.to_owned());
            }
        }
        let part = |word: &str| cut(&pieces, word).join(" ");
        self.tables = self.tables.iter().flat_map(|(sign, p)| ways(p, part).into_iter().map(|p| (*sign, p))).collect();
        pieces
    }
}

/// A pattern as several, in which every word is as `part` parts it: an alternative of several words is a way of its own,
/// and so is the end of the sentence.
fn ways(pattern: &str, part: impl Fn(&str) -> String) -> Vec<String> {
    let mut out = vec![String::new()];
    for step in pattern.split_whitespace() {
        let mark = if step.starts_with('?') { "?" } else { "" };
        let mut ways = Vec::new();
        let mut words = Vec::new();
        for word in step.trim_start_matches('?').split('|') {
            match word {
                _ if word.starts_with("..") || word == "^" => ways.push(word.to_owned()),
                // Whatever may be missing may end the sentence, too.
                "$" if mark.is_empty() => ways.push(word.to_owned()),
                "$" => {}
                _ => match part(word) {
                    parted if parted.contains(' ') => ways.push(parted),
                    parted => words.push(parted),
                },
            }
        }
        if !words.is_empty() {
            ways.push(format!("{mark}{}", words.join("|")));
        } else if !mark.is_empty() {
            ways.push(String::new());
        }
        out = out.iter().flat_map(|begun| ways.iter().map(move |way| format!("{begun} {way}"))).collect();
    }
    out
}

/// A pattern with its words folded.
fn fold_pattern(fold: &Fold, pattern: &str) -> String {
    let step = |step: &str| {
        if step.starts_with("..") || step == "$" || step == "^" {
            return step.to_owned();
        }
        let mark: String = step.chars().take_while(|c| matches!(c, '?' | '+')).collect();
        let word = |word: &str| match word.strip_suffix('*') {
            _ if word.starts_with('@') || word == "_" || word == "$" => word.to_owned(),
            Some(beginning) => format!("{}*", fold.of(beginning)),
            None => fold.of(word),
        };
        format!("{mark}{}", step[mark.len()..].split('|').map(word).collect::<Vec<_>>().join("|"))
    };
    pattern.split_whitespace().map(step).collect::<Vec<_>>().join(" ")
}
