//! Statements: a feeling that fits, the concrete thing said back, a related memory, and one question.

use super::answer::{Answerer, Moment};
use super::courtesy::Courtesy;
use super::evidence::Hearing;
use super::feeling::Feeling;
use super::frame::{Tense, Who};
use super::meaning::Meaning;
use super::phrases;
use super::pick::Pick;
use super::plain::spelled_out;
use super::register::Register;
use super::topics::{self, AFTER_MUCH, ANYTHING, Ask, LINGERING, TOPICS, Topic};
use super::{Context, Spoken, Turn};
use crate::memory::extract::terms::{ANIMALS, NOT_NAMES};
use crate::memory::extract::{Extractor, compile, compile_set, sentences};
use crate::memory::{Memory, Speaker};
use crate::phrase::is_negation;
use compact_str::CompactString;
use regex::{Regex, RegexSet};

/// Acknowledges what is shared. Compiled once.
#[derive(Debug)]
pub(super) struct Acknowledger {
    topics: Vec<(Regex, Option<Regex>)>,
    /// All of them at once: which may be there.
    any_topic: RegexSet,
    named: Regex,
    called: Regex,
    got: Regex,
    loss: Regex,
    my_name: Regex,
    /// Names as quick hands write them: small.
    small: Regex,
    small_pet: Regex,
    unreal: Regex,
}

/// A longer memory is not brought up unasked, in characters.
const LINKED: usize = 160;

/// What an acknowledgement draws on.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub(super) answerer: &'a Answerer,
    pub(super) hearing: &'a Hearing,
    pub(super) meaning: &'a Meaning,
    pub(super) extractor: &'a Extractor,
}

/// What a message shares.
pub(super) struct Shared {
    topic: Option<&'static Topic>,
    feeling: Feeling,
    name: Option<String>,
    /// Who was lost.
    lost: Option<String>,
    /// The message, spelled out.
    plain: String,
}

impl Shared {
    /// One emoji that fits, or none.
    pub(super) fn emoji(&self) -> &'static str {
        match self.feeling {
            Feeling::Joy => "😊",
            Feeling::Pride => "🎉",
            Feeling::Hopeful => "✨",
            Feeling::Grief | Feeling::Sad | Feeling::Worried => "💛",
            _ => "",
        }
    }
}

/// Longer sentences are not said back.
const MIRRORED: usize = 9;
/// A text of so many words is thanked for before it is answered.
const PARAGRAPH: usize = 45;
/// How many turns a grief stays in the room.
const LINGERS: usize = 16;

/// A grief that is in the room.
struct Grief {
    /// The message is about the one who is gone.
    about: bool,
    lost: Option<Who>,
}

impl Acknowledger {
    pub(super) fn new() -> Self {
        const NAME: &str = r"(?-i:\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)?)";
        Self {
            topics: TOPICS
                .iter()
                .map(|t| (compile(t.pattern), (!t.unless.is_empty()).then(|| compile(t.unless))))
                .collect(),
            any_topic: compile_set(TOPICS.iter().map(|t| t.pattern)),
            named: compile(&format!(
                r"(?i)\b(?:(?:his|her|its|their) name(?:'s| is)|(?:he|she|it)(?:'s| is) (?:called|named)|(?:i|we) (?:named|called) (?:him|her|it)) (?P<n>{NAME})(?:,? and (?:he|she|it)(?:'s| is) (?P<k>an? [\p{{L}} -]{{2,40}}?)(?:[.!,]|$))?"
            )),
            called: compile(&format!(
                r"(?i)\b(?:my|an?|our) (?P<k>(?:[\p{{L}}-]+ ){{0,2}}?[\p{{L}}-]+?)(?:'s name is| is called|,? named|,? called| is named) (?P<n>{NAME})"
            )),
            got: compile(
                r"(?i)\b(?:i|we)(?:'ve| have)?(?: just| finally| also)? (?:got|have|adopted|bought|rescued|found|made|baked|cooked|built|planted|wrote|painted|won|received) (?P<v>(?:an?|some|two|three|another|my first) (?:[\p{L}-]+ ){0,3}?[\p{L}-]+)(?: today| yesterday| tonight| this \w+| last \w+| for | from | at | on | in | and | with | which | that | who |[.!,;]|$)",
            ),
            loss: compile(
                r"(?i)\bmy (?P<w>(?:[\p{L}-]+ ){0,1}[\p{L}-]+?)(?: \p{Lu}[\p{L}]+)? (?:has |have |just )*(?:passed away|died|is dead)\b|\blost my (?P<l>[\p{L}-]+)",
            ),
            small: compile(r"^(?:and |so )?(?:his|her|its|their) names?(?:'s| is) (?P<n>[a-z][\p{L}'-]+)[.! ]*$"),
            small_pet: compile(
                r"\bmy (?P<k>dog|cat|puppy|kitten|rabbit|hamster|parrot|pony|horse|bunny|budgie|tortoise)(?:'?s)? (?:is |name is |name's |names )?(?:called |named )?(?P<n>[a-z][\p{L}-]+)\b",
            ),
            unreal: compile(
                r"\b(?:if (?:i|we|he|she|they|it|only|my)|i wish|imagine|i'd|would (?:have|be|love|like)|supposed to)\b",
            ),
            my_name: compile(&format!(r"(?i)\bmy (?:[\p{{L}}-]+ ){{0,1}}[\p{{L}}-]+,? (?P<n>{NAME})\b")),
        }
    }

