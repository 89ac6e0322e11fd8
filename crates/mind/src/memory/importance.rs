//! Importance: how much a message will matter later, 0..1.
//!
//! Four criteria, weighted: emotional significance 30 %, future relevance 25 %, uniqueness 25 %, personal disclosure
//! 20 %. Each is judged by what people say when they tell something of themselves: a name, a home, a work, an illness, a
//! plan, a liking. A language model judges better where there is one; this judges always, and the same way twice.

use crate::appraisal::{Appraisal, RuleName, Rules, language};
use crate::persona::Temperament;
use crate::phrase::{Words, listed};

/// From this score on, a memory is long-term at once.
pub const LONG_TERM: f64 = 0.7;

/// How far a message meets each criterion, 0..1.
#[derive(Clone, Copy, Debug, Default)]
struct Criteria {
    emotional: f64,
    relevance: f64,
    uniqueness: f64,
    disclosure: f64,
}

impl Criteria {
    const fn new(emotional: f64, relevance: f64, uniqueness: f64, disclosure: f64) -> Self {
        Self { emotional, relevance, uniqueness, disclosure }
    }

    fn at_least(self, other: Self) -> Self {
        Self {
            emotional: self.emotional.max(other.emotional),
            relevance: self.relevance.max(other.relevance),
            uniqueness: self.uniqueness.max(other.uniqueness),
            disclosure: self.disclosure.max(other.disclosure),
        }
    }

    fn score(self) -> f64 {
        (0.30 * self.emotional + 0.25 * self.relevance + 0.25 * self.uniqueness + 0.20 * self.disclosure)
            .clamp(0.0, 1.0)
    }
}

/// Appraises a message of the person's and scores its importance (0..=1). A language that the lexicons do not know is given
/// the benefit of the doubt.
pub fn appraise_and_score(rules: &Rules, text: &str, temperament: &Temperament) -> (Appraisal, f64) {
    let words = Words::of(text);
    let english = language::is_english(&words);
    let appraisal = rules.appraise_words(text, &words, english, temperament);
    let importance = score_words(text, &words, english, &appraisal);
    (appraisal, importance)
}

/// The importance (0..=1) of a message that was appraised before: as [`appraise_and_score`] scores it.
pub fn score(text: &str, appraisal: &Appraisal) -> f64 {
    let words = Words::of(text);
    score_words(text, &words, language::is_english(&words), appraisal)
}

fn score_words(text: &str, words: &Words, english: bool, appraisal: &Appraisal) -> f64 {
    if words.len() == 0 {
        return 0.0;
    }
    let foreign = !english || text.chars().filter(|c| c.is_alphabetic()).any(|c| c > '\u{24f}');
    let mut met = Criteria::default();
    for sentence in sentences(words) {
        met = met.at_least(if foreign { unread(words, &sentence) } else { told(text, words, &sentence) });
    }
    met.at_least(felt(appraisal)).score()
}

fn sentences(words: &Words) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let sentence = words.sentence_of(at);
        at = sentence.end.max(at + 1);
        all.push(sentence);
    }
    all
}

/// What the appraisal says of it.
fn felt(appraisal: &Appraisal) -> Criteria {
    let strength = appraisal.intensity;
    match appraisal.rule {
        RuleName::News if strength >= 0.9 => Criteria::new(1.0, 0.95, 0.9, 1.0),
        RuleName::News if strength >= 0.65 => Criteria::new(0.9, 0.85, 0.7, 0.8),
        RuleName::News => Criteria::new(0.6, 0.6, 0.5, 0.6),
        RuleName::Achievement | RuleName::Failure => Criteria::new(0.6, 0.45, 0.35, 0.5),
        RuleName::Surprise => Criteria::new(0.4, 0.3, 0.35, 0.2),
        RuleName::Social => Criteria::new(0.25, 0.35, 0.3, 0.4),
        // How the companion is spoken to says little about a life.
        RuleName::Compliment | RuleName::Regard => Criteria::new(0.3, 0.1, 0.0, 0.1),
        RuleName::Valence => Criteria::new(strength, 0.0, 0.0, 0.0),
    }
}

