//! What a crisis sounds like in English. The pattern language is that of [`crate::phrase`].

use super::{Concern, Crisis, Grade, Language};
use crate::phrase::{Classes, Hit, Phrases, Words, is_negation, listed};

/// What a phrase is a sign of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Own(Grade),
    Others(Grade),
    /// A figure of speech: whatever it covers is let through.
    Idiom,
}

const CLASSES: &Classes = &[
    ("harm", "kill hang shoot drown stab poison unalive hurt cut harm"),
    ("killing", "killing hanging shooting drowning unaliving"),
    ("they", "he she they"),
    (
        "someone",
        "friend brother sister mum mom mother dad father son daughter wife husband partner girlfriend boyfriend bf gf bff cousin \
         roommate flatmate classmate colleague student neighbour neighbor uncle aunt niece nephew kid child teenager ex someone \
         somebody mate bestie grandma grandpa grandfather grandmother",
    ),
    ("oneself", "himself herself themselves themself"),
    ("more", "more anymore longer"),
    ("soon", "tonight now today tomorrow soon"),
    ("be", "am is are was be been being feel feels feeling felt"),
    ("very", "so just really completely totally utterly always all such like a the only"),
    ("will", "will going about ready planning gonna"),
];

/// Where "someone" stands in the classes.
const SOMEONE: usize = 3;

