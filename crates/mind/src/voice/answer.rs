//! Answers from memory: does anything that was recalled really answer, and what is the short of it?

use super::Turn;
use super::dates;
use super::evidence::{Clause, FORMER_HOME, FORMER_WORK, Heard, Topic};
use super::frame::Tense;
use super::meaning::{Meaning, Stem};
use super::person::Turner;
use super::plain::spelled_out;
use super::question::{Asked, Question, Subject};
use super::slots::{self, Known};
use crate::MemoryId;
use crate::memory::extract::compile;
use crate::memory::extract::when::{Grain, Times, When};
use compact_str::CompactString;
use hashbrown::HashSet;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use regex::Regex;

/// The tools for answering. Compiled once.
#[derive(Debug)]
pub(super) struct Answerer {
    pub(super) turner: Turner,
    times: Times,
    place: Regex,
    number: Regex,
    duration: Regex,
    reason: Regex,
    name: Regex,
    colour: Regex,
    copula: Regex,
    past: Regex,
    called: Regex,
    names: Regex,
    dwelling: Regex,
    occupation: Regex,
    left_work: Regex,
}

/// What memory says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers.
    Answer {
        /// What to say.
        text: String,
        /// From which memories.
        used: Vec<MemoryId>,
    },
    /// It was spoken of, but not what is asked.
    Partly {
        /// What to say.
        text: String,
        /// From which memories.
        used: Vec<MemoryId>,
    },
    /// It was never told.
    Unknown,
}

/// Now, and where the person is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// The last turns, oldest first.
    pub(super) recent: &'a [Turn<'a>],
}

struct Match<'a> {
    heard: &'a Heard,
    clause: &'a Clause,
    score: f64,
    short: Option<String>,
    typed: bool,
}

const LONGEST_QUOTE: usize = 220;
/// A longer sentence is quoted by its clause.
const SHORT_QUOTE: usize = 150;

impl Answerer {
    pub(super) fn new() -> Self {
        let capital = r"(?-i:\p{Lu}[\p{L}'-]+)";
        let count = r"(?:\d+(?:[.,]\d+)?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine)\b)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|a hundred|a dozen)";
        Self {
            turner: Turner::new(),
            times: Times::new(),
            place: compile(&format!(
                r"(?i)\b(?P<p>(?:in|at|to|near|outside|from|by|under|behind|inside|on|over) (?:(?:the|a|an|my|our|his|her|their) )?(?:{capital}(?: {capital}){{0,2}}|(?:[\p{{L}}-]+ ){{0,2}}(?:room|kitchen|garden|park|beach|sea|river|lake|mountains?|hospital|school|office|library|drawer|shelf|box|cupboard|cellar|attic|garage|café|cafe|restaurant|pub|bar|gym|station|airport|market|village|town|city|flat|apartment|house|church|museum|forest|countryside|coast|centre|center|university|street|bakery|shop|hotel|desk|table|bag|pocket)\b))"
            )),
            number: compile(&format!(
                r"(?i)\b(?P<n>{count}(?: ?(?:%|km|kg|cm|m\b|miles|euros?|pounds|dollars|hours?|minutes|years(?: old)?|months(?: old)?|weeks(?: old)?|days))?|once\b|twice\b|every (?:day|week|month|morning|evening|night))\b"
            )),
            duration: compile(&format!(
                r"(?i)\b(?P<d>(?:for|since|in) (?:(?:about|almost|over|nearly) )?(?:the (?:last|past) )?(?:{count}|an?|many|(?:19|20)\d\d|last|(?-i:\p{{Lu}}\p{{L}}+))(?: (?:minutes?|hours?|days?|weeks?|months?|years?|ages))?)\b"
            )),
            reason: compile(
                r"(?i)\b(?:because|since|so that|in order to|due to|thanks to|the reason|that's why|as i|to (?:be|get|help|see|save|learn|take|look))\b",
            ),
            name: compile(&format!(r"{capital}(?: {capital})?")),
            colour: compile(
                r"(?i)\b(?:(?:dark|light|bright|pale|deep) )?(?:red|blue|green|yellow|orange|purple|violet|pink|brown|black|white|grey|gray|teal|turquoise|gold|golden|silver|beige|navy|cream|burgundy|tabby|ginger)\b",
            ),
            names: compile(&format!(r"{capital}(?:(?:,|,? and) {capital})+")),
            dwelling: compile(
                r"(?i)\b(?:live|lives|living|lived|reside|resides|based|moved?|moving|staying|home is|(?:flat|house|apartment|room|place|cottage) (?:in|near|at|by|on|outside))\b",
            ),
            occupation: compile(
                r"(?i)\b(?:is|'s|was|became|works? as|working as) (?:now )?(?P<v>an? (?:[\p{L}-]+ ){0,3}?[\p{L}-]+?)(?: (?:now|at|in|for|and|but|with|on|by|from|who|these)\b|[.,!;]|$)|\b(?P<w>(?:teaches|works|runs|owns|manages|drives|studies) [^.,!;]{3,50})",
            ),
            left_work: compile(
                r"(?i)\b(?:quit|lost|left|resigned from) (?:my|the|that) (?:[\p{L}-]+ ){0,2}job\b|\bi (?:just |finally )?(?:quit|resigned|retired)\b|\bi (?:got|was|'ve been|have been) (?:just )?(?:fired|sacked|laid off|made redundant)\b",
            ),
            called: compile(r"(?i)\b(?:called|named|names?(?:'s| is| was| are)?) (?P<n>[\p{L}][\p{L}'-]{1,20})\b"),
            copula: compile(
                r"(?i)\b(?:is|are|was|were|'s|'re|'m|am)(?: called| named)? (?P<v>(?:an? |the |my )?[^.!?,;]{2,60})$",
            ),
            past: compile(
                r"(?i)\b(?:was|were|had|went|got|came|saw|met|took|made|did|bought|left|began|ran|won|lost|said|felt|found|broke|ate|flew|wrote|gave|taught|quit|\w{2,}ed)\b|\b(?:I|we)(?:'ve| have) (?:just|finally|already) \w+",
            ),
        }
    }