/// A sentence that cannot be read: neither thrown away nor kept for ever.
fn unread(words: &Words, sentence: &std::ops::Range<usize>) -> Criteria {
    if words.ending(sentence.start).question || (sentence.len() < 2 && words.get(sentence.start).chars().count() < 6) {
        Criteria::new(0.0, 0.2, 0.1, 0.1)
    } else {
        Criteria::new(0.2, 0.4, 0.45, 0.4)
    }
}

/// What an English sentence tells.
fn told(text: &str, words: &Words, sentence: &std::ops::Range<usize>) -> Criteria {
    let w = |i: usize| if sentence.contains(&i) { words.get(i) } else { "" };
    let any = |of: fn(&str) -> bool| sentence.clone().any(|i| of(w(i)));
    let first = w(sentence.start);
    let asks_to_remember = sentence.clone().any(|i| {
        (w(i) == "remind" && w(i + 1) == "me")
            || (w(i) == "remember" && i < sentence.start + 2 && matches!(w(i + 1), "that" | "this" | "my" | "to" | "i"))
            || (w(i) == "not" && w(i + 1) == "forget")
    });
    if words.ending(sentence.start).question {
        let own = if any(is_own) { 0.2 } else { 0.0 };
        return Criteria::new(0.0, 0.1, 0.1, own);
    }
    if asks_to_remember {
        return Criteria::new(0.3, 1.0, 0.6, 0.5);
    }
    if is_request(first) || (first == "please" && is_request(w(sentence.start + 1))) {
        return Criteria::new(0.0, 0.1, 0.15, 0.0);
    }
    let specifics = sentence.clone().filter(|&i| specific(text, words, sentence.start, i)).count();
    let substance = sentence.clone().filter(|&i| words.get(i).len() > 3).count();
    let own = any(is_own) || sentence.clone().any(|i| w(i) == "i");
    let mut met = Criteria::new(0.0, 0.1, (0.05 * substance as f64).min(0.3) + 0.12 * specifics.min(3) as f64, 0.0);
    if !own && !any(is_kin) && !named(&w, sentence) {
        return met;
    }
    met = met.at_least(Criteria::new(0.0, 0.25, 0.2, 0.35));
    for i in sentence.clone() {
        met = met.at_least(disclosed(&w, i));
    }
    if named(&w, sentence) {
        met = met.at_least(Criteria::new(0.3, 0.9, 0.65, 0.6));
    }
    if any(is_kin) {
        met = met.at_least(Criteria::new(0.2, 0.5, 0.35, 0.5));
    }
    if hypothetical(&w, sentence) {
        met.relevance *= 0.6;
    }
    met.uniqueness = (met.uniqueness + 0.08 * specifics.min(3) as f64).min(1.0);
    met
}

/// What the words from `i` on disclose of the person.
fn disclosed<'w>(w: &impl Fn(usize) -> &'w str, i: usize) -> Criteria {
    let (this, next, third) = (w(i), w(i + 1), w(i + 2));
    // Adverbs between subject and verb do not count.
    let verb =
        if matches!(next, "really" | "also" | "just" | "always" | "still" | "do" | "have" | "absolutely" | "never") {
            if third == "not" { w(i + 3) } else { third }
        } else {
            next
        };
    let i_or_we = matches!(this, "i" | "we");
    if is_health(this) {
        return Criteria::new(0.55, 0.95, 0.7, 0.9);
    }
    if matches!(this, "secret" | "ashamed" | "confess" | "trauma" | "abused") || (this == "never" && next == "told") {
        return Criteria::new(0.7, 0.7, 0.6, 1.0);
    }
    if matches!(this, "favourite" | "favorite") {
        return Criteria::new(0.2, 0.6, 0.4, 0.6);
    }
    if is_occasion(this) {
        return Criteria::new(0.35, 0.75, 0.5, 0.5);
    }
    if !i_or_we {
        return Criteria::default();
    }
    match verb {
        "prefer" | "like" | "love" | "enjoy" | "hate" | "dislike" | "adore" | "collect" => {
            Criteria::new(0.2, 0.55, 0.35, 0.6)
        }
        "live" | "lived" | "moved" | "grew" | "work" | "worked" | "study" | "studied" | "teach" | "speak" | "play"
        | "own" | "run" | "married" | "come" | "drive" | "volunteer" | "write" | "paint" => {
            Criteria::new(0.25, 0.75, 0.5, 0.65)
        }
        "was" if third == "born" => Criteria::new(0.3, 0.9, 0.6, 0.7),
        "am" | "was"
            if matches!(third, "a" | "an" | "the" | "from" | "in") && !matches!(w(i + 3), "bit" | "little" | "lot") =>
        {
            Criteria::new(0.25, 0.65, 0.45, 0.65)
        }
        "am" | "feel" | "felt" => Criteria::new(0.35, 0.35, 0.3, 0.6),
        "want" | "plan" | "hope" | "decided" | "will" | "going" | "promised" | "dream" | "need" => {
            Criteria::new(0.25, 0.55, 0.35, 0.5)
        }
        "believe" | "regret" | "miss" | "fear" | "wish" => Criteria::new(0.5, 0.45, 0.4, 0.75),
        _ if next == "have" && matches!(third, "a" | "an" | "two" | "three" | "four" | "no") => {
            Criteria::new(0.2, 0.6, 0.4, 0.55)
        }
        _ => Criteria::default(),
    }
}

