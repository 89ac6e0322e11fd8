//! What was recalled, taken apart: sentences and clauses, each with its subject and everything it speaks of.

use super::Context;
use super::meaning::{Meaning, Stem, Stems};
use super::plain::spelled_out;
use crate::guard::care::DIRECTORY;
use crate::memory::extract::terms::OCCUPATIONS;
use crate::memory::extract::{Extracted, Extractor, compile, compile_set, each_sentence, has_any, head};
use crate::memory::recall::Recalled;
use crate::memory::{Category, Fact, Speaker};
use crate::{Memory, MemoryId};
use hashbrown::HashMap;
use jiff::Timestamp;
use regex::{Regex, RegexSet};
use std::borrow::Cow;
use std::cell::LazyCell;

/// Who or what a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// "I ...", "my car ...": the speaker.
    Speaker,
    /// "my sister ...", "Ana ...": somebody else.
    Somebody,
    /// "he ...", "its name ...": whoever was spoken of before.
    Pronoun,
    /// "the garden ...".
    Thing,
}

/// A clause of a memory.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) text: String,
    pub(super) sentence: String,
    pub(super) topic: Topic,
    pub(super) speaks_of: Stems,
    /// What its subject words alone speak of.
    pub(super) subject: Stems,
    /// "want", "maybe", "used to": not simply so.
    pub(super) hedged: bool,
    pub(super) negated: bool,
    /// Says that the speaker has or got something.
    pub(super) having: bool,
}

/// A memory, ready to answer from.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// None for what was said in this talk and is no memory yet.
    pub(super) id: Option<MemoryId>,
    pub(super) at: Timestamp,
    pub(super) content: String,
    /// Somebody else's name where it was not the person who said it.
    pub(super) by: Option<String>,
    /// Where it stands, if it was read in a document rather than said.
    pub(super) cited: Option<String>,
    pub(super) clauses: Vec<Clause>,
    /// Everything it speaks of, and a little of what went before where it says "he".
    pub(super) speaks_of: Stems,
    pub(super) facts: Vec<Extracted>,
    /// Place in the order of recall.
    pub(super) rank: usize,
    /// It stopped being true.
    pub(super) over: bool,
    /// 0..1.
    pub(super) importance: f64,
}

/// The tag of what was said in a crisis: never brought up.
const CARE: &str = "care";
/// Of a longer memory only the first so many bytes are taken apart.
const READ: usize = 6_000;

/// Takes memories apart. Compiled once.
#[derive(Debug)]
pub(super) struct Hearing {
    seam: Regex,
    filler: Regex,
    mine: Regex,
    /// Of whom a clause speaks by its first words: "I", "went", "my", "he". Looked for in one go, as are the stances.
    heads: RegexSet,
    stances: RegexSet,
    question: Regex,
    moved: Regex,
    worked: Regex,
}

/// The speaker.
const SPEAKER: &str = r"(?i)^(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|me)\b";
/// What the speaker did, where "I" is left out.
const DROPPED: &str = r"(?i)^(?:got|went|had|just|bought|finished|started|met|saw|passed|failed|feeling|been|moved|made|cooked|baked|found|lost|visited|ran|quit|working|having|going|took|spent|love|hate|painted|broke|won)\b";
/// What or who is the speaker's.
const MINE: &str = r"(?i)^(?:both of )?(?:my|our|mi|mis|mein|meine|meiner|mon|ma|mes|meu|minha|mio|mia) (?P<what>[\p{L}'-]+(?: [\p{L}'-]+){0,3})";
/// Whoever was spoken of before.
const PRONOUN: &str = r"(?i)^(?:he|she|it|they|he's|she's|it's|they're|his|her|its|their|that|this|both)\b";

/// Has a text a word that [`PRONOUN`] begins with?
fn may_have_pronoun(plain: &str) -> bool {
    const WORDS: [&str; 11] = ["he", "she", "it", "they", "his", "her", "its", "their", "that", "this", "both"];
    has_any(plain, &WORDS)
}

/// The keys of the home and the work that were left.
pub(super) const FORMER_HOME: &str = "home.before";
pub(super) const FORMER_WORK: &str = "work.before";