    /// What memory says to the question.
    pub(super) fn answer(&self, question: &Question, heard: &[Heard], meaning: &Meaning, at: Moment<'_>) -> Verdict {
        if let Some(found) = self.by_facts(question, heard, meaning, at) {
            return found;
        }
        if question.asked == Asked::About {
            return self.about(question, heard, at);
        }
        let mut matches: Vec<Match<'_>> = heard
            .iter()
            .flat_map(|h| h.clauses.iter().map(move |c| (h, c)))
            .filter_map(|(h, c)| self.weigh(question, h, c, meaning, at))
            .collect();
        // What answers fully comes first, then what is nearest, then what was said last.
        matches.sort_by(|a, b| {
            let coarse = |m: &Match<'_>| (m.score * 5.0).round();
            b.typed
                .cmp(&a.typed)
                .then(coarse(b).total_cmp(&coarse(a)))
                .then(a.heard.over.cmp(&b.heard.over))
                .then(b.heard.at.cmp(&a.heard.at))
                .then(a.heard.rank.cmp(&b.heard.rank))
        });
        if let Some(found) = self.occupation(question, heard, at) {
            return found;
        }
        let Some(best) = matches.first() else {
            return self.related(question, heard, at).unwrap_or(Verdict::Unknown);
        };
        let names_whom = question.asked == Asked::Who && matches!(question.subject, Subject::Named(_));
        let evidence = if names_whom && best.heard.content.chars().count() <= SHORT_QUOTE {
            self.told(best.heard, &best.heard.content, at)
        } else {
            self.told(best.heard, self.quotable(best.clause), at)
        };
        let used = cited(&[best.heard]);
        if question.asked == Asked::Whether {
            return Verdict::Answer { text: self.yes_no(question, best, meaning, evidence), used };
        }
        // "there" was named before the question, and nobody knows where.
        if question.text.split(' ').any(|w| w.trim_end_matches('?') == "there") {
            let text = format!("The nearest that I find is this. {evidence}");
            return Verdict::Partly { text, used };
        }
        if !best.typed
            && matches!(question.asked, Asked::Who | Asked::Name)
            && best.clause.text == best.clause.text.to_lowercase()
        {
            // A name written small cannot be told from the other words; the sentence holds it.
            return Verdict::Partly { text: evidence, used };
        }
        if !best.typed {
            let missing = match question.asked {
                Asked::When => "when",
                Asked::Where => "where",
                Asked::Who => "who",
                Asked::Why => "why",
                Asked::HowMany => "the number",
                Asked::HowLong => "how long",
                Asked::Name => "the name",
                Asked::Colour => "the colour",
                Asked::What | Asked::Whether | Asked::About => "that",
            };
            return Verdict::Partly { text: format!("{evidence} But you haven't told me {missing}."), used };
        }
        let text = match &best.short {
            Some(short) => format!("{} {evidence}", sentence(short)),
            None => evidence,
        };
        Verdict::Answer { text, used }
    }