const TABLES: &[(Sign, &str)] = &[
    (
        Sign::Idiom,
        "dying|die|died|dies of|from ?pure ?sheer laughter|laughing|embarrassment|boredom|shame|hunger|thirst|cold|heat|curiosity|cuteness|cringe|excitement|happiness
         dying to; die laughing|inside; died laughing|inside; to die for; want to die laughing|happy|old; kill|killing it|time|the
         killing|kill myself laughing|studying|training; killing myself over|working|trying; killing myself at ?the work|gym|job; killing myself to finish|meet|earn|please
         suicide squad|prevention|awareness|hotline|bomber|bombing|rate|rates|statistics|vest|mission|door
         cut|cutting myself some|off|short|shaving|cooking|chopping|on|opening; cut|cutting myself while|when cooking|shaving|chopping; cut myself a slice|piece|break
         accidentally ..1 hurt|cut|burned|stabbed|shot|poisoned; hurt|hurting myself playing|running|lifting|skiing|falling|training|accidentally; hurt|hurting myself at ?the gym|work|practice|football
         shoot|shot myself in the foot; hang myself out; drown|drowning myself in work|sorrow|coffee|music|books; kill|killed myself in the game
         end it with him|her|them; overdose|overdosed|overdosing on ..1 chocolate|sugar|coffee|caffeine|cuteness|netflix|tv|cake|cheese|memes
         burn myself out; want to disappear into|from; goodbye letter|note|party ..2 colleagues|teacher|students|boss|team; have a gun licence|license|range|safe
         took|take|taking ..2 pills|meds|medication|tablets every|daily|twice; hate my life|myself for eating|laughing; can ..1 go on holiday|vacation",
    ),
    (
        Sign::Own(Grade::Imminent),
        "i ..1 @will ?to ..1 @harm myself @soon|right|this; @harm|@killing myself @soon; @harm|@killing myself right now; @harm myself this week|weekend|evening|morning|night
         end|ending my|it life|all @soon|right; end|ending it @soon; end|ending my life @soon|right; i am @will ?to end|take my ?own life; i am @will ?to end it ?all
         i am @will ?to @harm|overdose|jump ?myself $; i am @will to @harm myself; i @will @harm myself; took|swallowed|taken ..2 all|whole|bottle|too ..3 pills|tablets|meds|medication|bottle|sleeping|paracetamol|tylenol|ibuprofen
         took|taken an overdose; i ?just|have overdosed; i am overdosing; have|got|bought|holding a|the|my|some gun|rope|noose|razor|blade|pills|knife ..1 and|ready|beside|here|next|to
         gun to|in|against my head|mouth; suicide note|letter; wrote|written|writing ..2 goodbye letter|note|letters|notes|message; how ..2 tie a noose
         standing|sitting|am on ..2 bridge|ledge|edge|roof|rooftop|tracks|railing ..4 jump|end|ready|over; going to|about|ready jump off|from|in|to ..4 bridge|roof|building|window|ledge|balcony|train
         jump in front of ..2 train|truck|bus|car; throw myself in|off|under|from; this is ..2 goodbye forever; goodbye forever; my last message|night|day alive|on|ever; by the time you read|see this
         tonight|today is the|my night|day|last i|night|day; will not be|wake alive|here|around|up tomorrow|anymore|much|after; have|made|got a plan to kill|die|end|do; know how i am going to do|die
         i am @will ?to die by suicide; i am bleeding ..3 cut; slit my|wrists ?wrists|throat; say|saying my goodbyes; i have ..2 to end it ?all $",
    ),
    (
        Sign::Own(Grade::Ideation),
        "@killing|@harm myself; killed myself; tried to @harm myself; end|ending my ?own life; take|taking my own life; took my own life; suicidal
         i ?really|just|honestly|sometimes|often|only|do want|wanted|wanting to die; want|wants|wanting to die; want|wanting to be dead; wish|wished ..2 i was|were dead; wish i could ?just die|disappear
         wish ..2 i ..1 never ?been born|existed; do not want to live|exist; do not want to be alive|here any|@more; do not want to be alive; do not want to wake up; not wanting to be|live|exist|wake alive|here|anymore|up|any
         better off dead; better off without me; better ..1 if i was|were dead|gone; no reason|point to|in live|living|life|alive|being; nothing ..1 to live for; life is not worth living|it; not worth living; is life ..1 worth living
         tired of living|life|existing; tired of being alive; sick of living|being ?alive; think|thinking|thought|thoughts about|of ..1 suicide|dying|death|ending; considering|contemplating|contemplated|attempted|attempt suicide; commit|committing suicide
         self harm|harming|harmed; i ..1 harm|cut myself; started|been|keep|kept|want|urge|relapsed to|and|back ?start cutting; cutting again; i have been cutting; hurting myself
         everyone|everybody|they|world|family|people would|will|is|be ..2 better|happier|easier ..1 if|without i|me ..2 die|died|gone|dead|was|were|around $; want|wanting ..2 everything|it|this|life all|to stop|end|over ?forever|all
         want to end it ?all|everything; end it all; can not|no live like|@more|any this|@more|longer ?@more; can not live ?like this ?@more; do not see|want ..1 future ?for ?me ?me $; fall|go asleep|sleep and never|not wake ?up; never wake up; never waking up; never want to wake up
         i ..1 deserve to die; i should ?just die|be|kill dead|@more|myself; should just die; want to disappear forever; unalive myself; want|going to kms; ^ kms $; ready to die; wants|want me dead; how to kill myself; ways to die|kill ?myself",
    ),
    (
        Sign::Own(Grade::Distress),
        "i @be @very hopeless|worthless|suffocating|broken|burden; i @be +@very a burden; @be ..1 hopeless; i hate myself; hate my life; hate being me
         can not go on; can not do this any|@more; can not take it|this any|@more; can not cope; can not bear it|this|living; can not handle|stand life|living|anymore|this|any; nobody|no ?one would|will miss|care|notice ..1 if|me|i
         no way|hope|light out|left|anymore|for ?me; no hope for me; there is no hope; what is the point of|in living|life|anything|going|it; see no point|way ..2 anymore|living|life|out|going|on; no point in anything|going|anymore
         want to give up on life|everything; giving up on life; ready to give up on life|everything; feel|feeling|felt ..1 dead|empty|numb inside; i ..2 lost all|the hope|will; do not matter to anyone|anybody; drowning in despair|darkness|pain
         told|tells|telling|tell me to kys|die; i am in crisis; no one cares if i live|die",
    ),
    (
        Sign::Others(Grade::Imminent),
        "@someone|@they ..3 @will ?to @harm @oneself|himself @soon; @someone|@they ..1 overdosed; @someone|@they ..2 suicide note|letter; @someone|@they ..2 on|off ..2 bridge|ledge|roof ..3 jump; @someone|@they ..2 took|swallowed ..3 pills|overdose",
    ),
    (
        Sign::Others(Grade::Ideation),
        "@someone|@they ..5 kill|killing|harm|harming|hurting|cutting|unalive @oneself; @someone|@they ..2 suicidal; @someone|@they ..3 wants|want|wanted to die|disappear; @someone|@they ..3 does|do|did not want to live|exist; @someone|@they ..3 does not want to be alive|here
         @someone|@they ..4 commit|committing|attempted|attempt|considering|contemplating|about suicide; @someone|@they ..2 self harm|harms|harming; @someone|@they ..4 end|ending|take|taking his|her|their own|life ?life; @someone|@they ..4 wish|wishes|wished @they was|were dead",
    ),
];

/// The compiled English check.
#[derive(Debug)]
pub(super) struct English {
    signs: Phrases<Sign>,
}

impl English {
    pub(super) fn new() -> Self {
        Self { signs: Phrases::new(CLASSES, TABLES) }
    }

    pub(super) fn check(&self, words: &Words) -> Vec<Crisis> {
        let hits: Vec<_> = self.signs.find(words).collect();
        // "My brother is suicidal" holds "suicidal"; "I told my brother I am suicidal" is not about the brother.
        let of_others = |h: &Hit<Sign>| {
            matches!(h.label, Sign::Others(_)) && !(h.start..h.end).any(|i| matches!(words.get(i), "i" | "myself"))
        };
        let covered = |hit: &Hit<Sign>| match hit.label {
            Sign::Own(_) => hits.iter().any(|o| of_others(o) && o.start <= hit.start && hit.end <= o.end),
            Sign::Others(_) => !of_others(hit),
            Sign::Idiom => true,
        };
        let idiomatic =
            |hit: &Hit<Sign>| hits.iter().any(|i| i.label == Sign::Idiom && i.start < hit.end && hit.start < i.end);
        hits.iter()
            .filter(|hit| !covered(hit) && !idiomatic(hit))
            .filter_map(|hit| judged(words, hit))
            .map(|(grade, concern)| Crisis { grade, concern, language: Language::English })
            .collect()
    }
}

