//! What a question asks: the kind of answer, whom it is about, and the words an answer must hold.

use super::meaning::{Meaning, Stem, Word};
use super::plain::spelled_out;
use crate::memory::extract::compile;
use regex::Regex;

/// The kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// What somebody or something is called.
    Name,
    /// A person.
    Who,
    /// A place.
    Where,
    /// A time.
    When,
    /// A number.
    HowMany,
    /// A length of time.
    HowLong,
    /// A reason.
    Why,
    /// A colour.
    Colour,
    /// Anything.
    What,
    /// Yes or no.
    Whether,
    /// Whatever was said about something.
    About,
}

/// Whom the question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The person themselves.
    User,
    /// Somebody or an animal of theirs, by class ("sister", "dog").
    Theirs(Stem),
    /// Somebody by name.
    Named(Stem),
    /// The companion.
    Companion,
    /// Nobody in particular.
    Open,
}

/// A word that an answer must hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Needed {
    /// Its class or stem.
    pub(super) key: Stem,
    /// As it was asked.
    pub(super) surface: String,
    /// 1 for a telling word, less for one that is everywhere.
    pub(super) weight: f64,
    /// A name: nothing else may stand for it.
    pub(super) name: bool,
}

/// A question, understood as far as words go.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) subject: Subject,
    pub(super) needed: Vec<Needed>,
    /// The question without its "do you remember".
    pub(super) text: String,
    /// It speaks of the person, or of somebody theirs.
    pub(super) personal: bool,
    /// It was asked for what the companion said.
    pub(super) what_you_said: bool,
    /// It asks how it was before ("Where did I live before?").
    pub(super) former: bool,
}

/// Reads questions. Compiled once.
#[derive(Debug)]
pub(super) struct Reader {
    opening: Regex,
    wrapped: Regex,
    about: Regex,
    wh: Regex,
    aux: Regex,
    first_person: Regex,
    of_you: Regex,
    second_person: Regex,
    owned: Regex,
    acts: Regex,
    you_said: Regex,
    name: Regex,
    how_many: Regex,
    when: Regex,
    place: Regex,
    colour: Regex,
    task: Regex,
    former: Regex,
}

/// Words that a question holds whatever it asks.
const EMPTY: &[&str] = &[
    "tell",
    "told",
    "say",
    "said",
    "mention",
    "mentioned",
    "remember",
    "recall",
    "know",
    "talk",
    "talked",
    "call",
    "called",
    "named",
    "many",
    "much",
    "long",
    "time",
    "date",
    "kind",
    "sort",
    "type",
    "thing",
    "happen",
    "happened",
    "again",
    "still",
    "currently",
    "now",
    "ever",
    "exactly",
    "please",
    "name",
    "names",
    "did",
    "does",
    "do",
    "hey",
    "hi",
    "hello",
    "philia",
    "believe",
    "think",
    "whose",
    "often",
    "anything",
    "something",
    "someone",
    "anyone",
    "about",
    "have",
    "had",
    "has",
    "got",
    "become",
    "became",
    "yes",
    "ok",
    "okay",
    "really",
    "used",
    "previously",
    "formerly",
    "former",
    "previous",
    "originally",
    "earlier",
    "actual",
    "actually",
    "right",
    "by",
    "way",
];