    fn by_facts(&self, question: &Question, heard: &[Heard], meaning: &Meaning, at: Moment<'_>) -> Option<Verdict> {
        let known = slots::find(question, heard, meaning);
        if question.former {
            return self.formerly(&known, heard, at);
        }
        let latest = known.first()?;
        let from = heard.get(latest.heard)?;
        if let Some(verdict) = self.no_longer(latest, from, heard, at) {
            return Some(verdict);
        }
        // "Where am I living now?" after "I'm moving on Friday" stays with what was.
        let mut short = without_now(&latest.value).to_owned();
        let many = ["allergy.", "taste."].iter().any(|p| latest.key.starts_with(p));
        let mut used = cited(&[from]);
        if many {
            for other in known
                .iter()
                .skip(1)
                .filter(|k| !short.to_lowercase().contains(&k.value.to_lowercase()))
                .take(3)
                .collect::<Vec<_>>()
            {
                short = format!("{short}, {}", other.value);
                used.extend(heard.get(other.heard).and_then(|h| h.id.clone()));
            }
        }
        let stated = if from.content.contains(&latest.content) || from.clauses.is_empty() {
            latest.content.clone()
        } else {
            self.stating(from, &latest.value)
        };
        let mut text = format!("{} {}", sentence(&short), self.told(from, &stated, at));
        let earlier =
            known.iter().skip(1).find(|k| k.key == latest.key && !k.value.eq_ignore_ascii_case(&latest.value));
        if let Some(earlier) = earlier.filter(|_| !many)
            && let Some(then) = heard.get(earlier.heard)
            && matches!(latest.key.as_str(), "home" | "work" | "work.employer" | "age" | "status" | "study")
        {
            let when = if dates::same_day(then.at, at.now, at.zone) || then.id == from.id {
                String::new()
            } else {
                format!(", as you told me {},", dates::told(then.at, at.now, at.zone))
            };
            text = format!("{text} Before that{when} it was {}.", self.turner.person(&earlier.value));
            used.extend(then.id.clone());
        }
        used.dedup();
        Some(Verdict::Answer { text, used })
    }

    /// The fact was taken back since ("I don't live in Oslo"), or the job was left.
    fn no_longer(&self, latest: &Known, from: &Heard, heard: &[Heard], at: Moment<'_>) -> Option<Verdict> {
        let value = without_now(&latest.value).to_lowercase();
        let value = value.trim_start_matches("in ").trim_start_matches("at ");
        let later = |h: &&Heard| h.by.is_none() && h.at >= from.at && h.content.trim() != from.content.trim();
        let denies = |c: &Clause| c.negated && c.topic == Topic::Speaker && c.text.to_lowercase().contains(value);
        let leaves = |c: &Clause| {
            latest.key.starts_with("work") && c.topic == Topic::Speaker && !c.hedged && self.left_work.is_match(&c.text)
        };
        let denied = heard.iter().filter(later).find_map(|h| Some((h, h.clauses.iter().find(|c| denies(c))?)));
        if let Some((h, clause)) = denied {
            let text = format!("{} What holds instead, you haven't told me.", self.told(h, &clause.sentence, at));
            return Some(Verdict::Partly { text, used: cited(&[h]) });
        }
        let (h, clause) = heard.iter().filter(later).find_map(|h| Some((h, h.clauses.iter().find(|c| leaves(c))?)))?;
        let text = format!("{} Before that it was: {}.", self.told(h, &clause.sentence, at), latest.value);
        Some(Verdict::Answer { text, used: cited(&[h, from]) })
    }