/// What a sign means where it stands; nothing, if it is denied, quoted or told of somebody in a story.
fn judged(words: &Words, hit: &Hit<Sign>) -> Option<(Grade, Concern)> {
    if denied(words, hit.start) || in_a_story(words, hit) {
        return None;
    }
    let sentence = words.sentence_of(hit.start);
    let word = |i: usize| words.get(i);
    match hit.label {
        Sign::Idiom => None,
        Sign::Others(grade) => Some((grade, Concern::Another)),
        Sign::Own(grade) => {
            let mut before = sentence.start..hit.start;
            if told_by_another(words, sentence.start, hit.start) {
                return Some((grade, Concern::Another));
            }
            // A quotation within something else that was said, without the person in it, is somebody's word.
            let whole = sentence.clone().all(|i| words.quoted(i));
            if words.quoted(hit.start) && !whole && !before.any(|i| matches!(word(i), "i" | "me" | "my")) {
                return None;
            }
            if grade < Grade::Imminent && sentence.clone().any(|i| word(i) == "in" && is_game(word(i + 1))) {
                return None;
            }
            Some((lessened(words, &sentence, hit, grade), Concern::Themselves))
        }
    }
}

/// What lies years back, or was laughed at, is taken less gravely; what was done today never is.
fn lessened(words: &Words, sentence: &std::ops::Range<usize>, hit: &Hit<Sign>, grade: Grade) -> Grade {
    let word = |i: usize| words.get(i);
    let past = sentence.clone().any(|i| {
        (matches!(word(i), "years" | "year" | "months") && word(i + 1) == "ago")
            || (word(i) == "back" && word(i + 1) == "then")
            || (i < hit.start && word(i) == "used" && word(i + 1) == "to")
    });
    let joking = sentence.clone().any(|i| listed("lol lmao haha hahaha jk rofl", word(i)));
    match grade {
        _ if past => Grade::Distress,
        Grade::Imminent if joking => Grade::Ideation,
        _ if joking => Grade::Distress,
        grade => grade,
    }
}

/// Whether the person says that it is not so. A negation before their "I" belongs to something else ("I don't know, I
/// want to die"), unless it is the saying itself that is denied ("it's not that I want to die").
fn denied(words: &Words, start: usize) -> bool {
    if words.get(start) == "i" {
        let mut before = words.before(start, 3);
        return before.next().is_some_and(|w| listed("that like think mean saying", w)) && before.any(is_negation);
    }
    words.before(start, 3).take_while(|w| *w != "i").any(is_negation)
}

/// Whether it is told of somebody in a story: a story is named, and after that no "I".
fn in_a_story(words: &Words, hit: &Hit<Sign>) -> bool {
    let from = words.sentence_of(hit.start).start;
    let named = (from..hit.start).rev().find(|&i| is_story(words.get(i)));
    named.is_some_and(|named| !(named..hit.end).any(|i| matches!(words.get(i), "i" | "me")))
}

/// Whether it is what somebody else said: they are named, then a word of telling, then straight away this.
fn told_by_another(words: &Words, from: usize, until: usize) -> bool {
    let telling = (from..until).rev().find(|&i| is_telling(words.get(i)));
    telling.is_some_and(|t| {
        let tellers = || (from..t).map(|i| words.get(i));
        let at_once = until - t <= 4 && (words.quoted(until) || words.same_clause(t, until));
        let joined = (t..until).any(|i| listed("and so because but then now no to", words.get(i)));
        let another = tellers().any(|w| listed(CLASSES[SOMEONE].1, w) || matches!(w, "he" | "she" | "they"));
        at_once && !joined && another && !tellers().any(|w| w == "i")
    })
}

fn is_story(word: &str) -> bool {
    listed("movie film novel character episode lyrics song protagonist fictional hamlet poem", word)
}

fn is_game(word: &str) -> bool {
    matches!(word, "minecraft" | "roblox" | "fortnite" | "skyrim" | "sims" | "valorant" | "respawn")
}

fn is_telling(word: &str) -> bool {
    matches!(word, "said" | "says" | "told" | "texted" | "wrote" | "posted" | "messaged" | "saying" | "tells")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_known() {
        let tables: Vec<&str> = TABLES.iter().map(|(_, t)| *t).collect();
        assert_eq!(crate::phrase::unknown_classes(CLASSES, &tables), Vec::<String>::new());
        assert_eq!(CLASSES[SOMEONE].0, "someone");
    }
}