/// Words that say little: they may be missing.
const WEAK: &[&str] = &[
    "favourite",
    "new",
    "first",
    "last",
    "best",
    "today",
    "yesterday",
    "week",
    "month",
    "year",
    "day",
    "go",
    "get",
    "big",
    "little",
    "breed",
    "plan",
    "feel",
    "make",
    "made",
    "take",
    "use",
    "start",
    "begin",
    "city",
    "country",
    "town",
    "place",
    "people",
    "person",
    "good",
    "bad",
    "other",
    "next",
    "old",
    "ago",
    "late",
    "recent",
    "recently",
    "lately",
    "colour",
    "buy",
    "see",
    "meet",
];

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            opening: compile(r"(?i)^(?:(?:hey|hi|hello|ok|okay|so|and|well|um+|uh|please|oh|now|sorry|but|then|philia|quick question|question)\b[,:! ]*)+"),
            wrapped: compile(r"(?i)^(?:do you (?:still )?(?:remember|know|recall)|(?:can|could|would|will) you (?:please )?(?:tell me|remember|remind me|recall|say)|tell me|remind me|i wonder|i(?:'ve)? (?:forgot|forget|forgotten)|i can't remember|i don't remember|have i (?:ever )?told you|did i (?:ever )?(?:tell|mention)(?: to)? you|any idea)\b[,: ]*"),
            about: compile(r"(?i)^(?:what (?:i|we) (?:ever )?(?:said|told you|mentioned)(?: about)?|what (?:did|have) (?:i|we) (?:ever )?(?:say|said|tell you|told you|mention(?:ed)?|talk(?:ed)?)(?: about)?|what do you (?:remember|know|recall)(?: about)?|(?:everything|all|anything|something|more)? ?about|what about)\b"),
            wh: compile(r"(?i)^(?:to |with |for |in |at |on |from |since |by )?(who|whom|whose|what|what's|which|when|when's|where|where's|who's|why|how)\b"),
            aux: compile(r"(?i)^(?:do|does|did|am|is|are|was|were|have|has|had|can|could|will|would|should|isn't|aren't|don't|doesn't|didn't|haven't|wasn't)\b"),
            first_person: compile(r"(?i)\b(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|our|us|we're|we've)\b"),
            of_you: compile(r"(?i)^(?:(?:what|who|how|why|where|when|which) )?(?:do|does|did|are|were|have|can|could|will|would|should) you\b"),
            second_person: compile(r"(?i)\b(?:you|your|yours|you're|yourself)\b"),
            owned: compile(r"(?i)\b(?:my|our) (?P<what>(?:[\p{L}-]+ ){0,3}?[\p{L}-]+)(?:'s?\b| |$|[?.,!])"),
            acts: compile(r"(?i)\b(?:do|did|am|was|have|had|can|could|will|would|should|were|are) (?:i|we)\b|\b(?:i|we) \w+|\bi'm\b"),
            you_said: compile(r"(?i)\b(?:did|have|had) you (?:just |ever )?(?:say|said|tell|told|suggest|suggested|recommend|recommended|advise|advised|ask|asked|promise|promised|call|called|answer|answered|reply|replied)\b|\bwhat you (?:said|told|suggested|recommended|asked)\b"),
            name: compile(r"(?i)\bnames?\b|\bcalled\b|\b(?:did|do) (?:i|we) (?:name|call)\b|^who am i\b|^what do you call me\b"),
            how_many: compile(r"(?i)^how (?:many|much|old|tall|big|far|heavy|often)\b"),
            when: compile(r"(?i)^(?:when|since when|until when|(?:on |in )?(?:what|which) (?:day|date|time|month|year|weekday)|how long ago|at what time)\b|\b(?:what|which) (?:day|date|month|year)\b"),
            place: compile(r"(?i)^(?:where|from where|(?:in |to |from )?(?:what|which) (?:city|town|country|place|street|village|part of))\b"),
            colour: compile(r"(?i)\bwhat colou?r\b|\bwhich colou?r\b"),
            former: compile(
                r"(?i)\b(?:before|previously|formerly|used to|use to|in the past|my (?:old|former|previous|last|earlier) (?:home|house|flat|apartment|city|town|job|work|address|school|place))\b",
            ),
            task: compile(r"(?i)^(?:(?:can|could|would|will) you (?:please )?(?:help|write|translate|explain|calculate|summari[sz]e|compute|code|draw|find|search|look up|make|create|give|recommend|suggest|teach|show|book|order|play|open|send|check|set|plan|fix|describe|list|compare|define|solve|read|call|tell me (?:a|the|how|why|some|your))|write|translate|explain|calculate|summari[sz]e|compute|code|draw|search|look up|recommend|suggest|give me|help me (?!feel)?|show me|teach me|define|solve|list|compare|tell me (?:a|an|some) |how (?:do|can|should|would|to|could)(?: (?:i|you|we|one))? |should i|what should i|what (?:can|could) i|which .* should i|what would you do|is it (?:ok|okay|good|bad|safe|normal|wise)|what's (?:a|the best)|what is the best|any (?:tips|advice|ideas|recommendations))\b".replace("(?!feel)?", "").as_str()),
        }
    }

    /// The question that a message asks, if it asks one.
    pub(super) fn read(&self, message: &str, meaning: &Meaning) -> Option<Question> {
        let whole = spelled_out(message.trim());
        let text = self.last_question(&whole);
        let text = self.opening.replace(text, "");
        let marked = text.trim_end().ends_with('?');
        let mut inner = text.trim().trim_end_matches(['?', '.', '!', ' ']).to_owned();
        let mut asked = None;
        let mut wrapped = false;
        if let Some(found) = self.wrapped.find(&inner) {
            let mut rest = inner[found.end()..].trim().to_owned();
            for link in ["that ", "if ", "whether ", "you "] {
                if let Some(cut) = rest.strip_prefix(link) {
                    rest = cut.to_owned();
                }
            }
            wrapped = true;
            let clear = self.wh.is_match(&rest) || self.about.is_match(&rest) || self.aux.is_match(&rest);
            // "when I was ill" after "do you remember" asks for the story, not the date.
            let story = found.as_str().to_lowercase().contains("remember") && rest.to_lowercase().starts_with("when i");
            if (!clear || story) && !(self.name.is_match(&rest) && rest.split(' ').count() <= 6) {
                asked = Some(Asked::About);
            }
            let question_like = marked
                || clear
                || found.as_str().to_lowercase().starts_with("do you")
                || found.as_str().to_lowercase().starts_with("tell me")
                || found.as_str().to_lowercase().starts_with("remind me");
            if rest.is_empty() || !question_like {
                return None;
            }
            inner = rest;
        }
        if let Some(found) = self.about.find(&inner)
            && (inner.len() > found.end() || wrapped || marked)
        {
            asked = Some(Asked::About);
            inner = inner[found.end()..].trim().to_owned();
        }
        let asks = asked.is_some()
            || wrapped
            || self.wh.is_match(&inner)
            || (self.aux.is_match(&inner) && (marked || self.inverted(&inner)));
        // "What if I fail?" is a worry.
        if !asks && !marked || inner.to_lowercase().starts_with("what if") {
            return None;
        }
        let asked = asked.unwrap_or_else(|| self.kind(&inner));
        let mut needed = needed(&meaning.words(&inner), asked);
        let lower = inner.to_lowercase();
        let mut former = self.former.is_match(&inner);
        // "What did I do for work?" asks for what is over, or was not when it was told.
        let did = [
            "what did i do",
            "what did i do before",
            "what did i use to do",
            "what was my job",
            "what did i do for work",
        ];
        former |= did.contains(&lower.as_str());
        if (lower.starts_with("what do") && lower.ends_with(" do") || did.contains(&lower.as_str()))
            && !needed.iter().any(|n| n.key == "work")
        {
            needed.push(Needed { key: "work".into(), surface: "work".into(), weight: 1.0, name: false });
        }
        let subject = self.subject(&inner, asked, &needed, meaning);
        Some(Question {
            asked,
            personal: self.first_person.is_match(&inner),
            what_you_said: self.you_said.is_match(&inner),
            former,
            subject,
            needed,
            text: inner,
        })
    }

    /// Asks for work, advice or a tale rather than for something remembered.
    pub(super) fn is_task(&self, message: &str) -> bool {
        let plain = spelled_out(message.trim());
        let plain = self.opening.replace(&plain, "");
        let asks_memory =
            self.wrapped.is_match(&plain) && self.first_person.is_match(&self.wrapped.replace(&plain, ""));
        self.task.is_match(plain.trim()) && !asks_memory
    }

    /// In "I saw Tom today. What is my dog's name?" the question is the last sentence that asks.
    fn last_question<'a>(&self, text: &'a str) -> &'a str {
        let sentences = crate::memory::extract::sentences(text);
        sentences
            .iter()
            .rev()
            .find(|s| s.ends_with('?'))
            .copied()
            .unwrap_or_else(|| if sentences.len() == 1 { text } else { sentences.first().copied().unwrap_or(text) })
    }

    fn inverted(&self, text: &str) -> bool {
        text.split(' ').nth(1).is_some_and(|word| {
            matches!(
                word.to_lowercase().as_str(),
                "i" | "my" | "you" | "we" | "he" | "she" | "it" | "they" | "your" | "the"
            )
        })
    }

    fn kind(&self, text: &str) -> Asked {
        let lower = text.to_lowercase();
        if self.when.is_match(text) {
            Asked::When
        } else if self.place.is_match(text) {
            Asked::Where
        } else if lower.starts_with("how long") {
            Asked::HowLong
        } else if self.how_many.is_match(text) {
            Asked::HowMany
        } else if self.colour.is_match(text) {
            Asked::Colour
        } else if self.name.is_match(text) && !self.aux.is_match(text) {
            Asked::Name
        } else if lower.starts_with("who") || lower.starts_with("with who") || lower.starts_with("to who") {
            Asked::Who
        } else if lower.starts_with("why") || lower.starts_with("how come") || lower.starts_with("what for") {
            Asked::Why
        } else if self.aux.is_match(text) {
            Asked::Whether
        } else if self.wh.is_match(text) {
            Asked::What
        } else {
            Asked::About
        }
    }

    fn subject(&self, text: &str, asked: Asked, needed: &[Needed], meaning: &Meaning) -> Subject {
        if self.of_you.is_match(text) {
            return Subject::Companion;
        }
        let acts = self.acts.is_match(text);
        if let Some(found) = self.owned.captures(text)
            && !acts
        {
            let what = found["what"].to_owned();
            let somebody = meaning.words(&what).into_iter().find(|w| meaning.is_somebody(&w.key));
            return somebody.map_or(Subject::User, |w| Subject::Theirs(w.key));
        }
        if let Some(name) = needed.iter().find(|n| n.name)
            && !acts
        {
            return Subject::Named(name.key.clone());
        }
        if asked == Asked::Name && acts && needed.iter().any(|n| meaning.is_somebody(&n.key)) {
            // "What did I name my dog?"
            let owner = needed.iter().find(|n| meaning.is_somebody(&n.key));
            return owner.map_or(Subject::User, |n| Subject::Theirs(n.key.clone()));
        }
        if self.first_person.is_match(text) {
            return Subject::User;
        }
        if self.second_person.is_match(text) { Subject::Companion } else { Subject::Open }
    }
}