    /// How it was before: the last value that is not the present one.
    fn formerly(&self, known: &[Known], heard: &[Heard], at: Moment<'_>) -> Option<Verdict> {
        let is_former = |k: &&Known| k.key == FORMER_HOME || k.key == FORMER_WORK;
        let left = |k: &Known| {
            let from = heard.get(k.heard)?;
            self.no_longer(k, from, heard, at)
        };
        let Some(present) = known.iter().find(|k| !is_former(k) && left(k).is_none()) else {
            // Only what was before is known, or the job was left since.
            let former = known.first()?;
            let from = heard.get(former.heard)?;
            let told = self.told(from, &self.stating(from, &former.value), at);
            let text = format!("{} {told}", sentence(&former.value));
            return Some(Verdict::Answer { text, used: cited(&[from]) });
        };
        let former = known.iter().find(|k| !k.value.eq_ignore_ascii_case(&present.value));
        let now = heard.get(present.heard)?;
        let Some(former) = former else {
            let told = self.told(now, &self.stating(now, &present.value), at);
            let text = format!("{told} What was before that, you haven't told me.");
            return Some(Verdict::Partly { text, used: cited(&[now]) });
        };
        let from = heard.get(former.heard)?;
        let text = format!(
            "{} {} Now it is {}.",
            sentence(without_now(&former.value)),
            self.told(from, &self.stating(from, former.value.trim_start_matches("in ")), at),
            self.turner.person(without_now(&present.value))
        );
        let mut used = cited(&[from, now]);
        used.dedup();
        Some(Verdict::Answer { text, used })
    }