    /// The first topic whose words are there, not denied and not only imagined.
    fn topic(&self, plain: &str) -> Option<&'static Topic> {
        let lower = unfolded(plain);
        self.any_topic.matches(&lower).into_iter().find_map(|at| self.topic_at(at, &lower))
    }

    /// Is its first topic a loss?
    fn is_loss(&self, plain: &str) -> bool {
        self.topic_at(topics::LOSS, &unfolded(plain)).is_some()
    }

    /// The topic at a place of the table, if a text in small letters is about it.
    fn topic_at(&self, at: usize, lower: &str) -> Option<&'static Topic> {
        let (topic, (pattern, unless)) = (TOPICS.get(at)?, self.topics.get(at)?);
        let found = pattern.find(lower)?;
        let denied = topic.feeling.is_some() && is_denied(lower.get(..found.start()).unwrap_or(""));
        let dreamt = matches!(topic.feeling, Some(Feeling::Joy | Feeling::Pride | Feeling::Grief | Feeling::Hopeful));
        let imagined = dreamt && self.unreal.is_match(lower);
        let other = denied || imagined || unless.as_ref().is_some_and(|unless| unless.is_match(lower));
        (!other).then_some(topic)
    }

    /// It has a topic, and nothing heavy about it: it may be brought up.
    pub(super) fn is_light(&self, plain: &str) -> bool {
        self.topic(plain).is_some_and(|t| !t.feeling.is_some_and(|f| f.is_heavy() || f == Feeling::Tired))
    }

    /// What the message is about and how it feels.
    pub(super) fn read(&self, ctx: &Context<'_>) -> Shared {
        let plain = spelled_out(ctx.message);
        let topic = self.topic(&plain);
        let feeling = Feeling::of(topic.and_then(|t| t.feeling), ctx.appraisal);
        let names = [&self.named, &self.called, &self.my_name, &self.small];
        let name = names.iter().find_map(|p| Some(capitalised(p.captures(&plain)?.name("n")?.as_str())));
        let name = name.filter(|n| !NOT_NAMES.contains(&n.to_lowercase().as_str()));
        let lost = self.loss.captures(&plain).filter(|_| feeling == Feeling::Grief);
        let lost = lost.and_then(|found| Some(found.name("w").or_else(|| found.name("l"))?.as_str().to_lowercase()));
        Shared { topic, feeling, name, lost, plain }
    }

    /// The reply to something shared.
    pub(super) fn reply(&self, ctx: &Context<'_>, shared: &Shared, with: &With<'_>, ask: bool) -> Spoken {
        let With { answerer, meaning, .. } = *with;
        let register = Register::of(ctx.persona);
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let who = Who::of(&shared.plain, shared.name.as_deref(), meaning);
        let grief = self.grief(ctx, shared, who.as_ref(), meaning);
        let heavy = grief.is_some() || shared.feeling.is_heavy();
        let paragraph = shared.plain.split_whitespace().count() >= PARAGRAPH;
        let mut parts = Vec::new();
        let mut used = Vec::new();
        if paragraph {
            parts.push(pick.one("long", register.of_table(&phrases::LONG)).to_owned());
        }
        let mirror = if heavy || paragraph { None } else { self.mirror(shared, register, answerer, &pick) };
        // Of much that was told, only what is grave or glad for sure gives the tone.
        let toneless = paragraph && shared.topic.is_none_or(|t| t.feeling.is_none());
        // A concrete echo says more than "good to know".
        let thin = matches!(shared.feeling, Feeling::Neutral | Feeling::Hopeful);
        match mirror {
            Some(mirror) if thin => parts.push(mirror),
            Some(mirror) => parts.extend([mirror, self.opening(ctx, shared, who.as_ref(), &grief, register, &pick)]),
            None if toneless => {}
            None => parts.push(self.opening(ctx, shared, who.as_ref(), &grief, register, &pick)),
        }
        if !heavy && let Some((link, id)) = self.link(ctx, with) {
            parts.push(link);
            used.push(id);
        }
        if ask && let Some(question) = self.question(ctx, shared, &grief, who.as_ref(), register, &pick) {
            parts.push(question);
        }
        Spoken { text: parts.join(" "), used }
    }

    /// Whom a message speaks of.
    pub(super) fn who(&self, message: &str, meaning: &Meaning) -> Option<Who> {
        let plain = spelled_out(message);
        if let Some(found) = self.named.captures(&plain).or_else(|| self.small.captures(&plain)) {
            let by_pronoun = Who::of(&plain, None, meaning).filter(|w| w.pronoun);
            let object = by_pronoun.map_or_else(|| capitalised(&found["n"]), |w| w.object);
            return Some(Who { object, ..Who::named(&capitalised(&found["n"])) });
        }
        let name = self.my_name.captures(&plain).map(|c| c["n"].to_owned());
        Who::of(&plain, name.as_deref(), meaning)
    }

    /// A loss was spoken of shortly before, and this is no glad or other matter: is it still about the one who is gone?
    fn grief(&self, ctx: &Context<'_>, shared: &Shared, who: Option<&Who>, meaning: &Meaning) -> Option<Grief> {
        let glad = matches!(shared.feeling, Feeling::Joy | Feeling::Pride)
            && shared.topic.is_some_and(|t| t.feeling.is_some());
        let grave = |message: &str| {
            let foreign = super::language::of(message).and_then(|t| Courtesy::of(t.tag));
            foreign.is_some_and(|c| c.is_sad(message)) || self.is_loss(&spelled_out(message))
        };
        let is_grave = |message: &str| ctx.readings.is_grave(message, || grave(message));
        let told = ctx.recent.iter().rev().take(LINGERS).find(|turn| is_grave(turn.message)).filter(|_| !glad)?;
        let spoken_of = |message: &str| self.who(message, meaning).filter(|w| !w.pronoun);
        let lost = spoken_of(told.message);
        // The last one named is who "she" is.
        let last = ctx.recent.iter().rev().take(LINGERS).find_map(|turn| spoken_of(turn.message));
        let theirs = match who {
            Some(who) if who.pronoun => lost.as_ref().is_some_and(|l| l.object == who.object) && last == lost,
            Some(who) => lost.as_ref() == Some(who),
            None => true,
        };
        let other_matter = shared.topic.is_some_and(|t| t.feeling.is_none_or(|f| !f.is_heavy()));
        let about = theirs && (!other_matter || who.is_some());
        Some(Grief { about, lost: lost.filter(|_| about) })
    }

    /// The first words: of a feeling once, and then of staying with it.
    fn opening(
        &self,
        ctx: &Context<'_>,
        shared: &Shared,
        who: Option<&Who>,
        grief: &Option<Grief>,
        register: Register,
        pick: &Pick<'_>,
    ) -> String {
        let consoled = ctx.recent.iter().rev().take(2).any(|turn| turn.reply.contains("sorry"));
        let again =
            consoled && matches!(shared.feeling, Feeling::Grief | Feeling::Sad | Feeling::Worried | Feeling::Anxious);
        if grief.is_some() && matches!(shared.feeling, Feeling::Joy | Feeling::Pride) {
            return pick.one("glimmer", register.of_table(&phrases::GLIMMER)).to_owned();
        }
        if grief.is_some() || again {
            return pick.one("staying", register.of_table(&phrases::STAYING)).to_owned();
        }
        if let Some(lost) = &shared.lost {
            return pick.one("opening", register.of_table(&phrases::LOSS)).replace("{x}", lost);
        }
        let named = who.filter(|w| !w.pronoun && shared.feeling == Feeling::Worried && shared.topic.is_some());
        if let Some(who) = named {
            return pick.one("opening", register.of_table(&phrases::WORRY)).replace("{x}", &who.subject);
        }
        let short = shared.plain.split_whitespace().count() <= 4 && shared.topic.is_none();
        let answers = ctx.recent.last().is_some_and(|turn| turn.reply.trim_end().ends_with('?'));
        if short && answers && shared.feeling == Feeling::Neutral {
            return pick.one("answered", register.of_table(&phrases::ANSWERED)).to_owned();
        }
        let tense = Tense::of(&shared.plain);
        let over = shared.feeling == Feeling::Hopeful && tense.past && !tense.ahead;
        let feeling = if over { Feeling::Neutral } else { shared.feeling };
        pick.one("opening", register.of_table(phrases::opening(feeling))).to_owned()
    }

    /// The concrete thing, said back.
    fn mirror(&self, shared: &Shared, register: Register, answerer: &Answerer, pick: &Pick<'_>) -> Option<String> {
        let plain = shared.plain.trim();
        let mark = if register == Register::Plain { "." } else { "!" };
        if let Some(found) = self.named.captures(plain) {
            let name = &found["n"];
            return Some(match found.name("k") {
                Some(kind) => format!("{} named {name}{mark}", capitalised(kind.as_str())),
                None if register == Register::Plain => format!("{name}. Noted."),
                None => format!("{name}: a name I'll remember."),
            });
        }
        if let Some(found) = self.small.captures(plain) {
            let name = capitalised(&found["n"]);
            return Some(if register == Register::Plain {
                format!("{name}. Noted.")
            } else {
                format!("{name}: a name I'll remember.")
            });
        }
        let small = self.small_pet.captures(plain).filter(|c| !SMALL_WORDS.contains(&&c["n"]));
        if let Some(found) = small {
            return Some(format!("{} the {}{mark}", capitalised(&found["n"]), &found["k"]));
        }
        if let Some(found) = self.called.captures(plain) {
            let kind = found["k"].to_lowercase();
            let animal = ANIMALS.iter().any(|row| row.iter().any(|w| kind.ends_with(w)));
            return Some(if animal {
                format!("{} the {kind}{mark}", &found["n"])
            } else {
                format!("{}, your {kind}{mark}", &found["n"])
            });
        }
        if let Some(found) = self.got.captures(plain)
            && !UNECHOED.iter().any(|w| found["v"].ends_with(w))
        {
            return Some(format!("{}{mark}", capitalised(&answerer.turner.person(&found["v"]))));
        }
        let told: Vec<&str> = sentences(plain);
        let main = told.iter().find(|s| !s.ends_with('?') && s.split(' ').count() >= 3)?;
        let first: Vec<CompactString> = main.split(' ').take(3).map(CompactString::from_str_to_lowercase).collect();
        let opinion = first.iter().any(|w| MUSING.contains(&w.as_str()));
        let own = first.first().is_some_and(|w| matches!(w.as_str(), "i" | "i'm" | "i've" | "my" | "we" | "we're"));
        let glad = matches!(shared.feeling, Feeling::Joy | Feeling::Pride);
        // Two statements run together are not said back, nor what others said.
        let tangled =
            main.split(' ').skip(1).any(|w| TANGLED.contains(&CompactString::from_str_to_lowercase(w).as_str()));
        let moody = matches!(shared.feeling, Feeling::Tired | Feeling::Bored | Feeling::Unsure) || (glad && !own);
        if main.split(' ').count() > MIRRORED || opinion || moody || tangled || denies(main) {
            return None;
        }
        let turned = answerer.turner.turn(main, true)?;
        let frame = pick.fresh("mirror", register.of_table(phrases::mirror(shared.feeling)))?;
        Some(frame.replace("{t}", &turned).replace("{T}", &capitalised(&turned)))
    }

    /// A related memory, only if it is about the same particular thing and was not just spoken of.
    fn link(
        &self,
        ctx: &Context<'_>,
        With { answerer, hearing, meaning, extractor }: &With<'_>,
    ) -> Option<(String, crate::MemoryId)> {
        let here = meaning.words(ctx.message);
        let particular = |key: &str| heard_matters(key, meaning);
        let keys: Vec<&str> = here
            .iter()
            .enumerate()
            .filter(|(i, w)| !w.stop && w.surface.len() > 2 && (particular(&w.key) || (*i > 0 && w.capital())))
            .map(|(_, w)| w.key.as_str())
            .collect();
        let at = Moment { now: ctx.now, zone: ctx.zone, recent: ctx.recent };
        let fits = |memory: &Memory| {
            let content = memory.content.trim();
            let recently =
                || ctx.recent.iter().any(|t: &Turn<'_>| t.message.trim() == content || t.reply.contains(content));
            matches!(memory.speaker, Speaker::User)
                && content != ctx.message.trim()
                && memory.content.chars().count() <= LINKED
                && !recently()
        };
        let found = hearing.speaking_of(&keys, fits, ctx, meaning, extractor)?;
        let clause = found.clauses.iter().find(|c| keys.iter().any(|k| c.speaks_of.contains(*k)))?;
        let grave = self.topic(&clause.text).is_some_and(|t| t.feeling.is_some_and(Feeling::is_heavy));
        if clause.negated || grave {
            return None;
        }
        let told = answerer.told(&found, &clause.sentence, at);
        let said = ctx
            .recent
            .iter()
            .any(|t| t.reply.contains(clause.sentence.as_str()) || t.reply.contains(told.trim_start_matches("You ")));
        let id = found.id.filter(|_| !said)?;
        Some((format!("I remember: {}", lower_you(&told)), id))
    }

    /// One question that fits who and when; rather none than one that does not.
    fn question(
        &self,
        ctx: &Context<'_>,
        shared: &Shared,
        grief: &Option<Grief>,
        who: Option<&Who>,
        register: Register,
        pick: &Pick<'_>,
    ) -> Option<String> {
        let asked_in_a_row = ctx.recent.iter().rev().take_while(|t| t.reply.trim_end().ends_with('?')).count();
        let patience = match register {
            Register::Plain => 1,
            Register::Warm => 2,
            _ => 3,
        };
        if asked_in_a_row >= patience {
            return None;
        }
        let lost = shared.lost.as_deref().map(|lost| Who::named(pronoun(lost)));
        let mourned = grief.as_ref().and_then(|g| g.lost.as_ref());
        let who = lost.as_ref().or(mourned).or(who);
        let tense = Tense::of(&shared.plain);
        let grave = shared.topic.is_some_and(|t| t.feeling.is_some_and(Feeling::is_heavy));
        let words = shared.plain.split_whitespace().count();
        let own: &[Ask] = match shared.topic {
            _ if grief.as_ref().is_some_and(|g| g.about) => LINGERING,
            _ if words >= PARAGRAPH && !grave => AFTER_MUCH,
            Some(topic) => topic.asks,
            // A few words, or words about things, are answered by a question only where there is a topic.
            None if words <= 3 || !tense.own || grief.is_some() || shared.feeling == Feeling::Joy && !tense.past => &[],
            None => ANYTHING,
        };
        let filled: Vec<String> = own
            .iter()
            .filter(|ask| tense.allows(ask))
            .filter_map(|ask| Who::fill(who, ask.text))
            .filter(|q| !already_told(q, &shared.plain, shared))
            .collect();
        let options: Vec<&str> = filled.iter().map(String::as_str).collect();
        pick.fresh("question", &options).map(str::to_owned)
    }
}

