//! The rules: a pattern, and what a match of it says. Order matters only within one subject and key: the first wins.

use super::compile;
use super::terms::{ANIMALS, NOT_NAMES, OCCUPATIONS, RELATIONS, alternation, kind_of};
use crate::memory::{Category, Fact};
use regex::{Captures, Regex};
use std::ops::Range;

/// A match: the fact, and where in the clause it stood.
pub(super) struct Found {
    pub(super) fact: Fact,
    pub(super) category: Category,
    pub(super) confidence: f64,
    pub(super) range: Range<usize>,
    /// The rule itself speaks of a negation ("I don't eat meat").
    pub(super) negation_meant: bool,
    /// Said anew, where the words do not stand by themselves.
    pub(super) content: Option<String>,
}

/// How a match becomes a fact. `{v}`, `{n}`, `{r}`, `{a}`, `{t}` are the named groups of the pattern.
struct Rule {
    pattern: Regex,
    subject: &'static str,
    key: &'static str,
    value: &'static str,
    category: Category,
    confidence: f64,
    negation_meant: bool,
}

#[derive(Debug)]
pub(super) struct Rules {
    direct: Vec<Rule>,
    named_later: Vec<Regex>,
    breed: Regex,
    owned: Regex,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rule").field(&self.pattern.as_str()).finish()
    }
}

const NAME: &str = r"(?-i:\p{Lu}[\p{L}\p{M}'-]*\p{L}(?: \p{Lu}[\p{L}\p{M}'-]*\p{L}){0,2})";
const PLACE: &str = r"(?-i:(?:the )?\p{Lu}[\p{L}\p{M}'.-]*(?:(?:,? | de | del | of | am | an der | upon | sur )(?:the )?\p{Lu}[\p{L}\p{M}'.-]*){0,3})";
/// A short noun phrase that ends where the thought does.
const THING: &str = r"(?:(?:the|a|an) )?[\p{L}\p{N}'-]+(?: (?:of |and |with |in )?[\p{L}\p{N}'-]+){0,3}?";
const END: &str = r"(?:[.!,;:)]|$| (?:because|when|while|but|so|since|though|although|more|these|right|at|for|on|too|as|very|a lot|so much|anymore|any more|now|today|from|and (?:I|my|we|he|she|it)|that|which|who|every|in the)\b)";
const ADVERBS: &str = r"(?:(?:really|absolutely|just|also|still|now|currently|always|honestly|do|so|truly|recently|finally|already|simply|actually|quite|completely|especially) )*";
const MONTH: &str = "January|February|March|April|May|June|July|August|September|October|November|December";

impl Rules {
    pub(super) fn new() -> Self {
        let animals = alternation(ANIMALS.iter().flat_map(|row| row.iter().copied()));
        let relations = alternation(RELATIONS.iter().flat_map(|row| row.iter().copied()));
        let jobs = alternation(OCCUPATIONS.iter().copied());
        let fill = |pattern: &str| {
            let filled = pattern
                .replace("NAME", NAME)
                .replace("PLACE", PLACE)
                .replace("THING", THING)
                .replace("END", END)
                .replace("ADV", ADVERBS)
                .replace("MONTH", MONTH)
                .replace("ANIMAL", &animals)
                .replace("RELATION", &relations)
                .replace("JOB", &jobs);
            compile(&format!("(?i){filled}"))
        };
        let direct = RULES
            .iter()
            .map(|&(pattern, subject, key, value, category, confidence)| Rule {
                pattern: fill(pattern),
                subject,
                key,
                value,
                category,
                confidence,
                negation_meant: key.starts_with("diet") || value == "dislike" || value.starts_with("not "),
            })
            .collect();
        Self {
            direct,
            named_later: [
                r"^(?:and |so |but )?(?:his|her|its|their) name(?:'s| is) (?P<n>NAME)",
                r"^(?:and |so |but )?(?:he|she|it)(?:'s| is) (?:called|named) (?P<n>NAME)",
                r"\b(?:I|we)(?:'ve| have)? (?:named|called|renamed) (?:him|her|it|them) (?P<n>NAME)",
                r"^(?:and |so |but )?(?:he|she|it)(?:'s| is) now (?:called|named) (?P<n>NAME)",
            ]
            .into_iter()
            .map(fill)
            .collect(),
            breed: fill(r"^(?:and |so |but )?(?:he|she|it)(?:'s| is) an? (?P<v>(?:[\p{L}-]+ ){0,2}(?:ANIMAL))\b"),
            owned: fill(
                r"(?:\bmy (?:\w+ ){0,2}?|\b(?:I|we)(?:'ve| have)?(?: just| finally| also)? (?:got|have|adopted|bought|rescued|own|brought home) (?:an?|another|our|my) (?:[\w-]+ ){0,3}?)(?P<o>ANIMAL|RELATION)\b",
            ),
        }
    }