    /// A clause of a long sentence is quoted by itself.
    fn quotable<'c>(&self, clause: &'c Clause) -> &'c str {
        if clause.sentence.chars().count() > SHORT_QUOTE { &clause.text } else { &clause.sentence }
    }

    /// "What does Dana do?" is answered by "Dana is a paediatrician".
    fn occupation(&self, question: &Question, heard: &[Heard], at: Moment<'_>) -> Option<Verdict> {
        let (Subject::Named(being) | Subject::Theirs(being)) = &question.subject else { return None };
        let asks = question.asked == Asked::What
            && question.needed.iter().any(|n| n.key == "work")
            && question.needed.iter().all(|n| n.key == "work" || n.key == *being);
        let (from, clause, found) = heard.iter().filter(|_| asks).find_map(|h| {
            h.clauses.iter().find_map(|c| {
                let theirs = c.topic == Topic::Somebody && c.subject.contains(being);
                let found = self.occupation.captures(&c.text).filter(|_| theirs && !c.hedged && !c.negated)?;
                let what = found.name("v").or_else(|| found.name("w"))?.as_str().to_owned();
                Some((h, c, what))
            })
        })?;
        let text = format!("{} {}", sentence(&found), self.told(from, self.quotable(clause), at));
        Some(Verdict::Answer { text, used: cited(&[from]) })
    }

    /// Nothing answers word for word, but something was told of the same being in the same field of life: that is
    /// said rather than denied.
    fn related(&self, question: &Question, heard: &[Heard], at: Moment<'_>) -> Option<Verdict> {
        let fields: Vec<usize> = question.needed.iter().filter_map(|n| Meaning::field(&n.key)).collect();
        let names: Vec<&Stem> = question.needed.iter().filter(|n| n.name).map(|n| &n.key).collect();
        let being = match &question.subject {
            Subject::Theirs(being) | Subject::Named(being) => Some(being),
            Subject::User => None,
            Subject::Companion | Subject::Open => return None,
        };
        let told_of = |h: &Heard, c: &Clause| {
            let subject = match being {
                Some(being) => c.speaks_of.contains(being) && matches!(c.topic, Topic::Somebody | Topic::Pronoun),
                None => c.topic == Topic::Speaker && h.by.is_none(),
            };
            subject
                && !c.hedged
                && names.iter().all(|n| c.speaks_of.contains(*n))
                && c.speaks_of.iter().any(|key| Meaning::field(key).is_some_and(|f| fields.contains(&f)))
        };
        let (from, clause) = heard
            .iter()
            .filter_map(|h| h.clauses.iter().find(|c| told_of(h, c)).map(|c| (h, c)))
            .max_by_key(|(h, _)| h.at)?;
        let text = format!("{} That's as much as I know of it.", self.told(from, &clause.sentence, at));
        Some(Verdict::Partly { text, used: cited(&[from]) })
    }

    /// The sentence of a memory that holds a value.
    fn stating(&self, heard: &Heard, value: &str) -> String {
        let holds = heard.clauses.iter().find(|c| c.sentence.to_lowercase().contains(&value.to_lowercase()));
        holds.map_or_else(|| heard.content.clone(), |c| c.sentence.clone())
    }

    /// How well a clause answers; none if it does not.
    fn weigh<'a>(
        &self,
        question: &Question,
        heard: &'a Heard,
        clause: &'a Clause,
        meaning: &Meaning,
        at: Moment<'_>,
    ) -> Option<Match<'a>> {
        if question.needed.is_empty() || !self.fits(question, heard, clause) {
            return None;
        }
        let total: f64 = question.needed.iter().map(|n| n.weight).sum();
        let strong = question.needed.iter().filter(|n| n.weight >= 1.0).count();
        let (mut score, mut told_here) = (0.0, question.needed.iter().all(|n| is_time(&n.surface)));
        for needed in &question.needed {
            if clause.speaks_of.contains(&needed.key) {
                score += needed.weight;
                told_here |= needed.weight >= 1.0 || (strong == 0 && !is_time(&needed.surface));
            } else if heard.speaks_of.contains(&needed.key) {
                score += needed.weight * 0.9;
            } else if needed.name || question.asked == Asked::Whether && needed.weight >= 1.0 {
                return None;
            }
        }
        let covered = score / total;
        let enough = if strong <= 2 { 0.75 } else { 0.6 };
        if covered < enough || !told_here {
            return None;
        }
        let (typed, short) = self.typed(question, heard, clause, meaning, at);
        // A name or a colour is worth nothing half told: only the same being makes it worth mentioning.
        Some(Match {
            heard,
            clause,
            score: covered + if typed { 0.3 } else { 0.0 } - if clause.hedged { 0.1 } else { 0.0 },
            short,
            typed,
        })
    }

    /// Does the clause speak of the one who is asked about?
    fn fits(&self, question: &Question, heard: &Heard, clause: &Clause) -> bool {
        let theirs_only = |being: &Stem| question.needed.iter().all(|n| n.key == *being || n.weight < 1.0);
        match &question.subject {
            Subject::User if heard.by.is_some() => false,
            Subject::User => match clause.topic {
                Topic::Speaker => true,
                // "My sister gave me the watch" answers "Who gave me the watch?"
                Topic::Somebody => {
                    question.asked == Asked::Who
                        || (question.asked != Asked::Whether
                            && question.needed.iter().any(|n| clause.subject.contains(&n.key)))
                        || (question.asked == Asked::Whether
                            && clause.text.to_lowercase().starts_with("my ")
                            && question.needed.iter().all(|n| clause.subject.contains(&n.key)))
                }
                Topic::Pronoun => question.asked != Asked::Whether,
                Topic::Thing => question.asked != Asked::Whether,
            },
            Subject::Theirs(being) => {
                clause.speaks_of.contains(being)
                    && match clause.topic {
                        Topic::Somebody => clause.subject.contains(being),
                        Topic::Pronoun => true,
                        Topic::Speaker => {
                            clause.having || theirs_only(being) || matches!(question.asked, Asked::When | Asked::What)
                        }
                        Topic::Thing => false,
                    }
            }
            Subject::Named(name) => {
                let spoken = heard.by.as_ref().is_some_and(|by| by.to_lowercase().starts_with(name.as_str()));
                spoken || clause.speaks_of.contains(name)
            }
            Subject::Companion => false,
            Subject::Open => true,
        }
    }

    /// Does the clause hold the kind of answer that is asked for, and which words are it?
    fn typed(
        &self,
        question: &Question,
        heard: &Heard,
        clause: &Clause,
        meaning: &Meaning,
        at: Moment<'_>,
    ) -> (bool, Option<String>) {
        let text = clause.text.as_str();
        let asked_words: HashSet<&str> = question.needed.iter().map(|n| n.key.as_str()).collect();
        let said = heard.at.to_zoned(at.zone.clone()).date();
        let today = at.now.to_zoned(at.zone.clone()).date();
        match question.asked {
            Asked::When => match self.times.find(text, said).or_else(|| self.times.find(&clause.sentence, said)) {
                Some(when) => (true, Some(dates::happening(&ahead(when, text, said), today))),
                None if self.past.is_match(text) && !clause.negated && !clause.hedged => {
                    let day = dates::day(said, today);
                    (true, Some(format!("around {day}, when you told me")))
                }
                None => (false, None),
            },
            // "on the way home from university" says nothing of where they live.
            Asked::Where if asked_words.contains("home") && (clause.hedged || !self.dwelling.is_match(text)) => {
                (false, None)
            }
            Asked::Where => {
                self.place.captures(text).map_or((false, None), |found| (true, Some(self.turner.person(&found["p"]))))
            }
            Asked::HowMany => self.number.captures(text).map_or((false, None), |found| {
                (true, Some(found["n"].to_owned()).filter(|n| n.parse::<u64>().is_err()))
            }),
            Asked::HowLong => self
                .duration
                .captures(text)
                .map_or_else(|| (self.number.is_match(text), None), |found| (true, Some(found["d"].to_owned()))),
            Asked::Why => (self.reason.is_match(&clause.sentence), None),
            Asked::Colour => {
                self.colour.find(text).map_or((false, None), |found| (true, Some(found.as_str().to_owned())))
            }
            Asked::Who | Asked::Name => {
                let skip = |word: &str| {
                    let lower = word.to_lowercase();
                    crate::memory::extract::terms::NOT_NAMES.contains(&lower.as_str())
                        || asked_words.contains(meaning.key_of(word).as_str())
                        || meaning.words(word).iter().all(|w| w.stop)
                };
                let named = self
                    .name
                    .find_iter(text)
                    .find(|m| (m.start() > 0 || clause.topic == Topic::Somebody) && !skip(m.as_str()));
                // Quick hands write names small: after "called" any word will do.
                let named = named.map(|found| found.as_str().to_owned()).or_else(|| {
                    let word = self.called.captures(text)?.name("n")?.as_str();
                    (!skip(word)).then(|| word.to_owned())
                });
                let being = || {
                    meaning
                        .words(text)
                        .into_iter()
                        .find(|w| meaning.is_somebody(&w.key) && !asked_words.contains(w.key.as_str()))
                };
                let several = question.text.contains(" are ") || question.text.contains("names");
                if let Some(all) = self
                    .names
                    .find(text)
                    .filter(|m| several && m.as_str().split(' ').all(|w| !skip(w.trim_end_matches(',')) || w == "and"))
                {
                    return (true, Some(all.as_str().to_owned()));
                }
                match named {
                    // "Who is Puck?" is answered by what was said of Puck, not by the next name.
                    _ if question.asked == Asked::Who && matches!(question.subject, Subject::Named(_)) => (true, None),
                    Some(found) => (true, Some(found)),
                    None if question.asked == Asked::Who => {
                        being().map_or((false, None), |w| (true, Some(format!("your {}", w.surface))))
                    }
                    None => (false, None),
                }
            }
            Asked::What => {
                let short = self
                    .copula
                    .captures(text)
                    .map(|found| self.turner.person(found["v"].trim()))
                    .filter(|v| !clause.negated && v.split(' ').count() <= 6 && clause.topic != Topic::Pronoun);
                let new =
                    |v: &String| meaning.words(v).iter().any(|w| !w.stop && !asked_words.contains(w.key.as_str()));
                (true, short.filter(new))
            }
            Asked::Whether | Asked::About => (true, None),
        }
    }

    fn yes_no(&self, question: &Question, best: &Match<'_>, meaning: &Meaning, evidence: String) -> String {
        let likes = |text: &str| {
            meaning.words(text).iter().any(|w| w.key == "like").then(|| {
                ["hate", "dislike", "can't stand", "detest", "loathe", "don't like", "not like"]
                    .iter()
                    .any(|d| text.to_lowercase().contains(d))
            })
        };
        let asked_negative = likes(&question.text).unwrap_or(false);
        let told_negative = match likes(&best.clause.text) {
            Some(negative) if likes(&question.text).is_some() => negative,
            _ => best.clause.negated,
        };
        if best.clause.hedged {
            evidence
        } else if asked_negative == told_negative {
            format!("Yes. {evidence}")
        } else {
            format!("No, not as far as I know. {evidence}")
        }
    }

    /// What was said about something: the two or three memories that hold it, oldest first.
    fn about(&self, question: &Question, heard: &[Heard], at: Moment<'_>) -> Verdict {
        let strong: Vec<_> = question.needed.iter().filter(|n| n.weight >= 1.0 || question.needed.len() == 1).collect();
        if strong.is_empty() {
            return Verdict::Unknown;
        }
        let mut found: Vec<&Heard> = heard
            .iter()
            .filter(|h| {
                let hits = strong.iter().filter(|n| h.speaks_of.contains(&n.key)).count();
                hits > 0
                    && hits * 10 >= strong.len() * 6
                    && strong.iter().all(|n| !n.name || h.speaks_of.contains(&n.key))
            })
            .collect();
        // The same thing kept as an episode and as a fact is said once.
        let mut seen = HashSet::new();
        found.retain(|h| seen.insert(h.content.as_str()));
        found.truncate(3);
        found.sort_by_key(|h| h.at);
        let mut text = Vec::new();
        let mut used = Vec::new();
        for (i, h) in found.iter().enumerate() {
            let clause = h.clauses.iter().find(|c| strong.iter().any(|n| c.speaks_of.contains(&n.key)));
            let told = self.told(h, clause.map_or(h.content.as_str(), |c| c.sentence.as_str()), at);
            if text.iter().any(|t: &String| told.contains(t.as_str())) {
                continue;
            }
            text.push(if i > 0 { format!("And {}", lower_first(&told)) } else { told });
            used.extend(h.id.clone());
        }
        if text.is_empty() { Verdict::Unknown } else { Verdict::Answer { text: text.join(" "), used } }
    }

    /// "You told me on 3 May that your dog is ill." Verbatim where turning is not safe.
    pub(super) fn told(&self, heard: &Heard, words: &str, at: Moment<'_>) -> String {
        let when = dates::told(heard.at, at.now, at.zone);
        let words = words.trim();
        if let Some(place) = &heard.cited {
            return format!("In {place}: “{}”", crop(words));
        }
        if let Some(name) = &heard.by {
            return format!("{name} said {when}: “{}”", crop(words));
        }
        let told = match at.recent.last() {
            _ if when != "just now" => format!("You told me {when}"),
            Some(last) if last.message.trim() == heard.content.trim() => "You just said".to_owned(),
            Some(last) if last.reply.contains("told me just now") => "You said a moment ago".to_owned(),
            _ => "You told me just now".to_owned(),
        };
        self.put(&told, heard.at, words, at)
    }

    /// The same of words that are no memory yet.
    pub(super) fn said(&self, when: Timestamp, words: &str, at: Moment<'_>) -> String {
        self.put(&format!("You told me {}", dates::told(when, at.now, at.zone)), when, words.trim(), at)
    }

    fn put(&self, told: &str, when: Timestamp, words: &str, at: Moment<'_>) -> String {
        match self.turner.turn(&spelled_out(words), dates::same_day(when, at.now, at.zone)) {
            Some(turned) => format!("{told} that {turned}."),
            None => format!("{told}: “{}”", crop(words)),
        }
    }
}