fn needed(words: &[Word], asked: Asked) -> Vec<Needed> {
    let mut needed: Vec<Needed> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let lower = word.surface.to_lowercase();
        let name = i > 0 && word.capital() && lower.len() > 1 && !lower.starts_with("i'") && lower != "philia";
        let asked_anyway = asked == Asked::When && matches!(lower.as_str(), "day" | "year" | "month" | "date")
            || asked == Asked::Where && matches!(lower.as_str(), "city" | "town" | "country" | "place")
            || asked == Asked::HowMany && matches!(lower.as_str(), "old" | "far" | "tall" | "big" | "heavy" | "often");
        if (word.stop && !name)
            || asked_anyway
            || EMPTY.contains(&lower.as_str())
            || needed.iter().any(|n| n.key == word.key)
        {
            continue;
        }
        let weight = if WEAK.contains(&word.key.as_str()) || WEAK.contains(&lower.as_str()) { 0.3 } else { 1.0 };
        needed.push(Needed { key: word.key.clone(), surface: word.surface.to_string(), weight, name });
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_understood() {
        let (reader, meaning) = (Reader::new(), Meaning::new());
        let theirs = |s: &str| Subject::Theirs(s.into());
        let cases = [
            ("What is my dog's name?", Asked::Name, theirs("dog"), vec!["dog"]),
            ("what's my puppy called", Asked::Name, theirs("dog"), vec!["dog"]),
            ("Where do I live?", Asked::Where, Subject::User, vec!["home"]),
            ("Which city do I live in?", Asked::Where, Subject::User, vec!["home"]),
            ("Where does my sister live?", Asked::Where, theirs("sister"), vec!["sister", "home"]),
            ("Do you remember where my mum works?", Asked::Where, theirs("mother"), vec!["mother", "work"]),
            ("When did I visit Lisbon?", Asked::When, Subject::User, vec!["visit", "lisbon"]),
            ("Who is Ana?", Asked::Who, Subject::Named("ana".into()), vec!["ana"]),
            ("Do I have a dog?", Asked::Whether, Subject::User, vec!["dog"]),
            ("What did I say about the garden?", Asked::About, Subject::Open, vec!["garden"]),
            ("Do you remember my cat?", Asked::About, theirs("cat"), vec!["cat"]),
            ("How many sisters do I have?", Asked::HowMany, Subject::User, vec!["sister"]),
            ("Why did I quit?", Asked::Why, Subject::User, vec!["quit"]),
            ("What colour is my car?", Asked::Colour, Subject::User, vec!["colour", "car"]),
        ];
        for (text, asked, subject, needed) in cases {
            let q = reader.read(text, &meaning).unwrap_or_else(|| panic!("{text}: no question"));
            let keys: Vec<&str> = q.needed.iter().map(|n| n.key.as_str()).collect();
            assert_eq!((q.asked, q.subject, keys), (asked, subject, needed), "{text}");
        }
        for text in ["I got a puppy.", "My day was long", "What a day!"] {
            let q = reader.read(text, &meaning);
            assert!(q.is_none() || text.starts_with("What a"), "{text}");
        }
        for text in [
            "Write me a poem",
            "How do I boil an egg?",
            "Should I quit my job?",
            "Can you translate this?",
            "tell me a joke",
        ] {
            assert!(reader.is_task(text), "{text}");
        }
        for text in ["Can you tell me my dog's name?", "Where do I live?", "What did I cook?"] {
            assert!(!reader.is_task(text), "{text}");
        }
    }
}