    /// Everything that a clause says; `before` may say who "his" is.
    pub(super) fn apply(&self, clause: &str, before: Option<&str>) -> Vec<Found> {
        let mut found: Vec<Found> = self.direct.iter().flat_map(|rule| rule.find(clause)).collect();
        found.extend(self.pronouns(clause, before));
        found
    }

    /// "His name is Sparky": only if the words before say whose.
    fn pronouns(&self, clause: &str, before: Option<&str>) -> Option<Found> {
        let owner = self.owned.captures_iter(before?).last()?.name("o")?.as_str().to_lowercase();
        let named = self.named_later.iter().find_map(|pattern| pattern.captures(clause));
        let animal = kind_of(ANIMALS, &owner);
        let (captures, fact, content) = if let Some(captures) = named {
            let name = captures["n"].to_owned();
            match (animal, kind_of(RELATIONS, &owner)) {
                (Some(animal), _) => {
                    let fact = fact("user", &format!("pet.{}.name", slug(animal)), &name);
                    (captures, fact, format!("My {owner} is called {name}."))
                }
                (None, Some(relation)) => {
                    (captures, fact(&name, "relation", relation), format!("My {owner} is called {name}."))
                }
                (None, None) => return None,
            }
        } else {
            let captures = self.breed.captures(clause)?;
            let breed = captures["v"].to_owned();
            let fact = fact("user", &format!("pet.{}.breed", slug(animal?)), &breed);
            (captures, fact, format!("My {owner} is a {breed}."))
        };
        let range = captures.get(0)?.range();
        Some(Found {
            fact,
            category: Category::Fact,
            confidence: 0.85,
            range,
            negation_meant: false,
            content: Some(content),
        })
    }
}

impl Rule {
    fn find(&self, clause: &str) -> Option<Found> {
        let captures = self.pattern.captures(clause)?;
        let group = |name: &str| captures.name(name).map(|m| tidy(m.as_str()));
        if let Some(name) = group("n")
            && name.split(' ').any(|word| NOT_NAMES.contains(&word.to_lowercase().as_str()))
        {
            return None;
        }
        if self.key.starts_with("taste") && is_no_taste(&group("t")?) {
            return None;
        }
        let subject = expand(self.subject, &captures);
        let fact =
            Fact { subject, key: expand(self.key, &captures).to_lowercase(), value: expand(self.value, &captures) };
        if fact.value.is_empty() || (self.key == "age" && !plausible_age(&fact.value)) {
            return None;
        }
        let range = captures.get(0)?.range();
        Some(Found {
            fact,
            category: self.category,
            confidence: self.confidence,
            range,
            negation_meant: self.negation_meant,
            content: None,
        })
    }
}

fn fact(subject: &str, key: &str, value: &str) -> Fact {
    Fact { subject: subject.into(), key: key.into(), value: value.into() }
}

/// Fills `{x}` with the group x: in keys as a slug, an animal or a relation by its kind's own name.
fn expand(template: &str, captures: &Captures<'_>) -> String {
    let mut text = template.to_owned();
    for name in ["v", "n", "r", "a", "t", "w"] {
        let slot = format!("{{{name}}}");
        if !text.contains(&slot) {
            continue;
        }
        let raw = captures.name(name).map(|m| tidy(m.as_str())).unwrap_or_default();
        let filled = match name {
            "a" => slug(kind_of(ANIMALS, &raw).unwrap_or(&raw)),
            "r" => kind_of(RELATIONS, &raw).unwrap_or(&raw).to_owned(),
            "t" if template.contains('.') => slug(&raw),
            _ => raw,
        };
        text = text.replace(&slot, &filled);
    }
    text
}

fn slug(words: &str) -> String {
    words.to_lowercase().trim_start_matches("the ").trim_start_matches("a ").replace(' ', "-")
}

fn tidy(text: &str) -> String {
    let text = text.trim().trim_end_matches([',', '.', '!', ';', ':']);
    text.strip_suffix("'s").unwrap_or(text).trim().to_owned()
}