/// Things that are not said back as "A problem!".
const UNECHOED: &[&str] = &[
    "secret",
    "question",
    "problem",
    "feeling",
    "cold",
    "headache",
    "bad day",
    "hard time",
    "good day",
    "lot",
    "bit",
    "mess",
    "fight",
    "argument",
    "point",
    "mistake",
    "idea",
    "fever",
    "while",
    "friends",
    "time",
    "minute",
    "migraine",
    "go",
    "day",
    "hour",
    "doubt",
    "chance",
];

/// In the middle of a sentence they begin another, or tell what somebody said.
const TANGLED: &[&str] = &[
    "he's", "she's", "it's", "i'm", "they're", "says", "said", "told", "tells", "if", "because", "kidding", "whatever",
    "lol", "but", "its",
];

/// After "my dog" they are no name.
const SMALL_WORDS: &[&str] = &[
    "is", "was", "has", "had", "ate", "died", "and", "just", "likes", "loves", "keeps", "got", "ran", "barks", "a",
    "an", "the", "so", "very", "in", "on", "at", "to", "for", "with", "who", "that", "will", "can", "does", "did",
    "name", "called", "named", "isn", "wasn", "not", "food", "bed", "walks", "slept", "sleeps", "went", "came", "won",
];

/// "I think ...", "I guess ...": not said back.
pub(super) const MUSING: &[&str] = &[
    "think", "guess", "feel", "mean", "hope", "wish", "wonder", "suppose", "know", "believe", "said", "told", "just",
    "so", "that's", "this", "that", "there's", "it's", "it", "can", "could", "should", "would", "might", "maybe",
    "please", "sorry", "let's", "its",
];

