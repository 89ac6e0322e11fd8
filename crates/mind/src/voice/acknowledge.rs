//! Statements: a feeling that fits, the concrete thing said back, a related memory, and one question.

use super::answer::{Answerer, Moment};
use super::evidence::Heard;
use super::feeling::Feeling;
use super::meaning::Meaning;
use super::phrases;
use super::pick::Pick;
use super::register::Register;
use super::topics::{ANYTHING, TOPICS, Topic};
use super::{Context, Spoken, Turn};
use crate::memory::extract::terms::{ANIMALS, NOT_NAMES};
use crate::memory::extract::{compile, sentences};
use regex::Regex;

/// Acknowledges what is shared. Compiled once.
#[derive(Debug)]
pub(super) struct Acknowledger {
    topics: Vec<Regex>,
    named: Regex,
    called: Regex,
    got: Regex,
    loss: Regex,
    my_name: Regex,
}

/// What an acknowledgement draws on.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub(super) answerer: &'a Answerer,
    pub(super) heard: &'a [Heard],
    pub(super) meaning: &'a Meaning,
}

/// What a message shares.
pub(super) struct Shared {
    topic: Option<&'static Topic>,
    feeling: Feeling,
    name: Option<String>,
    /// Who was lost.
    lost: Option<String>,
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

impl Acknowledger {
    pub(super) fn new() -> Self {
        const NAME: &str = r"(?-i:\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)?)";
        Self {
            topics: TOPICS.iter().map(|t| compile(&format!("(?i){}", t.pattern))).collect(),
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
            my_name: compile(&format!(r"(?i)\bmy (?:[\p{{L}}-]+ ){{0,1}}[\p{{L}}-]+,? (?P<n>{NAME})\b")),
        }
    }

    /// What the message is about and how it feels.
    pub(super) fn read(&self, ctx: &Context<'_>) -> Shared {
        let plain = ctx.message.replace(['’', 'ʼ'], "'");
        let topic =
            TOPICS.iter().zip(&self.topics).find(|(_, pattern)| pattern.is_match(&plain)).map(|(topic, _)| topic);
        let feeling = Feeling::of(topic.and_then(|t| t.feeling), ctx.appraisal);
        let names = [&self.named, &self.called, &self.my_name];
        let name = names.iter().find_map(|p| Some(p.captures(&plain)?.name("n")?.as_str().to_owned()));
        let name = name.filter(|n| !NOT_NAMES.contains(&n.to_lowercase().as_str()));
        let lost = self.loss.captures(&plain).filter(|_| feeling == Feeling::Grief);
        let lost = lost.and_then(|found| Some(found.name("w").or_else(|| found.name("l"))?.as_str().to_lowercase()));
        Shared { topic, feeling, name, lost }
    }

    /// The reply to something shared.
    pub(super) fn reply(&self, ctx: &Context<'_>, shared: &Shared, with: &With<'_>, ask: bool) -> Spoken {
        let With { answerer, heard, meaning } = *with;
        let register = Register::of(ctx.persona);
        let pick = Pick::new(ctx.message, ctx.turn, ctx.recent);
        let mut parts = Vec::new();
        let mut used = Vec::new();
        let mirror = self.mirror(ctx, shared, register, answerer);
        let opening = match &shared.lost {
            Some(who) => pick.one("opening", register.of_table(&phrases::LOSS)).replace("{x}", who),
            None => pick.one("opening", register.of_table(phrases::opening(shared.feeling))).to_owned(),
        };
        // A concrete echo says more than "good to know".
        let thin = matches!(shared.feeling, Feeling::Neutral | Feeling::Hopeful);
        match &mirror {
            Some(mirror) if thin => parts.push(mirror.clone()),
            Some(mirror) if shared.feeling.is_heavy() => parts.extend([opening, mirror.clone()]),
            Some(mirror) => parts.extend([mirror.clone(), opening]),
            None => parts.push(opening),
        }
        if !shared.feeling.is_heavy()
            && let Some((link, id)) = self.link(ctx, answerer, heard, meaning)
        {
            parts.push(link);
            used.push(id);
        }
        if ask && let Some(question) = self.question(ctx, shared, register, &pick) {
            parts.push(question);
        }
        Spoken { text: parts.join(" "), used }
    }