/// Something said: a memory, or a message of this talk.
struct Source<'a> {
    memory: Option<&'a Memory>,
    content: &'a str,
    at: Timestamp,
    /// What was said just before it.
    before: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// Somebody else's name, where it was not the person who said it.
    fn by(&self) -> Option<&'a str> {
        match &self.memory?.speaker {
            Speaker::Other(name) | Speaker::Document(name) => Some(name),
            _ => None,
        }
    }
}

impl Hearing {
    pub(super) fn new() -> Self {
        Self {
            seam: compile(
                r"(?i),? (?:and|but|so|while|because|though|although|then) (?:(?:now|then|also|when|somehow|on the way home) )?(?:i|i'm|i've|my|he|he's|she|she's|it|it's|we|we're|they|his|her|its|their|the|there)\b|; | – | — |, (?:i|i'm|my|we|he's|she's|he|she)\b",
            ),
            filler: compile(
                r"(?i)^(?:(?:and|but|so|also|then|well|oh|yes|no|ok|okay|hi|hello|hey|today|yesterday|tonight|tomorrow|now|this morning|last (?:night|week|month|year|summer|winter|spring|autumn|\w+day)|actually|finally|because|though|although|while|after all|in the end|by the way|honestly|sometimes|usually|later|on \w+day)[,! ]+)+",
            ),
            mine: compile(MINE),
            heads: compile_set([SPEAKER, DROPPED, MINE, PRONOUN]),
            stances: compile_set([
                r"(?i)\b(?:if|wish|want|wants|wanted|hope|hoping|would|'d love|might|maybe|perhaps|thinking (?:of|about)|dream|dreamt|almost|used to|considering|someday|one day|imagine|could|as a child|when i was|looking for)\b",
                r"(?i)\b(?:not|never|no|don't|doesn't|didn't|haven't|hasn't|isn't|aren't|wasn't|can't|won't|no longer|nobody|none|without)\b",
                r"(?i)\b(?:i|we)(?:'ve| have)?(?: \w+){0,2}? (?:have|got|own|adopted|bought|rescued|had|named|called|keep)\b|\b(?:i|we)'ve got\b|^(?:got|bought|adopted|have)\b",
            ]),
            moved: compile(
                r"\b(?:I|i|We|we)(?:'ve| have)?(?: just| recently| finally)? moved (?:here |over |away )?from (?P<v>\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){0,2}) to\b",
            ),
            worked: compile(
                r"\b[Ii] (?:used to (?:be|work as)|was|worked(?: \w+)? as) an? (?P<v>(?:[\p{L}-]+ ){0,2}?[\p{L}-]+)(?: (?:for|at|in|before|until|once|back|all|when|and|but)\b|[.,!;]|$)",
            ),
            question: compile(
                r"(?i)^(?:(?:hey|hi|hello|and|so|ok|okay|well|please)[, ]+)*(?:(?:what|where|when|who|which|why|how|whose|what's|who's|where's|when's)\b.{0,25}\b(?:is|are|am|was|were|do|does|did|have|has|can|should|will|my|i)\b|(?:do|does|did|am|are|is|was|were|have|has|can|could|should|would|will) (?:i|you|my|he|she|we|they|the|it)\b|do you|tell me|remind me|remember)",
            ),
        }
    }

    /// What was recalled from people (not from the companion) and said in the last turns, taken apart: first what was
    /// recalled, in its order, then the talk, newest first.
    pub(super) fn people(&self, ctx: &Context<'_>, meaning: &Meaning, extractor: &Extractor) -> Vec<Heard> {
        let mut heard: Vec<Heard> = self
            .sources(ctx)
            .iter()
            .enumerate()
            .map(|(rank, source)| Heard {
                facts: self.facts(source, extractor, ctx),
                ..self.take_apart(source, rank, meaning, ctx)
            })
            .collect();
        let names = Names::of(heard.iter().flat_map(|h| &h.facts), meaning);
        heard.iter_mut().for_each(|h| names.lend_to(h));
        heard
    }