fn denies(sentence: &str) -> bool {
    sentence.split(' ').any(|w| {
        let lower = CompactString::from_str_to_lowercase(w);
        let word = lower.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
        is_negation(word) || word.ends_with("n't") || word == "cannot"
    })
}

/// In small letters; "won't" holds no "won".
fn unfolded(plain: &str) -> String {
    plain.to_lowercase().replace("won't", "will not")
}

/// The words just before deny what follows: "I'm not", "didn't", "no longer".
fn is_denied(before: &str) -> bool {
    let clause = before.rsplit([',', '.', ';', '!', '?']).next().unwrap_or(before);
    let words: Vec<&str> = clause.split_whitespace().rev().take(3).collect();
    let unsure = words.iter().any(|w| matches!(*w, "know" | "sure" | "believe" | "wait" | "stop" | "only" | "idea"));
    !unsure && words.iter().any(|w| (is_negation(w) && *w != "nothing") || w.ends_with("n't") || *w == "cannot")
}

/// A being, or an animal: things worth linking.
fn heard_matters(key: &str, meaning: &Meaning) -> bool {
    meaning.is_somebody(key)
        || matches!(
            key,
            "exam"
                | "wedding"
                | "interview"
                | "garden"
                | "thesi"
                | "marathon"
                | "guitar"
                | "instrument"
                | "novel"
                | "allergy"
        )
}

