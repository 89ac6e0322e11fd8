//! Answers from memory: does anything that was recalled really answer, and what is the short of it?

use super::dates;
use super::evidence::{Clause, Heard, Topic};
use super::meaning::Meaning;
use super::person::Turner;
use super::question::{Asked, Question, Subject};
use super::slots;
use crate::MemoryId;
use crate::memory::extract::compile;
use crate::memory::extract::when::Times;
use jiff::{Timestamp, tz::TimeZone};
use regex::Regex;
use std::collections::HashSet;

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
}

struct Match<'a> {
    heard: &'a Heard,
    clause: &'a Clause,
    score: f64,
    short: Option<String>,
    typed: bool,
}

const LONGEST_QUOTE: usize = 220;

impl Answerer {
    pub(super) fn new() -> Self {
        let capital = r"(?-i:\p{Lu}[\p{L}'-]+)";
        Self {
            turner: Turner::new(),
            times: Times::new(),
            place: compile(&format!(
                r"(?i)\b(?P<p>(?:in|at|to|near|outside|from|by|under|behind|inside|on|over) (?:(?:the|a|an|my|our|his|her|their) )?(?:{capital}(?: {capital}){{0,2}}|(?:[\p{{L}}-]+ ){{0,2}}(?:room|kitchen|garden|park|beach|sea|river|lake|mountains?|hospital|school|office|library|drawer|shelf|box|cupboard|cellar|attic|garage|café|cafe|restaurant|pub|bar|gym|station|airport|market|village|town|city|flat|apartment|house|church|museum|forest|countryside|coast|centre|center|university|street|bakery|shop|hotel|desk|table|bag|pocket)\b))"
            )),
            number: compile(
                r"(?i)\b(?P<n>\d+(?:[.,]\d+)?(?: ?(?:%|km|kg|cm|m|miles|euros?|pounds|dollars|hours?|minutes|years(?: old)?|months(?: old)?|weeks(?: old)?|days))?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|hundred|once|twice|every (?:day|week|month|morning|evening|night))\b",
            ),
            duration: compile(
                r"(?i)\b(?P<d>(?:for|since|in) (?:(?:about|almost|over|nearly) )?(?:the (?:last|past) )?(?:\d+|an?|two|three|four|five|six|seven|eight|nine|ten|many|(?:19|20)\d\d|last|\p{Lu}\p{L}+) ?(?:minutes?|hours?|days?|weeks?|months?|years?)?)\b",
            ),
            reason: compile(
                r"(?i)\b(?:because|since|so that|in order to|due to|thanks to|the reason|that's why|as i|to (?:be|get|help|see|save|learn|take|look))\b",
            ),
            name: compile(&format!(r"{capital}(?: {capital})?")),
            colour: compile(
                r"(?i)\b(?:(?:dark|light|bright|pale|deep) )?(?:red|blue|green|yellow|orange|purple|violet|pink|brown|black|white|grey|gray|teal|turquoise|gold|golden|silver|beige|navy|cream|burgundy|tabby|ginger)\b",
            ),
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
        let Some(best) = matches.first() else { return Verdict::Unknown };
        let evidence = self.told(best.heard, &best.clause.sentence, at);
        let used = vec![best.heard.id.clone()];
        if question.asked == Asked::Whether {
            return Verdict::Answer { text: self.yes_no(question, best, meaning, evidence), used };
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
        let latest = known.first()?;
        let from = heard.get(latest.heard)?;
        // "Where am I living now?" after "I'm moving on Friday" stays with what was.
        let mut short = latest.value.clone();
        let many = ["allergy.", "taste."].iter().any(|p| latest.key.starts_with(p));
        let mut used = vec![from.id.clone()];
        if many {
            for other in known
                .iter()
                .skip(1)
                .filter(|k| !short.to_lowercase().contains(&k.value.to_lowercase()))
                .take(3)
                .collect::<Vec<_>>()
            {
                short = format!("{short}, {}", other.value);
                used.extend(heard.get(other.heard).map(|h| h.id.clone()));
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
            text = format!(
                "{text} Before that, {}, it was {}.",
                dates::told(then.at, at.now, at.zone),
                self.turner.person(&earlier.value)
            );
            used.push(then.id.clone());
        }
        used.dedup();
        Some(Verdict::Answer { text, used })
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
        let (mut score, mut told_here) = (0.0, false);
        for needed in &question.needed {
            if clause.speaks_of.contains(&needed.key) {
                score += needed.weight;
                told_here |= needed.weight >= 1.0;
            } else if heard.speaks_of.contains(&needed.key) {
                score += needed.weight * 0.9;
            } else if needed.name || question.asked == Asked::Whether && needed.weight >= 1.0 {
                return None;
            }
        }
        let strong = question.needed.iter().filter(|n| n.weight >= 1.0).count();
        let covered = score / total;
        let enough = if strong <= 2 { 0.75 } else { 0.6 };
        if covered < enough || (strong > 0 && !told_here) {
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
        let theirs_only = |being: &String| question.needed.iter().all(|n| n.key == *being || n.weight < 1.0);
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
                Some(when) => (true, Some(dates::happening(&when, today))),
                None if self.past.is_match(text) && !clause.negated && !clause.hedged => {
                    let day = dates::day(said, today);
                    (true, Some(format!("around {day}, when you told me")))
                }
                None => (false, None),
            },
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
                let being = || {
                    meaning
                        .words(text)
                        .into_iter()
                        .find(|w| meaning.is_somebody(&w.key) && !asked_words.contains(w.key.as_str()))
                };
                match named {
                    Some(found) => (true, Some(found.as_str().to_owned())),
                    None if question.asked == Asked::Who && matches!(question.subject, Subject::Named(_)) => {
                        (true, None)
                    }
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
            used.push(h.id.clone());
        }
        if text.is_empty() { Verdict::Unknown } else { Verdict::Answer { text: text.join(" "), used } }
    }

    /// "You told me on 3 May that your dog is ill." Verbatim where turning is not safe.
    pub(super) fn told(&self, heard: &Heard, words: &str, at: Moment<'_>) -> String {
        let when = dates::told(heard.at, at.now, at.zone);
        let words = words.trim();
        if let Some(name) = &heard.by {
            return format!("{name} said {when}: “{}”", crop(words));
        }
        match self.turner.turn(words, dates::same_day(heard.at, at.now, at.zone)) {
            Some(turned) => format!("You told me {when} that {turned}."),
            None => format!("You told me {when}: “{}”", crop(words)),
        }
    }
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

/// A short answer as a sentence of its own.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.trim().trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

fn lower_first(words: &str) -> String {
    words.strip_prefix("You ").map_or_else(|| words.to_owned(), |rest| format!("you {rest}"))
}
