//! A clause: who does what, and whether it is so, was so, is no longer so or is not so.
//!
//! A small grammar of English statements. It takes a sentence apart into clauses, carries the subject over to those
//! that leave it out ("I live in Rome and work for Fiat"), and brings the verb to its base form, so that a rule says
//! "live in PLACE" once for "I've been living in", "she lives in" and "we used to live in".

mod words;

use super::pattern::Pattern;
use super::terms::{ANIMALS, NOT_NAMES, RELATIONS, alternation};
use super::{keys, rules};
use hashbrown::HashSet;
use words::{ADVERBS, IRREGULAR, is_function};

/// Whom a clause is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The person.
    User,
    /// Somebody related to them, by relation, with the name if it stands beside.
    Kin(String, Option<String>),
    /// An animal of theirs, by the word they use (`puppy`), with the name if it stands beside.
    Pet(String, Option<String>),
    /// Somebody by name.
    Named(String),
}

/// Whether it is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mode {
    /// It is said not to be so.
    pub(super) not: bool,
    /// It is no longer so.
    pub(super) ends: bool,
    /// It was so, at a time that is over.
    pub(super) past: bool,
    /// It used to be so.
    pub(super) used_to: bool,
    /// It will be so.
    pub(super) future: bool,
    /// It may be, might be, would be.
    pub(super) unreal: bool,
    /// It is under way ("am moving"): a deed that is, is not done.
    pub(super) going: bool,
    /// It has been done ("have moved", "moved").
    pub(super) done: bool,
}

/// One clause.
#[derive(Clone, Debug)]
pub(super) struct Clause<'t> {
    pub(super) who: Who,
    pub(super) mode: Mode,
    /// The verb in its base form, or a noun ("name", "favourite band") where `attribute`.
    pub(super) verb: String,
    /// "My NOUN is REST" rather than "I VERB REST".
    pub(super) attribute: bool,
    /// What follows the verb.
    pub(super) rest: &'t str,
    /// The whole of it.
    pub(super) text: &'t str,
    /// The first of its message, or of a greeting.
    pub(super) first: bool,
}

/// Takes sentences apart.
#[derive(Debug)]
pub(super) struct Grammar {
    opener: Pattern,
    own: Pattern,
    kin: Pattern,
    pet: Pattern,
    attribute: Pattern,
    named: Pattern,
    seam: Pattern,
    verbs: HashSet<&'static str>,
}

