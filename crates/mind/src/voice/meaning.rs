//! What words mean to the voice: stems, and classes of words that may stand for each other ("puppy" for "dog",
//! "mum" for "mother"), with what they are a kind of.

use crate::memory::extract::terms::{ANIMALS, RELATIONS};
use crate::text::Analyzer;
use compact_str::CompactString;
use hashbrown::{HashMap, HashSet};

/// A stem or a class. Hardly any is longer than what fits in without an allocation.
pub(super) type Stem = CompactString;

/// What a text speaks of.
pub(super) type Stems = HashSet<Stem>;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its class, or else its stem.
    pub(super) key: Stem,
    /// As it was spelled.
    pub(super) surface: CompactString,
    /// Says nothing by itself.
    pub(super) stop: bool,
    /// Where it begins.
    pub(super) start: usize,
}

impl Word {
    pub(super) fn capital(&self) -> bool {
        self.surface.chars().next().is_some_and(char::is_uppercase)
    }

    /// One of these, which are in small letters of ASCII.
    pub(super) fn is_one_of(&self, list: &[&str]) -> bool {
        list.iter().any(|word| word.eq_ignore_ascii_case(&self.surface))
    }
}

/// Stems and classes. Built once.
#[derive(Debug)]
pub(super) struct Meaning {
    analyzer: Analyzer,
    /// stem -> class
    class: HashMap<String, &'static str>,
    /// class -> what it is a kind of
    kinds: HashMap<&'static str, &'static str>,
    /// The classes of people and animals that can be somebody's.
    somebodies: HashSet<&'static str>,
}

/// The first word names the class; the rest may stand for it.
const CLASSES: &[&[&str]] = &[
    &[
        "home",
        "live",
        "living",
        "reside",
        "moved",
        "move",
        "moving",
        "relocate",
        "address",
        "flat",
        "apartment",
        "house",
    ],
    &["work", "job", "profession", "occupation", "career", "employer", "employed"],
    &["study", "studies", "studying", "degree", "major", "course", "university", "college"],
    &["like", "love", "enjoy", "adore", "prefer", "fond", "fan", "hate", "dislike", "detest", "loathe"],
    &["car", "automobile", "vehicle"],
    &["bicycle", "bike", "cycling"],
    &["exam", "test", "finals", "examination"],
    &["film", "movie", "cinema"],
    &["holiday", "vacation", "trip", "travel", "travelled", "travelling", "journey"],
    &["buy", "bought", "purchase", "purchased"],
    &["cook", "cooked", "bake", "baked", "made", "make"],
    &["eat", "ate", "eaten", "dinner", "lunch", "meal"],
    &["begin", "began", "begun", "start", "started"],
    &["get", "got", "gotten", "adopt", "adopted", "receive", "received"],
    &["meet", "met", "meeting"],
    &["see", "saw", "seen", "watch", "watched"],
    &["run", "ran", "running", "marathon"],
    &["die", "died", "death", "pass-away", "dead"],
    &["sick", "ill", "illness", "unwell", "flu", "cold"],
    &["wedding", "marry", "married", "marriage"],
    &["child", "children", "kid", "kids"],
    &["friend", "friends", "buddy", "mate"],
    &["colour", "color"],
    &["favourite", "favorite", "favourites"],
    &["phone", "mobile", "smartphone"],
    &["doctor", "gp", "physician"],
    &["allergy", "allergic", "allergies"],
    &["present", "gift"],
    &["write", "wrote", "written", "writing"],
    &["read", "reading"],
    &["paint", "painted", "painting"],
    &["win", "won"],
    &["lose", "lost"],
    &["find", "found"],
    &["break", "broke", "broken"],
    &["teach", "taught", "teaching"],
    &["fly", "flew", "flying", "flight"],
    &["go", "went", "gone", "going"],
    &["leave", "left"],
    &["quit", "resign", "resigned"],
    &["birthday", "born", "birth"],
    &["spouse", "married-to"],
    &["hobby", "hobbies", "pastime"],
    &["instrument", "guitar", "piano", "violin", "cello", "drums", "flute"],
    &["language", "languages"],
    &["afraid", "scared", "fear", "frightened", "terrified"],
    &["old", "age", "aged"],
];

/// The family and the house animals in other languages, so that "Meine Schwester heißt Inés" answers an English
/// question: (class, words).
const FOREIGN: &[(&str, &str)] = &[
    ("mother", "mutter madre mère maman"),
    ("father", "vater padre père pai"),
    ("sister", "schwester hermana soeur sœur irmã sorella"),
    ("brother", "bruder hermano frère irmão fratello"),
    ("daughter", "tochter hija fille filha figlia"),
    ("son", "sohn hijo fils filho figlio"),
    ("wife", "esposa femme moglie"),
    ("husband", "ehemann esposo marido marito"),
    ("grandmother", "oma großmutter abuela nonna"),
    ("grandfather", "opa großvater abuelo nonno"),
    ("dog", "hund perro perra chien cachorro"),
    ("cat", "katze kater gato gata gatos gatto"),
];