    /// The first that was recalled, fits, and speaks of one of these classes or stems. The same as looking for it among
    /// [`Hearing::people`], but only what may be it is taken apart, and it comes without facts.
    pub(super) fn speaking_of(
        &self,
        keys: &[&str],
        fits: impl Fn(&Memory) -> bool,
        ctx: &Context<'_>,
        meaning: &Meaning,
        extractor: &Extractor,
    ) -> Option<Heard> {
        let sources = self.sources(ctx);
        let mut candidates = sources.iter().enumerate().filter(|(_, s)| s.memory.is_some_and(&fits)).peekable();
        if keys.is_empty() || candidates.peek().is_none() {
            return None;
        }
        let naming = sources.iter().filter(|source| may_name(source, meaning));
        let facts: Vec<Extracted> = naming.flat_map(|source| self.facts(source, extractor, ctx)).collect();
        let names = Names::of(&facts, meaning);
        candidates.find_map(|(rank, source)| {
            let plain = spelled_out(head(source.content, READ));
            let mut roughly = meaning.of(&plain);
            let before = source.before.filter(|_| may_have_pronoun(&plain));
            roughly.extend(before.into_iter().flat_map(|before| meaning.of(head(before, READ))));
            roughly.extend(source.by().into_iter().flat_map(|name| meaning.of(name)));
            names.lend(&mut roughly);
            if !keys.iter().any(|key| roughly.contains(*key)) {
                return None;
            }
            let mut heard = self.take_apart(source, rank, meaning, ctx);
            names.lend_to(&mut heard);
            keys.iter().any(|key| heard.speaks_of.contains(*key)).then_some(heard)
        })
    }