impl Grammar {
    pub(super) fn new(verbs: HashSet<&'static str>) -> Self {
        let animals = alternation(ANIMALS.iter().flat_map(|row| row.iter().copied()));
        let relations = alternation(RELATIONS.iter().flat_map(|row| row.iter().copied()));
        let name = rules::NAME;
        Self {
            opener: Pattern::new(
                r"(?i)^(?:[\s,.:;!–—-]*(?:(?:hi+|hello|hey+|hiya|heya|yo|hola|good (?:morning|evening|afternoon)|greetings)(?: there| philia| all| everyone)?\b|ok(?:ay)?|well|so|and|but|also|oh|ah|ugh|yes|yeah|yep|nope|no|nah|wait|actually|honestly|anyway|anyways|btw|by the way|fyi|tbh|to be (?:honest|fair)|sorry|sadly|luckily|unfortunately|fortunately|then|plus|guess what|correction|that's (?:wrong|not right|incorrect)|you(?:'ve)? got (?:that|it) wrong|in fact|these days|nowadays|at the moment|right now|currently|now|today|yesterday|tonight|last (?:night|week|month|year)|this (?:morning|week|year)|recently|finally|for the record|as (?:i said|you know)|because|since then|i (?:think|guess|mean|meant|said)|just so you know|fun fact|update|good news|bad news|great news|though|although|while|whereas|originally|in my (?:spare|free) time|on weekends|at weekends|every (?:day|morning|evening|night|week|sunday|monday|tuesday|wednesday|thursday|friday|saturday)|(?:in|since|back in) (?:19|20)\d\d|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|my full name|nice to meet you|for me)\b[\s,.:;!–—-]*)*",
            ),
            own: Pattern::new(r"(?i)^(?:I|we)(?P<s>'m|'re|'ve|'ll|'d)?(?:\s|$)|^(?-i:im|Im|IM|ive|Ive)\s"),
            kin: Pattern::new(format!(
                r"(?i)^(?:and )?(?:my|our) (?P<r>(?:(?:big|little|older|younger|elder|eldest|oldest|youngest|middle|twin|baby|kid|late|new|other|second|half|dear|lovely|ex|former|old|best|own|only|first|adopted|favourite|crazy|wonderful)[ -])*(?:{relations}|parents|grandparents|kids|children|sons|daughters|sisters|brothers|friends|in-laws|youngest|oldest|eldest|ex))(?P<p>'s|s')?(?:,? (?P<n>(?:(?-i:Dr|Mr|Mrs|Ms)\.? )?{name}),?(?P<q>'s)?)?(?:,? who)?(?: |'|$)"
            )),
            pet: Pattern::new(format!(
                r"(?i)^(?:my|our) (?:(?:new|little|old|big|other|late|dear|elderly|beloved|poor|silly|sweet|lovely|crazy|rescue|black|white|ginger|grey|brown|tabby|fat|first|second)[ -])*(?P<a>(?:{animals})s?)(?P<p>'s|s')?(?:,? (?P<n>{name}),?(?P<q>'s)?)?(?: |'|$)"
            )),
            attribute: Pattern::new(
                r"(?i)^(?P<o>my|our|his|her|their|its) (?P<k>[\p{L}'-]+(?: (?:of )?[\p{L}'-]+){0,3}?)(?P<b>'s| is| are|'re| was| were| has always been| isn't| is not|\?|:) ?(?P<v>.+)$",
            ),
            named: Pattern::new(format!(
                r"^(?P<n>{name})(?P<p>'s)? (?P<w>is|was|has|had|[a-z]+s|[a-z]+ed|can|can't|doesn't|isn't|never|always|just|also|really|still|still|now|got|went|taught|drove|and)\b"
            )),
            seam: Pattern::new(
                r"(?i)\s*(?:[,;]|:\s|\s[–—-]\s|[.!](?:\s|$)|\b(?:and|but|so|because|cause|cos|since|though|although|while|whereas|which means|or)\b)\s*",
            ),
            verbs,
        }
    }