/// Words of one field of life: what was told of one of them bears on a question about another. Classes or stems.
const FIELDS: &[&[&str]] = &[
    &[
        "sick",
        "diseas",
        "diagnos",
        "diagnosi",
        "cancer",
        "tumour",
        "tumor",
        "hospit",
        "surgeri",
        "oper",
        "condit",
        "health",
        "chemo",
        "stroke",
        "dementia",
        "treatment",
        "wrong",
    ],
    &["work", "fire", "sack", "promot", "hire", "boss", "salari", "redund", "unemploy", "retir"],
    &["study", "school", "exam", "grade", "graduat"],
    &["wedding", "engag", "divorc", "separ", "propos"],
    &["die", "funer", "buri", "grave"],
    &["pregnant", "baby", "birthday", "expect", "due"],
];

/// A class and what it is a kind of.
const KINDS: &[(&str, &str)] = &[
    ("wife", "spouse"),
    ("husband", "spouse"),
    ("sister", "sibling"),
    ("brother", "sibling"),
    ("mother", "parent"),
    ("father", "parent"),
    ("son", "child"),
    ("daughter", "child"),
    ("best friend", "friend"),
    ("grandmother", "grandparent"),
    ("grandfather", "grandparent"),
];

impl Meaning {
    pub(super) fn new() -> Self {
        let analyzer = Analyzer::new();
        let mut class = HashMap::new();
        let mut kinds: HashMap<&'static str, &'static str> = KINDS.iter().copied().collect();
        for row in CLASSES.iter().chain(RELATIONS).chain(ANIMALS) {
            let Some(name) = row.first() else { continue };
            for word in row.iter().filter(|w| !w.contains(' ')) {
                class.entry(analyzer.stem(word)).or_insert(*name);
            }
        }
        for (name, words) in FOREIGN {
            for word in words.split(' ') {
                class.entry(analyzer.stem(word)).or_insert(*name);
            }
        }
        for row in ANIMALS {
            if let Some(name) = row.first() {
                kinds.insert(name, "pet");
            }
        }
        let beings = RELATIONS.iter().chain(ANIMALS).filter_map(|row| row.first().copied());
        let somebodies =
            beings.chain(["pet", "child", "sibling", "parent", "spouse", "friend", "grandparent"]).collect();
        Self { analyzer, class, kinds, somebodies }
    }

    /// The words of a text, in order.
    pub(super) fn words(&self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        self.analyzer.each(text, |term| {
            words.push(Word {
                key: self.key(term.stem),
                surface: term.surface.into(),
                stop: term.stop,
                start: term.start,
            });
        });
        words
    }

    /// The class of a stem, or the stem.
    fn key(&self, stem: &str) -> Stem {
        self.class.get(stem).map_or_else(|| stem.into(), |class| Stem::const_new(class))
    }

    /// The class of a word.
    pub(super) fn key_of(&self, word: &str) -> Stem {
        self.key(&self.analyzer.stem(word))
    }

    /// Everything a text speaks of: the class of each word and what that is a kind of.
    pub(super) fn of(&self, text: &str) -> Stems {
        // A word has four letters and the space behind it, some speak of two or three things.
        let mut all = Stems::with_capacity(text.len() / 4);
        self.analyzer.each(text, |term| {
            let class = self.class.get(term.stem).copied();
            let kind = self.kinds.get(class.unwrap_or(term.stem)).copied();
            all.insert(term.stem.into());
            all.extend([class, kind].into_iter().flatten().map(Stem::const_new));
        });
        all
    }

    /// The field of life that a class or stem belongs to.
    pub(super) fn field(key: &str) -> Option<usize> {
        FIELDS.iter().position(|words| words.contains(&key))
    }

    /// Is this class a person or an animal that can be somebody's?
    pub(super) fn is_somebody(&self, key: &str) -> bool {
        self.somebodies.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_each_other_upwards_only() {
        let meaning = Meaning::new();
        let puppy = meaning.of("a golden retriever");
        assert!(puppy.contains("dog") && puppy.contains("pet"));
        assert!(!meaning.of("a kitten").contains("dog"));
        assert!(!meaning.of("my pet").contains("dog"));
        assert_eq!(meaning.key_of("mum"), "mother");
        assert_eq!(meaning.key_of("Movies"), "film");
        assert!(meaning.of("my daughter").contains("child"));
    }
}