/// "Named X", "called X", "my name is X", "call me X".
fn named<'w>(w: &impl Fn(usize) -> &'w str, sentence: &std::ops::Range<usize>) -> bool {
    sentence.clone().any(|i| {
        (w(i) == "named" && !w(i + 1).is_empty())
            || (w(i) == "name" && matches!(w(i + 1), "is" | "was"))
            || (w(i) == "call" && w(i + 1) == "me" && !matches!(w(i + 2), "back" | "later" | "when" | ""))
            || (w(i) == "called"
                && i > sentence.start
                && matches!(w(i - 1), "is" | "am" | "puppy" | "dog" | "cat" | "kitten"))
    })
}

fn hypothetical<'w>(w: &impl Fn(usize) -> &'w str, sentence: &std::ops::Range<usize>) -> bool {
    sentence.clone().take(4).any(|i| matches!(w(i), "if" | "imagine" | "suppose" | "pretend" | "maybe" | "perhaps"))
}

/// A name or a number within the sentence.
fn specific(text: &str, words: &Words, start: usize, i: usize) -> bool {
    let mut chars = text.get(words.offset(i)..).unwrap_or_default().chars();
    match chars.next() {
        Some(c) if c.is_numeric() => true,
        Some(c) if c.is_uppercase() => {
            i > start
                && !words.shouted(i)
                && words.get(i) != "i"
                && words.offset(i) != words.offset(i - 1)
                && !matches!((c, chars.next()), ('I', Some('\'' | '’')))
        }
        _ => false,
    }
}

fn is_own(word: &str) -> bool {
    matches!(word, "my" | "our" | "mine" | "me" | "us" | "we" | "myself")
}

fn is_request(word: &str) -> bool {
    listed(
        "tell show give explain help write translate list find search play make summarise summarize let hi hello \
         hey ok okay thanks thank bye goodbye lol haha yes yeah no nope sure cool nice wow hmm good what how",
        word,
    )
}

fn is_kin(word: &str) -> bool {
    listed(
        "mum mom mother dad father brother sister son daughter wife husband partner girlfriend boyfriend fiance \
         fiancé fiancee fiancée grandma grandpa grandmother grandfather aunt uncle cousin nephew niece baby \
         twins parents dog cat puppy kitten",
        word,
    )
}

fn is_health(word: &str) -> bool {
    listed(
        "allergic allergy diabetic diabetes asthma epilepsy medication antidepressants celiac coeliac intolerant \
         adhd autistic bipolar depression ptsd therapist insulin cancer chemo vegan vegetarian phobia surgery",
        word,
    )
}

