//! The words that the grammar knows: adverbs, irregular verbs, and words that are nobody's name.

/// Adverbs that stand between a subject and its verb.
pub(super) const ADVERBS: &[&str] = &[
    "really",
    "absolutely",
    "just",
    "also",
    "still",
    "now",
    "currently",
    "always",
    "honestly",
    "so",
    "truly",
    "recently",
    "finally",
    "already",
    "simply",
    "actually",
    "quite",
    "completely",
    "especially",
    "usually",
    "normally",
    "typically",
    "generally",
    "often",
    "sometimes",
    "mostly",
    "mainly",
    "probably",
    "definitely",
    "totally",
    "both",
    "all",
    "only",
    "even",
    "ever",
    "kind",
    "sort",
    "pretty",
    "very",
    "literally",
    "basically",
    "officially",
    "originally",
    "secretly",
    "deeply",
    "happily",
    "proudly",
    "obviously",
    "apparently",
    "clearly",
    "since",
    "then",
    "too",
    "either",
    "once",
    "lately",
    "formerly",
    "previously",
    "presently",
];

/// Irregular forms: (form, base, past or participle).
pub(super) const IRREGULAR: &[(&str, &str, bool)] = &[
    ("went", "go", true),
    ("gone", "go", true),
    ("goes", "go", false),
    ("got", "get", true),
    ("gotten", "get", true),
    ("came", "come", true),
    ("grew", "grow", true),
    ("grown", "grow", true),
    ("taught", "teach", true),
    ("teaches", "teach", false),
    ("drove", "drive", true),
    ("driven", "drive", true),
    ("drives", "drive", false),
    ("ran", "run", true),
    ("running", "run", false),
    ("ate", "eat", true),
    ("eaten", "eat", true),
    ("drank", "drink", true),
    ("took", "take", true),
    ("taken", "take", true),
    ("spoke", "speak", true),
    ("spoken", "speak", true),
    ("woke", "wake", true),
    ("woken", "wake", true),
    ("bought", "buy", true),
    ("sold", "sell", true),
    ("quit", "quit", false),
    ("gave", "give", true),
    ("given", "give", true),
    ("left", "leave", true),
    ("leaving", "leave", false),
    ("lost", "lose", true),
    ("met", "meet", true),
    ("began", "begin", true),
    ("begun", "begin", true),
    ("beginning", "begin", false),
    ("kept", "keep", true),
    ("slept", "sleep", true),
    ("built", "build", true),
    ("wrote", "write", true),
    ("written", "write", true),
    ("made", "make", true),
    ("sang", "sing", true),
    ("swam", "swim", true),
    ("swimming", "swim", false),
    ("rode", "ride", true),
    ("ridden", "ride", true),
    ("dying", "die", false),
    ("broke", "break", true),
    ("broken", "break", true),
    ("owns", "own", false),
    ("studies", "study", false),
    ("studied", "study", true),
    ("studying", "study", false),
    ("marries", "marry", false),
    ("married", "marry", true),
    ("loves", "love", false),
    ("loved", "love", true),
    ("loving", "love", false),
    ("hated", "hate", true),
    ("hates", "hate", false),
    ("hating", "hate", false),
    ("planning", "plan", false),
    ("planned", "plan", true),
    ("stopped", "stop", true),
    ("stopping", "stop", false),
    ("getting", "get", false),
    ("quitting", "quit", false),
    ("felt", "feel", true),
    ("told", "tell", true),
    ("became", "become", true),
    ("becoming", "become", false),
    ("knew", "know", true),
    ("saw", "see", true),
    ("won", "win", true),
    ("winning", "win", false),
    ("saving", "save", false),
    ("knitting", "knit", false),
    ("fell", "fall", true),
    ("flew", "fly", true),
    ("flown", "fly", true),
    ("sleeping", "sleep", false),
    ("jogging", "jog", false),
    ("dropped", "drop", true),
    ("dropping", "drop", false),
    ("preferred", "prefer", true),
    ("put", "put", false),
    ("majoring", "major", false),
    ("dreamt", "dream", true),
    ("settled", "settle", true),
    ("retired", "retire", true),
    ("moved", "move", true),
    ("adored", "adore", true),
    ("lived", "live", true),
    ("resided", "reside", true),
    ("relocated", "relocate", true),
    ("hired", "hire", true),
    ("volunteered", "volunteer", true),
    ("adopted", "adopt", true),
    ("rescued", "rescue", true),
    ("raised", "raise", true),
    ("does", "do", false),
    ("did", "do", true),
    ("doing", "do", false),
    ("had", "have", true),
    ("has", "have", false),
    ("having", "have", false),
];

/// A word that may stand first with a capital and is nobody's name.
pub(super) fn is_function(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "he" | "she"
            | "they"
            | "we"
            | "you"
            | "this"
            | "that"
            | "these"
            | "those"
            | "there"
            | "what"
            | "who"
            | "which"
            | "everyone"
            | "everybody"
            | "someone"
            | "nobody"
            | "nothing"
            | "everything"
            | "something"
            | "work"
            | "life"
            | "people"
            | "today"
            | "yesterday"
            | "tomorrow"
            | "my"
            | "our"
            | "his"
            | "her"
            | "their"
            | "its"
            | "one"
            | "some"
            | "all"
            | "both"
            | "each"
            | "when"
            | "where"
            | "why"
            | "how"
            | "if"
            | "and"
            | "but"
            | "or"
            | "so"
            | "then"
            | "now"
            | "time"
            | "music"
            | "winter"
            | "summer"
            | "spring"
            | "autumn"
            | "coffee"
            | "tea"
            | "traffic"
            | "weather"
            | "dinner"
            | "lunch"
            | "breakfast"
            | "nice"
            | "love"
            | "also"
            | "always"
            | "never"
            | "still"
            | "just"
            | "here"
            | "well"
            | "no"
            | "yes"
            | "mum"
            | "dad"
            | "mom"
            | "google"
            | "let"
            | "turns"
            | "sounds"
            | "looks"
            | "seems"
            | "feels"
            | "thanks"
            | "guess"
            | "imagine"
            | "knock"
            | "dr"
            | "mr"
            | "mrs"
    )
}