fn plausible_age(value: &str) -> bool {
    value.parse::<u8>().map_or(value.chars().all(|c| c.is_alphabetic() || c == '-'), |age| (3..=120).contains(&age))
}

/// "I love it", "I like how you ..." say nothing about a taste.
fn is_no_taste(thing: &str) -> bool {
    let first = thing.split(' ').next().unwrap_or("").to_lowercase();
    let empty = [
        "it",
        "that",
        "this",
        "these",
        "those",
        "you",
        "him",
        "her",
        "them",
        "us",
        "me",
        "how",
        "what",
        "when",
        "where",
        "my",
        "your",
        "his",
        "their",
        "our",
        "being",
        "everything",
        "nothing",
        "something",
        "someone",
        "everyone",
        "the",
        "who",
        "both",
        "all",
        "one",
        "myself",
        "yourself",
        "talking",
        "hearing",
        "with",
        "about",
        "doing",
        "having",
    ];
    empty.contains(&first.as_str())
        && !(first == "the"
            && thing.split(' ').count() == 2
            && !thing.ends_with(" way")
            && !thing.ends_with(" idea")
            && !thing.ends_with(" fact"))
}

type Row = (&'static str, &'static str, &'static str, &'static str, Category, f64);
const FACT: Category = Category::Fact;
const LIKES: Category = Category::Preference;