fn is_occasion(word: &str) -> bool {
    listed(
        "birthday anniversary wedding interview exam appointment deadline flight graduation funeral operation \
         audition",
        word,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLING: Temperament =
        Temperament { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, neuroticism: 0.5 };

    fn scored(rules: &Rules, text: &str) -> f64 {
        let (appraisal, importance) = appraise_and_score(rules, text, &MIDDLING);
        assert_eq!(score(text, &appraisal).to_bits(), importance.to_bits());
        importance
    }

    #[test]
    fn the_guides_five_examples_are_within_015() {
        let rules = Rules::new();
        for (text, expected) in [
            ("I just got a new puppy named Max!", 0.75),
            ("What's the weather like?", 0.1),
            ("My dad passed away last month, I'm still grieving", 0.95),
            ("I prefer tea over coffee", 0.4),
            ("I just got promoted to senior engineer at Google!", 0.9),
        ] {
            let got = scored(&rules, text);
            assert!((got - expected).abs() <= 0.15, "{text}: {got:.2} for {expected}");
        }
        assert!(scored(&rules, "I got a new puppy today!") > 0.5);
    }

    /// Own statements, each with the band it belongs to.
    #[test]
    fn statements_fall_into_their_bands() {
        let bands: [(f64, f64, &[&str]); 5] = [
            (
                0.0,
                0.2,
                &[
                    "",
                    "ok",
                    "lol",
                    "Hi there",
                    "Good morning",
                    "How are you?",
                    "What time is it?",
                    "Tell me a joke",
                    "thanks!",
                    "Can you explain photosynthesis?",
                    "Write a poem about rain",
                    "What's the capital of France?",
                    "hmm",
                    "What is my dog's name?",
                    "Do you remember where I live?",
                    "Sure, go ahead",
                    "It is raining",
                    "Please translate this sentence",
                    "haha yes",
                    "The bus was late",
                ],
            ),
            (
                0.1,
                0.45,
                &[
                    "I had soup for lunch",
                    "The film was quite good",
                    "I'm a bit tired",
                    "I watched a documentary about whales",
                    "Traffic was terrible this morning",
                    "We talked about politics",
                    "I slept well",
                    "I went for a walk",
                    "I'm cooking pasta",
                    "I think cats are funny",
                ],
            ),
            (
                0.3,
                0.62,
                &[
                    "I love jazz",
                    "My favourite colour is green",
                    "I don't like horror films",
                    "I enjoy hiking on weekends",
                    "I play the cello",
                    "I want to learn Italian",
                    "I hate mushrooms",
                    "I have two brothers",
                    "My sister lives in Oslo",
                    "I feel lonely these days",
                    "I miss my old school",
                    "I'm from Karachi",
                ],
            ),
            (
                0.45,
                0.82,
                &[
                    "His name is Sparky and he's a golden retriever.",
                    "My name is Amina",
                    "I'm allergic to peanuts",
                    "I work as a nurse at St Mary's Hospital",
                    "I live in Berlin with my wife Clara",
                    "Remind me to call mum on Sunday",
                    "My daughter is called Noor",
                    "My job interview is on Tuesday",
                    "I was born in 1987 in Lahore",
                    "My birthday is 12 March",
                    "Remember that I don't eat pork",
                    "I failed my driving test again",
                ],
            ),
            (
                0.68,
                1.0,
                &[
                    "I've never told anyone, but I was abused",
                    "I got the job at Siemens!",
                    "My mother died on Sunday",
                    "We're having a baby in May",
                    "I was diagnosed with cancer",
                    "My husband left me yesterday",
                    "I'm getting married to Tom in June",
                    "I lost my job last week",
                    "We had to put our dog Bruno to sleep",
                    "I graduated from medical school!",
                    "We adopted a kitten called Pixel",
                ],
            ),
        ];
        let rules = Rules::new();
        let mut wrong = Vec::new();
        let mut count = 0;
        for (from, to, texts) in bands {
            for text in texts {
                count += 1;
                let got = scored(&rules, text);
                if !(from..=to).contains(&got) {
                    wrong.push(format!("{text:?}: {got:.2} not in {from}..{to}"));
                }
            }
        }
        assert!(count >= 60);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn unread_languages_are_neither_lost_nor_exalted() {
        let rules = Rules::new();
        for text in ["Mi perro se llama Canela y vive con mi madre", "昨日、犬を飼い始めました", "मेरी बहन लंदन में रहती है"]
        {
            let got = scored(&rules, text);
            assert!((0.3..0.6).contains(&got), "{text}: {got:.2}");
        }
        assert!(scored(&rules, "¿Qué hora es?") < 0.25);
    }
}