    /// The concrete thing, said back.
    fn mirror(&self, ctx: &Context<'_>, shared: &Shared, register: Register, answerer: &Answerer) -> Option<String> {
        let plain = ctx.message.trim().replace(['’', 'ʼ'], "'");
        let mark = if register == Register::Plain || shared.feeling.is_heavy() { "." } else { "!" };
        // A loss is named in the opening, and nothing else of it is repeated.
        if shared.feeling == Feeling::Grief {
            return None;
        }
        if let Some(found) = self.named.captures(&plain) {
            let name = &found["n"];
            return Some(match found.name("k") {
                Some(kind) => format!("{} named {name}{mark}", capitalised(kind.as_str())),
                None if register == Register::Plain => format!("{name}. Noted."),
                None => format!("{name}: a name I'll remember."),
            });
        }
        if let Some(found) = self.called.captures(&plain) {
            let kind = found["k"].to_lowercase();
            let animal = ANIMALS.iter().any(|row| row.iter().any(|w| kind.ends_with(w)));
            return Some(if animal {
                format!("{} the {kind}{mark}", &found["n"])
            } else {
                format!("{}, your {kind}{mark}", &found["n"])
            });
        }
        if !shared.feeling.is_heavy()
            && let Some(found) = self.got.captures(&plain)
            && ![
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
            ]
            .iter()
            .any(|w| found["v"].ends_with(w))
        {
            return Some(format!("{}{mark}", capitalised(&answerer.turner.person(&found["v"]))));
        }
        let told: Vec<&str> = sentences(&plain);
        let main = told.iter().find(|s| !s.ends_with('?') && s.split(' ').count() >= 3)?;
        if main.split(' ').count() > 14 {
            return None;
        }
        let turned = answerer.turner.turn(main, true)?;
        Some(match (shared.feeling, register) {
            (f, Register::Plain) if !f.is_heavy() => format!("Noted: {turned}."),
            (f, _) if f.is_heavy() || f == Feeling::Tired => format!("{}.", capitalised(&turned)),
            (Feeling::Joy | Feeling::Pride, _) => format!("So {turned}!"),
            _ => format!("So {turned}."),
        })
    }

    /// A related memory, only if it is about the same particular thing and was not just spoken of.
    fn link(
        &self,
        ctx: &Context<'_>,
        answerer: &Answerer,
        heard: &[Heard],
        meaning: &Meaning,
    ) -> Option<(String, crate::MemoryId)> {
        let here = meaning.words(ctx.message);
        let particular = |key: &str| heard_matters(key, meaning);
        let keys: Vec<&str> = here
            .iter()
            .enumerate()
            .filter(|(i, w)| !w.stop && w.surface.len() > 2 && (particular(&w.key) || (*i > 0 && w.capital())))
            .map(|(_, w)| w.key.as_str())
            .collect();
        let at = Moment { now: ctx.now, zone: ctx.zone };
        let found = heard.iter().find(|h| {
            let recently = ctx
                .recent
                .iter()
                .any(|t: &Turn<'_>| t.message.trim() == h.content.trim() || t.reply.contains(h.content.trim()));
            h.by.is_none()
                && !recently
                && h.content.trim() != ctx.message.trim()
                && keys.iter().any(|k| h.speaks_of.contains(*k))
                && h.content.chars().count() <= 160
        })?;
        let clause = found.clauses.iter().find(|c| keys.iter().any(|k| c.speaks_of.contains(*k)))?;
        if clause.negated || is_sad(&clause.text, &self.topics) {
            return None;
        }
        let told = answerer.told(found, &clause.sentence, at);
        let said = ctx
            .recent
            .iter()
            .any(|t| t.reply.contains(clause.sentence.as_str()) || t.reply.contains(told.trim_start_matches("You ")));
        (!said).then(|| (format!("I remember: {}", lower_you(&told)), found.id.clone()))
    }

    fn question(&self, ctx: &Context<'_>, shared: &Shared, register: Register, pick: &Pick<'_>) -> Option<String> {
        let asked_in_a_row = ctx.recent.iter().rev().take_while(|t| t.reply.trim_end().ends_with('?')).count();
        let patience = match register {
            Register::Plain => 1,
            Register::Warm => 2,
            _ => 3,
        };
        if asked_in_a_row >= patience {
            return None;
        }
        let own = shared.topic.map_or(&[][..], |t| t.questions);
        let filled: Vec<String> = own
            .iter()
            .map(|q| fill(q, shared.name.as_deref().or(shared.lost.as_deref().map(pronoun))))
            .filter(|q| !already_told(q, ctx.message, shared))
            .collect();
        let options: Vec<&str> = filled.iter().map(String::as_str).collect();
        pick.fresh("question", &options).or_else(|| pick.fresh("anything", ANYTHING)).map(str::to_owned)
    }
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

/// The first topics of the table are the heavy ones.
fn is_sad(text: &str, topics: &[Regex]) -> bool {
    TOPICS.iter().zip(topics).any(|(t, p)| t.feeling.is_some_and(Feeling::is_heavy) && p.is_match(text))
}

/// `{x|the little one}` becomes the name, or what stands behind the bar.
fn fill(question: &str, name: Option<&str>) -> String {
    match (question.split_once("{x|"), name) {
        (Some((head, rest)), name) => {
            let (otherwise, tail) = rest.split_once('}').unwrap_or((rest, ""));
            format!("{head}{}{tail}", name.unwrap_or(otherwise))
        }
        (None, _) => question.to_owned(),
    }
}

/// The message already holds what the question asks for.
fn already_told(question: &str, message: &str, shared: &Shared) -> bool {
    let message = message.to_lowercase();
    (question.contains("have a name") || question.contains("Is there a name")) && shared.name.is_some()
        || question.starts_with("How old")
            && (message.contains("years old") || message.contains("weeks old") || message.contains("months old"))
        || question.starts_with("When is") && message.contains(" on ")
        || question == "Who goes along?" && (message.contains(" with ") || message.contains(" we "))
        || question == "What is it for?" && message.contains(" for ")
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