/// The message already holds what the question asks for.
fn already_told(question: &str, message: &str, shared: &Shared) -> bool {
    let message = message.to_lowercase();
    (question.contains("have a name") || question.contains("Is there a name")) && shared.name.is_some()
        || question.starts_with("How old")
            && (message.contains("years old") || message.contains("weeks old") || message.contains("months old"))
        || question == "Is there a date?" && message.contains(" on ")
        || question.starts_with("How long") && (message.contains(" since ") || message.contains(" for "))
        || question == "Who will be there?" && (message.contains(" with ") || message.contains(" we "))
        || question == "What is it for?" && message.contains(" for ")
        || question == "Have you dreamt it before?" && message.contains("again")
        || question == "Has it happened before?" && message.contains("again")
}

/// "her", "him" or "them" for somebody who was lost.
fn pronoun(who: &str) -> &'static str {
    let last = who.rsplit(' ').next().unwrap_or(who);
    if ["mum", "mom", "mother", "sister", "daughter", "wife", "girlfriend", "aunt", "niece"].contains(&last)
        || last.starts_with("grandm")
        || last.starts_with("gran") && !last.starts_with("grand")
    {
        "her"
    } else if ["dad", "father", "brother", "son", "husband", "boyfriend", "uncle", "nephew"].contains(&last)
        || last.starts_with("grandf")
        || last.starts_with("grandp")
        || last.starts_with("grandd")
    {
        "him"
    } else {
        "them"
    }
}

fn capitalised(words: &str) -> String {
    let mut chars = words.trim().chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

fn lower_you(told: &str) -> String {
    told.strip_prefix("You ").map_or_else(|| told.to_owned(), |rest| format!("you {rest}"))
}