/// The memories among what was heard.
fn cited(heard: &[&Heard]) -> Vec<MemoryId> {
    heard.iter().filter_map(|h| h.id.clone()).collect()
}

/// Words shortened for a quotation, at a space.
pub(super) fn crop(words: &str) -> String {
    if words.chars().count() <= LONGEST_QUOTE {
        return words.to_owned();
    }
    let short: String = words.chars().take(LONGEST_QUOTE).collect();
    let end = short.rfind(' ').unwrap_or(short.len());
    format!("{} …", &short[..end])
}

/// "green now" is green.
fn without_now(value: &str) -> &str {
    [" now", " these days", " at the moment", " right now", " anymore", " actually"]
        .iter()
        .fold(value, |value, end| value.strip_suffix(end).unwrap_or(value))
}

/// A short answer as a sentence of its own.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.trim().trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

/// "next June", said in November, is not the June that was.
fn ahead(mut when: When, text: &str, said: Date) -> When {
    let tense = Tense::of(text);
    let coming = when.words.to_lowercase().starts_with("next") || (tense.ahead && !tense.past);
    if coming && when.date < said.first_of_month() && matches!(when.grain, Grain::Month | Grain::Day) {
        when.date = when.date.checked_add(1.year()).unwrap_or(when.date);
    }
    when
}

fn is_time(word: &str) -> bool {
    ["today", "yesterday", "week", "month", "year", "day", "last", "next", "lately", "recently", "ago"]
        .contains(&CompactString::from_str_to_lowercase(word).as_str())
}

fn lower_first(words: &str) -> String {
    words.strip_prefix("You ").map_or_else(|| words.to_owned(), |rest| format!("you {rest}"))
}