    /// What there is to answer from, questions left out.
    fn sources<'a>(&self, ctx: &Context<'a>) -> Vec<Source<'a>> {
        let mut sources: Vec<Source<'_>> = Vec::new();
        for hit in ctx.recalled {
            let memory = &hit.memory;
            let care = memory.tags.iter().any(|tag| tag == CARE);
            if !care && memory.speaker != Speaker::Companion && !self.is_question(head(&memory.content, READ)) {
                let before = antecedent(memory, ctx.recalled).map(|m| m.content.as_str());
                sources.push(Source { memory: Some(memory), content: &memory.content, at: memory.occurred_at, before });
            }
        }
        let mut newest = ctx.recent.iter().rev().peekable();
        while let Some(turn) = newest.next() {
            let known = sources.iter().any(|s| s.content.trim() == turn.message.trim());
            // An answer with help lines was given in a crisis: that is never brought up.
            let care = turn.reply.contains(DIRECTORY);
            if !known && !care && !turn.message.is_empty() && !self.is_question(head(turn.message, READ)) {
                let before = newest.peek().map(|t| t.message);
                sources.push(Source { memory: None, content: turn.message, at: turn.at, before });
            }
        }
        sources
    }

    /// Nothing but questions.
    pub(super) fn is_question(&self, content: &str) -> bool {
        let content = if content.contains('’') { content.replace('’', "'").into() } else { Cow::Borrowed(content) };
        let asks = |s: &str| s.ends_with(['?', '？', '؟']) || self.question.is_match(s);
        let mut all = each_sentence(&content).peekable();
        all.peek().is_some() && all.all(asks)
    }

    /// Everything of it but the facts.
    fn take_apart(&self, source: &Source<'_>, rank: usize, meaning: &Meaning, ctx: &Context<'_>) -> Heard {
        let by = source.by().map(str::to_owned);
        let content = head(source.content, READ);
        let before = LazyCell::new(|| source.before.map(|m| meaning.of(head(m, READ))).unwrap_or_default());
        let mut antecedent: Option<Stems> = None;
        let mut speaks_of = Stems::new();
        let mut clauses = Vec::new();
        for sentence in each_sentence(content) {
            let plain = spelled_out(sentence);
            if plain.ends_with('?') || self.question.is_match(&plain) {
                continue;
            }
            for text in self.split(&plain) {
                let (topic, subject) = self.topic(&text, meaning);
                let own = meaning.of(&text);
                let mut all = own.clone();
                if let Some(name) = by.as_ref().filter(|_| topic == Topic::Speaker) {
                    all.extend(meaning.of(name));
                }
                if topic == Topic::Pronoun {
                    all.extend(antecedent.as_ref().unwrap_or(&before).iter().cloned());
                }
                speaks_of.extend(all.iter().cloned());
                let stances = self.stances.matches(&text);
                clauses.push(Clause {
                    hedged: stances.matched(0),
                    negated: stances.matched(1),
                    having: stances.matched(2),
                    topic: if by.is_some() && topic == Topic::Speaker { Topic::Somebody } else { topic },
                    sentence: sentence.to_owned(),
                    subject,
                    speaks_of: all,
                    text,
                });
                match topic {
                    Topic::Pronoun => antecedent.get_or_insert_with(|| before.clone()).extend(own),
                    _ => antecedent = Some(own),
                }
            }
        }
        if let Some(name) = &by {
            speaks_of.extend(meaning.of(name));
        }
        Heard {
            id: source.memory.map(|m| m.id.clone()),
            at: source.at,
            content: source.content.to_owned(),
            by,
            cited: source.memory.and_then(Memory::citation),
            clauses,
            speaks_of,
            facts: Vec::new(),
            rank,
            over: source.memory.and_then(|m| m.valid_until).is_some_and(|until| until <= ctx.now),
            importance: source.memory.map_or(0.0, |m| m.importance),
        }
    }

    fn facts(&self, source: &Source<'_>, extractor: &Extractor, ctx: &Context<'_>) -> Vec<Extracted> {
        let mut facts = Vec::new();
        if source.by().is_none() {
            let said = ctx.readings.facts((source.content, source.before, source.at, ctx.zone), || {
                let plain = spelled_out(head(source.content, READ));
                let mut said = ctx.readings.extract(extractor, (&plain, source.before, source.at, ctx.zone)).to_vec();
                // What is over answers no question of what is.
                said.retain(|said| !said.ends && !said.past);
                said.extend(self.before(&plain));
                said
            });
            facts.extend_from_slice(&said);
        }
        if let Some((memory, fact)) = source.memory.and_then(|m| Some((m, m.fact.as_ref()?))) {
            facts.push(Extracted {
                confidence: memory.confidence,
                ..Extracted::fact(memory.category, fact.clone(), memory.content.as_str())
            });
        }
        facts.into_iter().map(related).collect()
    }

    /// "We moved from Lahore to Berlin" says where they lived before, "I used to be a nurse" what they did.
    fn before(&self, plain: &str) -> Vec<Extracted> {
        let of = |pattern: &Regex, key: &str| {
            let value = pattern.captures(plain)?["v"].trim().to_owned();
            let known = key != FORMER_WORK
                || OCCUPATIONS.iter().any(|job| value.to_lowercase().split(' ').next_back() == Some(*job));
            known.then(|| {
                let fact = Fact { subject: "user".into(), key: key.into(), value };
                Extracted { confidence: 0.9, ..Extracted::fact(Category::Fact, fact, plain) }
            })
        };
        [of(&self.moved, FORMER_HOME), of(&self.worked, FORMER_WORK)].into_iter().flatten().collect()
    }

    fn split(&self, sentence: &str) -> Vec<String> {
        let mut parts = Vec::new();
        let mut start = 0;
        for seam in self.seam.find_iter(sentence) {
            parts.push(sentence[start..seam.start()].trim().to_owned());
            start = seam.start() + seam.as_str().find(' ').map_or(0, |space| space.max(1));
        }
        parts.push(sentence[start..].trim().to_owned());
        parts.retain(|p| !p.is_empty());
        parts
    }

    fn topic(&self, clause: &str, meaning: &Meaning) -> (Topic, Stems) {
        let text = self.filler.replace(clause, "");
        let text = text.trim();
        let heads = self.heads.matches(text);
        let [speaker, dropped, mine, pronoun] = [0, 1, 2, 3].map(|head| heads.matched(head));
        if mine && let Some(found) = self.mine.captures(text) {
            // The owner's noun is in the words up to the verb; the first known being decides.
            let words = meaning.words(&found["what"]);
            let being = words.iter().take(3).position(|w| meaning.is_somebody(&w.key) || w.capital());
            let Some(being) = being else { return (Topic::Speaker, Stems::new()) };
            let named = words.get(being + 1).filter(|w| w.capital());
            let subject: Vec<&str> = words[..=being].iter().chain(named).map(|w| w.surface.as_str()).collect();
            return (Topic::Somebody, meaning.of(&subject.join(" ")));
        }
        if speaker || dropped {
            return (Topic::Speaker, Stems::new());
        }
        if pronoun {
            return (Topic::Pronoun, Stems::new());
        }
        match meaning.words(text).first() {
            Some(word) if word.capital() && !word.stop => (Topic::Somebody, Stems::from([word.key.clone()])),
            _ => (Topic::Thing, Stems::new()),
        }
    }
}