    /// The clauses of a sentence, each with its subject; one that leaves it out has that of the one before.
    /// `it` is whom "he", "she", "it" and "they" stand for.
    pub(super) fn clauses<'t>(&self, sentence: &'t str, first: bool, it: &mut Option<Who>) -> Vec<Clause<'t>> {
        let mut clauses: Vec<Clause<'t>> = Vec::new();
        let mut greeted = false;
        for (n, part) in self.parts(sentence).into_iter().enumerate() {
            let carried = clauses.last().map(|clause| clause.who.clone());
            let being = clauses.last().is_some_and(|clause| clause.verb == "be" && !clause.attribute);
            if let Some(mut clause) = self.clause(part, it.as_ref(), carried, being) {
                clause.first = first && (n == 0 || greeted);
                if matches!(clause.who, Who::Kin(..) | Who::Pet(..) | Who::Named(_)) {
                    *it = Some(clause.who.clone());
                }
                clauses.push(clause);
            }
            greeted = (n == 0 || greeted) && self.is_opening(part);
        }
        clauses
    }

    /// Does it only open the talk ("Hey!", "Well,")?
    pub(super) fn is_opening(&self, text: &str) -> bool {
        !text[self.opener.find(text).map_or(0, |m| m.end())..].chars().any(char::is_alphanumeric)
    }

    /// Cuts where something new is stated: before a subject, or before a verb that takes the subject over.
    fn parts<'t>(&self, sentence: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut start = 0;
        // Two joints may stand side by side (", and").
        let mut joint: Option<(usize, usize)> = None;
        for seam in self.seam.regex().find_iter(sentence) {
            let (from, to) = match joint {
                Some((from, to)) if seam.start() <= to => (from, seam.end()),
                _ => (seam.start(), seam.end()),
            };
            joint = Some((from, to));
            let after = &sentence[to..];
            if from > start && self.states(after, seam.as_str()) {
                parts.push(&sentence[start..from]);
                start = to;
            }
        }
        parts.push(&sentence[start..]);
        parts.retain(|part| part.chars().any(char::is_alphanumeric));
        parts
    }

    /// Do these words begin a statement of their own?
    fn states(&self, after: &str, seam: &str) -> bool {
        let mut words = after.split_whitespace().map(|word| word.trim_matches([',', '.', '!', ';', ':']));
        let first = words.next().unwrap_or("");
        let second = words.next().unwrap_or("").to_lowercase();
        let lower = first.to_lowercase();
        let subject = matches!(
            lower.as_str(),
            "i" | "i'm"
                | "i've"
                | "i'll"
                | "i'd"
                | "im"
                | "ive"
                | "my"
                | "our"
                | "we"
                | "we're"
                | "we've"
                | "he"
                | "he's"
                | "she"
                | "she's"
                | "they"
                | "they're"
                | "it"
                | "it's"
                | "his"
                | "her"
                | "their"
                | "its"
                | "you"
        );
        if subject {
            return true;
        }
        // "and now I live": the adverb belongs to what follows.
        if matches!(lower.as_str(), "now" | "then" | "also" | "currently" | "just" | "still" | "always" | "actually") {
            return self.states(after.split_once(' ').map_or("", |(_, rest)| rest), seam);
        }
        let punctuated = !seam.trim().is_empty() && !seam.trim().chars().all(char::is_alphabetic);
        let finite = |word: &str| {
            self.lemma(word).is_some_and(|(_, _)| !word.ends_with("ing"))
                || matches!(
                    word,
                    "am" | "is"
                        | "are"
                        | "was"
                        | "were"
                        | "have"
                        | "has"
                        | "had"
                        | "don't"
                        | "doesn't"
                        | "can't"
                        | "used"
                        | "never"
                )
        };
        if first.starts_with(char::is_uppercase) {
            // "and Tom lives in Rome"
            return finite(&second) || matches!(second.as_str(), "is" | "has");
        }
        finite(&lower)
            || matches!(
                lower.as_str(),
                "divorced"
                    | "married"
                    | "single"
                    | "retired"
                    | "widowed"
                    | "engaged"
                    | "vegan"
                    | "vegetarian"
                    | "originally"
            )
            || (punctuated
                && (lower == "from"
                    || lower == "not"
                    || lower.parse::<u8>().is_ok()
                    || (matches!(lower.as_str(), "a" | "an"))))
    }

    fn clause<'t>(&self, text: &'t str, it: Option<&Who>, carried: Option<Who>, being: bool) -> Option<Clause<'t>> {
        let skip = self.opener.find(text).map_or(0, |m| m.end());
        // "So" and "No" may be all there is; "Now" may be a part of "I now live".
        let text = text[skip..].trim_end_matches([' ', '.', '!', ',', ';', ':']);
        if text.is_empty() {
            return None;
        }
        if let Some(found) = self.own.find(text) {
            let end = text[..found.end()].find('\'').unwrap_or_else(|| text[..found.end()].trim_end().len());
            return match &text[..2.min(text.len())] {
                head if head.eq_ignore_ascii_case("im") => {
                    self.predicate(Who::User, text, Some("am"), text[2..].trim_start())
                }
                head if head.eq_ignore_ascii_case("iv") => {
                    self.predicate(Who::User, text, Some("have"), text[3..].trim_start())
                }
                _ => self.predicate(Who::User, text, None, &text[end..]),
            };
        }
        if let Some(found) = self.kin.captures(text) {
            let who = Who::Kin(keys::kin(&found["r"]), found.name("n").map(|n| n.as_str().to_owned()));
            let owned = found.name("p").or_else(|| found.name("q"));
            let end = found
                .name("q")
                .or_else(|| found.name("n"))
                .or_else(|| found.name("p"))
                .or_else(|| found.name("r"))?
                .end();
            // "My mother tongue is Welsh" is not of my mother.
            if let Some(clause) = self.after_subject(who, text, end, owned.map(|m| m.end())) {
                return Some(clause);
            }
        }
        if let Some(found) = self.pet.captures(text) {
            let who = Who::Pet(found["a"].to_lowercase(), found.name("n").map(|n| n.as_str().to_owned()));
            let owned = found.name("p").or_else(|| found.name("q"));
            let end = found
                .name("q")
                .or_else(|| found.name("n"))
                .or_else(|| found.name("p"))
                .or_else(|| found.name("a"))?
                .end();
            if let Some(clause) = self.after_subject(who, text, end, owned.map(|m| m.end())) {
                return Some(clause);
            }
        }
        if let Some(found) = self.attribute.captures(text) {
            let who = match found["o"].to_lowercase().as_str() {
                "my" | "our" => Who::User,
                _ => it?.clone(),
            };
            return Some(self.attributed(who, text, &found["k"], &found["b"], found.name("v")?.as_str()));
        }
        let pronoun = text.split([' ', '\'']).next().unwrap_or("").to_lowercase();
        if matches!(pronoun.as_str(), "he" | "she" | "it" | "they") {
            return self.predicate(it?.clone(), text, None, &text[pronoun.len()..]);
        }
        if let Some(found) = self.named.captures(text)
            && !found["n"].split(' ').any(|word| NOT_NAMES.contains(&word.to_lowercase().as_str()) || is_function(word))
        {
            let who = Who::Named(found["n"].to_owned());
            if found.name("p").is_some() && !matches!(&found["w"], "is" | "was") {
                let end = found.name("p")?.end();
                return self.after_subject(who, text, end, Some(end));
            }
            return self.predicate(who, text, None, &text[found.name("n")?.end()..]);
        }
        // The subject is left out: carried over, or the person's own ("Been living in Rome", "Can't stand it").
        let first = text.split_whitespace().next().unwrap_or("").to_lowercase();
        let elided = matches!(
            first.as_str(),
            "been"
                | "am"
                | "can't"
                | "cannot"
                | "not"
                | "never"
                | "used"
                | "born"
                | "just"
                | "currently"
                | "originally"
                | "don't"
                | "didn't"
                | "was"
                | "had"
                | "have"
                | "has"
                | "is"
                | "are"
                | "were"
                | "doesn't"
        ) || self.lemma(&first).is_some();
        let be = being
            && (matches!(
                first.as_str(),
                "from"
                    | "a"
                    | "an"
                    | "divorced"
                    | "married"
                    | "single"
                    | "retired"
                    | "widowed"
                    | "engaged"
                    | "vegan"
                    | "vegetarian"
                    | "originally"
                    | "currently"
            ) || first.parse::<u8>().is_ok());
        if be {
            return self.predicate(carried?, text, Some("am"), text);
        }
        if !elided {
            return None;
        }
        let who = match carried {
            Some(who) => who,
            // "Lives in Rome" without anybody before is said of somebody else.
            None if matches!(first.as_str(), "is" | "are" | "has" | "doesn't" | "were")
                || (first.ends_with('s') && !first.ends_with("ss")) =>
            {
                return None;
            }
            None => Who::User,
        };
        let given = matches!(first.as_str(), "not" | "born" | "originally").then_some("am");
        self.predicate(who, text, given, text)
    }

    /// What follows "my sister", "my dog's", "Ana's": a noun of theirs, or a verb.
    fn after_subject<'t>(&self, who: Who, text: &'t str, end: usize, owned: Option<usize>) -> Option<Clause<'t>> {
        if let Some(end) = owned {
            // "my sister's name is Ana" against "my sister's a nurse".
            let rest = text[end..].trim_start();
            for be in [" is ", " was ", "'s ", " are ", ": "] {
                if let Some((noun, value)) = rest.split_once(be)
                    && noun.split(' ').count() <= 3
                    && !noun.is_empty()
                    && !matches!(
                        noun.split(' ').next().unwrap_or(""),
                        "a" | "an" | "the" | "not" | "in" | "from" | "called" | "named"
                    )
                {
                    // "my sister's husband is a vet" is of nobody we know by a word.
                    return Some(self.attributed(who, text, noun, be.trim(), value));
                }
            }
            return self.predicate(who, text, Some("is"), rest);
        }
        self.predicate(who, text, None, text[end..].trim_start_matches([',', ' ']))
    }

    fn attributed<'t>(&self, who: Who, text: &'t str, noun: &str, be: &str, value: &'t str) -> Clause<'t> {
        let be = be.trim().to_lowercase();
        let lower = value.to_lowercase();
        let not = be.contains("not") || be.contains("n't") || lower.starts_with("not ");
        let past = be.contains("was") || be.contains("were");
        let noun = noun.to_lowercase();
        // "my favourite food has always been" and "my sisters name is"
        let value = [
            "definitely ",
            "probably ",
            "actually ",
            "still ",
            "now ",
            "really ",
            "just ",
            "always been ",
            "always ",
            "currently ",
        ]
        .iter()
        .fold(value.trim_start(), |value, adverb| value.strip_prefix(adverb).unwrap_or(value));
        Clause {
            who,
            mode: Mode { not, past, ..Mode::default() },
            verb: noun,
            attribute: true,
            rest: value,
            text,
            first: false,
        }
    }

    /// Reads the verb and what is said about it being so.
    fn predicate<'t>(&self, who: Who, text: &'t str, given: Option<&str>, words: &'t str) -> Option<Clause<'t>> {
        let lower = text.to_lowercase();
        let mut mode = Mode::default();
        let (mut be, mut have, mut aux_do) = (false, false, false);
        match given {
            Some("am" | "is") => be = true,
            Some("have") => have = true,
            _ => {}
        }
        let mut rest = words;
        loop {
            let trimmed = rest.trim_start_matches([' ', ',']);
            let word_end = match trimmed.strip_prefix('\'') {
                Some(after) => after.find([' ', ',']).map_or(trimmed.len(), |n| n + 1),
                None => trimmed.find([' ', ',']).unwrap_or(trimmed.len()),
            };
            let word = trimmed[..word_end].trim_end_matches(['.', '!', ':']).to_lowercase();
            let after = &trimmed[word_end..];
            let next = after.split_whitespace().next().unwrap_or("").to_lowercase();
            if word.is_empty() {
                rest = trimmed;
                break;
            }
            match word.as_str() {
                "'m" | "am" | "are" | "'re" | "is" => be = true,
                "'s" => be = true,
                "isn't" | "aren't" | "ain't" => (be, mode.not) = (true, true),
                "was" | "were" => (be, mode.past) = (true, !have),
                "wasn't" | "weren't" => (be, mode.past, mode.not) = (true, true, true),
                "been" => (be, have) = (true, true),
                "being" if be => {}
                "'ve" => have = true,
                "have" | "has" => have = true,
                "had" => (have, mode.past) = (true, !have),
                "haven't" | "hasn't" => (have, mode.not) = (true, true),
                "hadn't" => (have, mode.not, mode.past) = (true, true, true),
                "don't" | "doesn't" | "dont" | "doesnt" => (aux_do, mode.not) = (true, true),
                "didn't" | "didnt" => (aux_do, mode.not, mode.past) = (true, true, true),
                "do" | "does" | "did" if self.lemma(&next).is_some() || next == "not" => {
                    aux_do = true;
                    mode.past |= word == "did";
                }
                "not" => mode.not = true,
                "never" => mode.not = true,
                "no" if next == "longer" => {
                    mode.ends = true;
                    rest = &after[after.find("longer").map_or(0, |n| n + 6)..];
                    continue;
                }
                "'ll" | "will" | "gonna" | "shall" => mode.future = true,
                "going" if be && next == "to" => {
                    mode.future = true;
                    be = false;
                    rest = &after[after.find("to").map_or(0, |n| n + 2)..];
                    continue;
                }
                "would" | "'d" | "could" | "might" | "may" | "should" | "couldn't" | "wouldn't" | "shouldn't" => {
                    mode.unreal = true;
                }
                "can" if next == "speak" || next == "play" => {}
                "can't" | "cannot"
                    if matches!(
                        next.as_str(),
                        "stand" | "bear" | "get" | "eat" | "drink" | "handle" | "tolerate" | "abide"
                    ) =>
                {
                    mode.not = false;
                    let verb = "can't".to_owned();
                    let rest = after.trim_start();
                    return Some(Clause { who, mode, verb, attribute: false, rest, text, first: false });
                }
                "can" | "can't" | "cannot" | "must" | "won't" => mode.unreal = true,
                "used" if next == "to" => {
                    mode.used_to = true;
                    mode.past = true;
                    rest = &after[after.find("to").map_or(0, |n| n + 2)..];
                    continue;
                }
                "be" => be = true,
                "got"
                    if have
                        && !matches!(
                            next.as_str(),
                            "married"
                                | "engaged"
                                | "divorced"
                                | "hired"
                                | "promoted"
                                | "a"
                                | "an"
                                | "the"
                                | "my"
                                | "our"
                                | "two"
                                | "three"
                                | "one"
                                | "no"
                                | "into"
                                | "rid"
                                | "over"
                        )
                        || word == "got"
                            && have
                            && matches!(next.as_str(), "a" | "an" | "two" | "three" | "one" | "no" | "four") =>
                {
                    // "I've got a dog" is "I have a dog".
                    rest = after;
                    break;
                }
                _ if ADVERBS.contains(&word.as_str()) && !next.is_empty() => {}
                _ => {
                    rest = trimmed;
                    break;
                }
            }
            rest = after;
        }
        let rest = rest.trim_start_matches([' ', ',']);
        let word = rest.split([' ', ',']).next().unwrap_or("").to_lowercase();
        let known = self.lemma(&word);
        let any_more = ["anymore", "any more", "any longer"].iter().any(|words| lower.contains(words));
        if mode.not && any_more {
            (mode.not, mode.ends) = (false, true);
        }
        let tail = |rest: &'t str| rest.get(word.len()..).unwrap_or("").trim_start_matches([' ', ',']);
        let (verb, rest) = match known {
            Some((lemma, _)) if be && word.ends_with("ing") => {
                // "have been moving" is under way no more than "am"; "was moving" may have been done since.
                mode.going = !mode.past;
                (lemma.to_owned(), tail(rest))
            }
            _ if be => {
                // "have been": it still is.
                mode.past &= !have;
                ("be".to_owned(), rest)
            }
            Some((lemma, past))
                if have && (past || word == "come" || word == "become" || word == "quit" || word == "run") =>
            {
                mode.done = true;
                (lemma.to_owned(), tail(rest))
            }
            _ if have => ("have".to_owned(), rest),
            Some((lemma, past)) => {
                mode.past |= past && !aux_do;
                mode.done |= past && !aux_do;
                (lemma.to_owned(), tail(rest))
            }
            None => return None,
        };
        // "stopped playing the violin", "started learning Welsh": the second verb says what.
        if matches!(verb.as_str(), "stop" | "quit" | "give" | "start" | "begin" | "keep" | "take") {
            let object = if verb == "give" || verb == "take" { rest.strip_prefix("up ").unwrap_or("") } else { rest };
            let word = object.split([' ', ',']).next().unwrap_or("").to_lowercase();
            if word.ends_with("ing")
                && let Some((lemma, _)) = self.lemma(&word)
                && !mode.not
            {
                let ends = matches!(verb.as_str(), "stop" | "quit" | "give");
                let mode = Mode { ends, past: false, done: false, ..mode };
                let rest = object.get(word.len()..).unwrap_or("").trim_start();
                return Some(Clause { who, mode, verb: lemma.to_owned(), attribute: false, rest, text, first: false });
            }
        }
        Some(Clause { who, mode, verb, attribute: false, rest, text, first: false })
    }

    /// The base form of a verb that some rule knows, and whether the form is a past one.
    fn lemma(&self, word: &str) -> Option<(&'static str, bool)> {
        if let Some((_, base, past)) = IRREGULAR.iter().find(|(form, _, _)| *form == word) {
            return self.verbs.get(base).map(|verb| (*verb, *past));
        }
        let known = |base: &str| self.verbs.get(base).copied();
        if let Some(verb) = known(word) {
            return Some((verb, false));
        }
        if let Some(stem) = word.strip_suffix("ing") {
            return known(stem).or_else(|| known(&format!("{stem}e"))).map(|verb| (verb, false));
        }
        if let Some(stem) = word.strip_suffix("ed") {
            return known(stem).or_else(|| known(&format!("{stem}e"))).map(|verb| (verb, true));
        }
        if let Some(stem) = word.strip_suffix("ies") {
            return known(&format!("{stem}y")).map(|verb| (verb, false));
        }
        let stem = word.strip_suffix("es").and_then(known);
        stem.or_else(|| word.strip_suffix('s').and_then(known)).map(|verb| (verb, false))
    }
}