/// (pattern, subject, key, value, category, confidence)
const RULES: &[Row] = &[
    // Name
    (r"\bmy (?:(?:full|first|real) )?name(?:'s| is) (?P<n>NAME)", "user", "name", "{n}", FACT, 0.95),
    (r"\bmy name(?:'s| is) (?P<n>\p{L}{2,20})(?:[.!,]|$| and\b)", "user", "name", "{n}", FACT, 0.85),
    (
        r"^(?:(?:hi|hello|hey|hiya|good (?:morning|evening|afternoon))(?: there| philia)?[,!. ]*)?(?:I'm|I am) (?P<n>NAME)(?:[.!,]|$| from\b| and\b|, )",
        "user",
        "name",
        "{n}",
        FACT,
        0.85,
    ),
    (r"\b(?:please |just |you can |do )?call me (?P<n>NAME)", "user", "display_name", "{n}", FACT, 0.95),
    (r"^(?:please |just |you can )*call me (?P<n>\p{L}{2,20})[.!]?$", "user", "display_name", "{n}", FACT, 0.9),
    (
        r"\b(?:I go by|(?:everyone|everybody|people|my friends|friends) calls? me) (?P<n>NAME)",
        "user",
        "display_name",
        "{n}",
        FACT,
        0.9,
    ),
    // Age and birth
    (
        r"\bI(?:'m| am) (?P<v>\d{1,3}|[a-z]+ty(?:-[a-z]+)?|[a-z]+teen) (?:years old|years of age|yrs old|y/o)\b",
        "user",
        "age",
        "{v}",
        FACT,
        0.95,
    ),
    (r"\bI(?:'m| am) (?P<v>\d{1,3})(?:[.!,]|$| and\b)", "user", "age", "{v}", FACT, 0.8),
    (r"\bI (?:just |recently )?turned (?P<v>\d{1,3}|[a-z]+ty(?:-[a-z]+)?)\b", "user", "age", "{v}", FACT, 0.9),
    (r"\bI(?:'m| am) turning (?P<v>\d{1,3})\b", "user", "age.next", "{v}", FACT, 0.85),
    (
        r"\bmy birthday(?:'s| is) (?:on )?(?:the )?(?P<v>\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:MONTH)|(?:MONTH) (?:the )?\d{1,2}(?:st|nd|rd|th)?|today|tomorrow|(?:on |this |next )?\w+day)\b",
        "user",
        "birthday",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI was born (?:on )(?:the )?(?P<v>\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:MONTH)|(?:MONTH) \d{1,2}(?:st|nd|rd|th)?)\b",
        "user",
        "birthday",
        "{v}",
        FACT,
        0.9,
    ),
    (r"\bI was born in (?:(?:MONTH) )?(?P<v>(?:19|20)\d\d)\b", "user", "birth.year", "{v}", FACT, 0.95),
    (r"\bI was born(?: and raised| and grew up)? in (?P<v>PLACE)", "user", "birth.place", "{v}", FACT, 0.9),
    // Home and origin
    (r"\bI ADV(?:live|reside) (?:\w+ )?(?:in|near|outside) (?P<v>PLACE)", "user", "home", "{v}", FACT, 0.9),
    (
        r"\bI(?:'m| am|'ve been| have been) ADV(?:living|based|staying for good) in (?P<v>PLACE)",
        "user",
        "home",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\b(?:I|we)(?:'ve| have)? ADVmoved (?:\w+ )?(?:from PLACE )?(?:back |over |here )?to (?P<v>PLACE)",
        "user",
        "home",
        "{v}",
        FACT,
        0.9,
    ),
    (r"\bI(?:'m| am| come) ADV(?:originally )?from (?P<v>PLACE)", "user", "origin", "{v}", FACT, 0.9),
    (r"\bI grew up (?:\w+ )?in (?P<v>PLACE)", "user", "origin", "{v}", FACT, 0.85),
    // Work and studies
    (
        r"\bI ADVwork(?:ed)? as an? (?P<v>[\p{L}-]+(?: [\p{L}-]+){0,3}?)(?:[.!,;]|$| (?:at|for|in|and|but|with|on|here|there|now|nights|days)\b)",
        "user",
        "work",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI(?:'m| am) ADVan? (?P<v>(?:[\p{L}-]+ ){0,3}?(?:JOB))(?:[.!,;]|$| (?:at|for|in|and|but|with|on|here|now|by|from)\b)",
        "user",
        "work",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bmy (?:new )?job is (?P<v>[\p{L}-]+(?:ing|er|or|ist)(?: [\p{L}-]+){0,2})(?:[.!,;]|$)",
        "user",
        "work",
        "{v}",
        FACT,
        0.8,
    ),
    (
        r"\bI(?:'m| am| just) (?:a )?(?P<v>retired(?: (?:[\p{L}-]+ ){0,2}?(?:JOB))?|unemployed|self-employed)\b",
        "user",
        "work",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI ADVwork (?:as .{2,40} )?(?:at|for) (?P<v>(?:the |a )?(?-i:\p{Lu}[\p{L}&'-]*(?: (?:of )?\p{Lu}[\p{L}&'-]*){0,3}))",
        "user",
        "work.employer",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI ADVwork (?:at|for|in) (?P<v>an? (?:[\p{L}-]+ ){0,2}(?:hospital|school|bank|bakery|shop|library|lab|restaurant|café|cafe|university|startup|factory|clinic|museum|law firm|nursery|hotel|office|bookshop|garage|theatre|farm|pharmacy|supermarket))\b",
        "user",
        "work.place",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI(?:'m| am)? ADVstud(?:y|ying) (?P<v>[\p{L}]+(?: (?:and |of )?[\p{L}]+){0,2}?)(?:[.!,;]|$| (?:at|in|for|here|with|and I|but|because|abroad)\b)",
        "user",
        "study",
        "{v}",
        FACT,
        0.85,
    ),
    (
        r"\bI(?:'m| am) (?:doing|taking|finishing) (?:a|my) (?:degree|phd|master's|masters|bachelor's|doctorate) in (?P<v>[\p{L}]+(?: [\p{L}]+){0,2}?)(?:[.!,;]|$| (?:at|in)\b)",
        "user",
        "study",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bI(?:'m| am)? (?:stud(?:y|ying)|a (?:\w+ )?student)\b.{0,40}? (?:at|in) (?P<v>(?:the )?(?:University of )?(?-i:\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){0,2}))",
        "user",
        "study.place",
        "{v}",
        FACT,
        0.85,
    ),
    (
        r"\bI (?:can )?ADVspeak (?P<v>(?-i:\p{Lu}\p{Ll}+)(?:(?:, | and |, and )(?-i:\p{Lu}\p{Ll}+))*)",
        "user",
        "languages",
        "{v}",
        FACT,
        0.85,
    ),
    (
        r"\bI(?:'m| am) learning (?P<v>(?-i:\p{Lu}\p{Ll}+)|(?:to play )?the \w+|to \w+)(?:[.!,;]|$| )",
        "user",
        "learning",
        "{v}",
        FACT,
        0.85,
    ),
    (
        r"\bI play (?:the )?(?P<v>guitar|piano|violin|cello|drums|flute|bass|trumpet|saxophone|football|tennis|chess|basketball|cricket|hockey|badminton|volleyball|rugby|golf)\b",
        "user",
        "plays.{v}",
        "{v}",
        FACT,
        0.85,
    ),
    // Family and friends
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin|baby|late|new|other|half) )*(?P<r>RELATION)(?:'s name(?:'s| is)| is called| is named|,? named|,? called|'s called| goes by) (?P<n>NAME)",
        "{n}",
        "relation",
        "{r}",
        FACT,
        0.95,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin|baby|late|new|other|half|dear) )*(?P<r>RELATION),? (?P<n>NAME)",
        "{n}",
        "relation",
        "{r}",
        FACT,
        0.9,
    ),
    (
        r"(?-i:^|, )(?P<n>NAME) is my (?:(?:big|little|older|younger|elder|eldest|youngest|twin|new|other) )*(?P<r>RELATION)(?:[.!,;]|$| and\b)",
        "{n}",
        "relation",
        "{r}",
        FACT,
        0.95,
    ),
    (
        r"\b(?:I|we)(?:'ve| have)?(?: got)? (?:have )?an? (?:(?:big|little|older|younger|elder|twin|baby) )*(?P<r>RELATION)(?:,? (?:called|named)|, whose name is) (?P<n>NAME)",
        "{n}",
        "relation",
        "{r}",
        FACT,
        0.95,
    ),
    (
        r"\b(?:I|we)(?:'ve got| have| have got) (?P<v>(?:one|two|three|four|five|six|\d)|no) (?:(?:big|little|older|younger|small|grown) )*(?P<w>sisters?|brothers?|children|kids|sons?|daughters?|siblings|grandchildren|cousins|dogs|cats)\b",
        "user",
        "count.{w}",
        "{v}",
        FACT,
        0.9,
    ),
    (r"\bI(?:'m| am) married to (?P<n>NAME)", "{n}", "relation", "spouse", FACT, 0.95),
    (r"\bI(?:'m| am) ADV(?P<v>married|divorced|widowed|engaged|single)\b", "user", "status", "{v}", FACT, 0.85),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)(?:,? NAME,?)? (?:works as|is|has become|became) an? (?P<v>(?:[\p{L}-]+ ){0,3}?(?:JOB))\b",
        "{r}",
        "work",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)(?:,? NAME,?)? (?:now |still )?(?:lives|moved(?: back)? to|has moved to|is living) (?:in )?(?P<v>PLACE)",
        "{r}",
        "home",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)(?:,? NAME,?)? (?:is|just turned|turned) (?P<v>\d{1,3})(?: years old)?(?:[.!,;]|$| and\b)",
        "{r}",
        "age",
        "{v}",
        FACT,
        0.9,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)(?:,? NAME,?)? (?:is|'s) allergic to (?P<t>THING)END",
        "{r}",
        "allergy.{t}",
        "{t}",
        FACT,
        0.9,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)(?:,? NAME,?)? ADV(?P<v>loves|likes|hates|adores) (?P<t>THING)END",
        "{r}",
        "taste.{t}",
        "{v} {t}",
        LIKES,
        0.8,
    ),
    (
        r"\bmy (?:(?:big|little|older|younger|elder|eldest|youngest|twin) )*(?P<r>RELATION)'s birthday is (?:on )?(?:the )?(?P<v>\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:MONTH)|(?:MONTH) \d{1,2}(?:st|nd|rd|th)?)",
        "{r}",
        "birthday.date",
        "{v}",
        FACT,
        0.9,
    ),
    // Pets
    (
        r"\b(?:my|our) (?:(?:new|little|old|big|other|late|dear) )*(?P<a>ANIMAL)(?:'s name(?:'s| is)| is called| is named|,? named|,? called|'s called| is now called| answers to) (?P<n>NAME)",
        "user",
        "pet.{a}.name",
        "{n}",
        FACT,
        0.95,
    ),
    (
        r"\b(?:my|our) (?:(?:new|little|old|big|other|late|dear) )*(?P<a>ANIMAL),? (?P<n>NAME)",
        "user",
        "pet.{a}.name",
        "{n}",
        FACT,
        0.9,
    ),
    (
        r"\b(?:I|we)(?:'ve| have)?(?: just| finally| also| recently)? (?:got|have|had|adopted|bought|rescued|own) an? (?:[\p{L}-]+ ){0,3}?(?P<a>ANIMAL)(?: \w+ing)?,? (?:called|named) (?P<n>NAME)",
        "user",
        "pet.{a}.name",
        "{n}",
        FACT,
        0.95,
    ),
    (
        r"\b(?:I|we) (?:re)?named (?:my|our|the) (?:new )?(?P<a>ANIMAL) (?P<n>NAME)",
        "user",
        "pet.{a}.name",
        "{n}",
        FACT,
        0.95,
    ),
    (
        r"(?-i:^|, )(?P<n>NAME) is (?:my|our) (?:new |old |little )?(?P<a>ANIMAL)\b",
        "user",
        "pet.{a}.name",
        "{n}",
        FACT,
        0.95,
    ),
    (
        r"\b(?:I|we)(?:'ve| have)?(?: just| finally| also| recently)? (?:got|have|adopted|bought|rescued|own) (?P<v>an? (?:[\p{L}-]+ ){0,3}?(?P<a>ANIMAL))(?:[.!,;]|$| (?:and|today|yesterday|now|from|at|who|last|this|called|named|but|already|with)\b)",
        "user",
        "pet.{a}",
        "{v}",
        FACT,
        0.9,
    ),
    // Allergies and diet
    (
        r"\bI(?:'m| am) ADV(?:\w+ly )?allergic to (?P<t>THING(?: and [\p{L}]+)?)END",
        "user",
        "allergy.{t}",
        "{t}",
        FACT,
        0.95,
    ),
    (
        r"\bI have an? (?:\w+ )?(?P<t>nut|peanut|pollen|cat|dog|egg|milk|shellfish|penicillin|bee|dust|gluten|soy|fish|latex) allergy\b",
        "user",
        "allergy.{t}",
        "{t}",
        FACT,
        0.95,
    ),
    (
        r"\bI(?:'m| am|'ve been| have been) ADV(?:a |an )?(?P<v>vegan|vegetarian|pescatarian|lactose[- ]intolerant|gluten[- ]intolerant|coeliac|celiac|diabetic)\b",
        "user",
        "diet",
        "{v}",
        FACT,
        0.95,
    ),
    (
        r"\bI (?:don't|do not|never) (?P<v>(?:eat|drink) (?P<t>meat|pork|beef|fish|dairy|gluten|sugar|alcohol|eggs|coffee|seafood))\b",
        "user",
        "diet.{t}",
        "doesn't {v}",
        FACT,
        0.9,
    ),
    // Likes, dislikes, preferences, favourites
    (
        r"\bI ADVprefer (?P<t>THING(?: [\p{L}]+)?) (?:to|over|rather than) (?P<w>THING)END",
        "user",
        "prefers.{t}",
        "{t} over {w}",
        LIKES,
        0.9,
    ),
    (
        r"\bmy (?:all-time |absolute )?favou?rite (?P<t>[\p{L}]+(?: [\p{L}]+){0,2}?) (?:is|are|has always been|was always) (?:definitely |still |now |probably )?(?P<v>[^.!;,]{2,60}?)(?:[.!;,]|$| (?:because|but|since|though)\b)",
        "user",
        "favourite.{t}",
        "{v}",
        LIKES,
        0.95,
    ),
    (
        r"(?-i:^)(?P<v>[\p{L}' -]{2,40}?) is my (?:all-time |absolute )?favou?rite (?P<t>[\p{L}]+(?: [\p{L}]+){0,1}?)(?:[.!;,]|$)",
        "user",
        "favourite.{t}",
        "{v}",
        LIKES,
        0.9,
    ),
    (
        r"\bI ADV(?P<v>love|like|enjoy|adore) (?P<t>to [\p{L}]+(?: [\p{L}]+){0,3}?|THING)END",
        "user",
        "taste.{t}",
        "{v}",
        LIKES,
        0.8,
    ),
    (
        r"\bI(?:'m| am) (?:really |so |totally )?(?:into|fond of|crazy about|a (?:big |huge )?fan of) (?P<t>THING)END",
        "user",
        "taste.{t}",
        "like",
        LIKES,
        0.8,
    ),
    (
        r"\bI ADV(?:hate|dislike|can't stand|cannot stand|detest|loathe|can't bear|don't (?:really )?like|do not like|don't enjoy|never liked) (?P<t>THING)END",
        "user",
        "taste.{t}",
        "dislike",
        LIKES,
        0.85,
    ),
    (
        r"\bI(?:'m| am) not (?:really )?(?:a (?:big |huge )?fan of|into|fond of) (?P<t>THING)END",
        "user",
        "taste.{t}",
        "dislike",
        LIKES,
        0.8,
    ),
];