/// What the person said just before this, if it was recalled too: it may say who "he" is.
fn antecedent<'a>(memory: &Memory, recalled: &'a [Recalled]) -> Option<&'a Memory> {
    let earlier = recalled.iter().map(|r| &r.memory).filter(|m| m.id != memory.id && m.speaker == memory.speaker);
    match &memory.place {
        Some(place) => earlier
            .filter_map(|m| {
                m.place
                    .as_ref()
                    .filter(|p| p.group == place.group && p.order < place.order && place.order - p.order <= 4)
                    .map(|p| (p.order, m))
            })
            .max_by_key(|(order, _)| *order)
            .map(|(_, m)| m),
        None => earlier
            .filter(|m| {
                m.occurred_at < memory.occurred_at && memory.occurred_at.as_second() - m.occurred_at.as_second() <= 900
            })
            .max_by_key(|m| m.occurred_at),
    }
}

/// Who is called what: where one memory says that Ana is the sister, every clause with Ana speaks of the sister, and
/// the other way round.
struct Names(HashMap<Stem, Stem>);

impl Names {
    fn of<'a>(facts: impl IntoIterator<Item = &'a Extracted>, meaning: &Meaning) -> Self {
        let mut names = HashMap::new();
        for fact in facts.into_iter().filter_map(|e| e.fact.as_ref()) {
            if fact.key == "relation" {
                names.insert(first_key(&fact.subject, meaning), fact.value.as_str().into());
            } else if let Some(animal) = fact.key.strip_prefix("pet.").and_then(|k| k.strip_suffix(".name")) {
                names.insert(first_key(&fact.value, meaning), animal.into());
            }
        }
        Self(names)
    }

    fn lend(&self, set: &mut Stems) {
        for (name, being) in &self.0 {
            let alone = || self.0.values().filter(|other| *other == being).count() == 1;
            if set.contains(name) {
                set.insert(being.clone());
            } else if set.contains(being) && alone() {
                set.insert(name.clone());
            }
        }
    }

    fn lend_to(&self, heard: &mut Heard) {
        let clauses = heard.clauses.iter_mut().flat_map(|c| [&mut c.speaks_of, &mut c.subject]);
        clauses.chain([&mut heard.speaks_of]).for_each(|set| self.lend(set));
    }
}

/// May this say somebody's name? It speaks of a being, or what went before does, and has a word that looks like a name.
fn may_name(source: &Source<'_>, meaning: &Meaning) -> bool {
    let text = source.content;
    let capital = |word: &str| word.len() > 2 && !word.starts_with("I'") && word.starts_with(char::is_uppercase);
    let looks = source.memory.is_some_and(|m| m.fact.is_some())
        || text.split_whitespace().any(capital)
        || !text.chars().any(char::is_uppercase);
    let being = |text: &str| meaning.words(head(text, READ)).iter().any(|word| meaning.is_somebody(&word.key));
    looks && (being(text) || source.before.is_some_and(being))
}

/// The name of somebody related, as a fact about the one who bears it: `sister.name` = Ana is "Ana: sister".
/// Not of an ex: there may be several, and what one did is not what another did.
fn related(mut said: Extracted) -> Extracted {
    if let Some(fact) = &mut said.fact
        && fact.subject == "user"
        && let Some(relation) = fact.key.strip_suffix(".name").filter(|head| !head.starts_with("pet.") && *head != "ex")
    {
        let (which, bare) = relation.split_once('-').unwrap_or(("", relation));
        let told = ["older", "younger", "oldest", "youngest", "twin", "middle", "half", "other"].contains(&which);
        let relation = if told { bare.to_owned() } else { relation.replace('-', " ") };
        let name = std::mem::replace(&mut fact.value, relation);
        (fact.subject, fact.key) = (name, "relation".into());
    }
    said
}

fn first_key(name: &str, meaning: &Meaning) -> Stem {
    meaning.key_of(name.split(' ').next().unwrap_or(name))
}
