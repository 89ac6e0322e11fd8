//! Words of asking: what a question is about shows in them, but they are not what it is about.
//!
//! Each list holds folded words of all languages together: few of them mean something else in another. What is written
//! without spaces is found wherever it stands.

use super::feeling::{FEELINGS, Feeling};
use crate::text::{Kind, fold, words};
use hashbrown::HashMap;
use std::sync::LazyLock;

/// They are looked for, but holding them proves nothing.
const ASKING: &str = "happen happened happening tell told remember recall remind know knew mention say said talk speak spoke \
think thought ask answer call describe explain thing something anything everything ever please kind sort many much long \
often time get got going go did want like day week month year memory memories moment called new \
recuerdas recuerda sabes dime cuentame dije dijo cosa algo favor dia semana mes ano llama llamo \
rappelles souviens sais dis dit chose jour semaine mois annee appelle fois \
erinnerst weisst sag gesagt erzahlt ding etwas bitte tag woche monat jahr heisst gibt gibt's \
lembra lembras sabe diga disse coisa alguma favor dia semana mes ano chama \
ricordi ricordami sai dimmi detto cosa qualcosa favore giorno settimana mese anno chiama chiamo \
помнишь помните знаешь скажи расскажи напомни говорил говорила сказал сказала рассказывал рассказывала вещь пожалуйста день \
неделя неделе месяц год зовут называется раз \
تتذكر تتذكرين تعرف تعرفين اخبرني قلت شيء يوم اسبوع شهر سنه عام اسم يسمى تسمى \
याद पता बताओ बताया बताई बताइए कहा चीज़ बात दिन हफ्ते हफ्ता महीने महीना साल नाम पसंद";

/// They hedge a question and say nothing of what it is about ("Would I likely enjoy ...?").
const HEDGES: &str = "likely unlikely probably maybe perhaps possibly potentially might consider considered seem seems \
probablemente quizas probablement peut-etre wahrscheinlich vielleicht provavelmente talvez probabilmente forse \
наверное возможно вероятно пожалуй ربما शायद";

/// Who asks speaks of themselves.
const SELF: &str = "i me my mine myself yo mi mis mio mia je j mon ma mes moi ich mein meine meinen meinem meiner meins mir \
mich eu meu minha meus minhas mim io miei mie я мне меня мой моя мое мои моего моей моих мою моем мной нас наш наша انا لي \
عندي لدي मैं मैंने मेरा मेरी मेरे मुझे मुझको मुझ";

/// The past itself is asked for ("Where did I live before?"): what is no longer true may answer.
const PAST: &str = "before previously previous former formerly originally earlier antes anteriormente avant auparavant ancien \
ancienne fruher fruhere fruheren vorher davor damals ehemalige ehemaligen ehemaliger antigamente antigo antiga prima \
precedente precedentemente раньше прежде прежний прежняя прежнее прежде бывший бывшая سابقا السابق السابقه पहले पुराना \
पुरानी पुराने पिछला";

const PAST_RUNS: &[&str] =
    &["以前", "昔", "前は", "前に住", "元の", "之前", "原来", "原來", "曾经", "曾經", "예전", "이전", "전에"];

const YOU: &str = "you you've you'd du ihr sie tu vous toi voce voces ты вы तुमने आपने तूने hai has m'as t'as vous avez";
/// After "you".
const SAID: &str = "said told recommended suggested advised mentioned promised proposed explained asked answered replied \
offered wrote written gave given called described warned taught gesagt erzahlt empfohlen vorgeschlagen geraten versprochen \
erklart recommande conseille suggere propose dit raconte promis explique recomendou disse sugeriu aconselhou indicou \
prometeu consigliato suggerito raccomandato detto proposto promesso посоветовал посоветовала советовал советовала \
рекомендовал рекомендовала порекомендовал порекомендовала предложил предложила сказал сказала обещал обещала советовали \
посоветовали рекомендовали сказали सुझाया सुझाई सुझाव सलाह बताया कहा सिफारिश recomendado aconsejado sugerido dicho";
/// After "did you".
const SAYING: &str = "say tell recommend suggest advise mention promise propose explain ask answer reply offer write give call \
describe think warn teach";
/// They say "you" by themselves.
const YOU_SAID: &str = "recomendaste aconsejaste sugeriste dijiste contaste prometiste propusiste explicaste recomendastes \
نصحتني نصحتيني اقترحت اقترحتي اوصيتني اوصيتيني اخبرتني اخبرتيني نصيحتك اقتراحك نصائحك";
const YOUR: &str = "your dein deine deinen deiner deinem ihr ihre tu tus ton ta tes votre vos teu seu tua sua tuo tuoi твой твоя \
твои твое твоего ваш ваша तुम्हारा तुम्हारी आपका आपकी";
/// After "your".
const WORDS_OF_YOURS: &str = "advice suggestion suggestions recommendation recommendations answer answers reply idea ideas tip \
tips opinion promise words explanation proposal consejo consejos recomendacion sugerencia rat ratschlag empfehlung vorschlag \
conseil conseils suggestion recommandation conselho recomendacao sugestao consiglio suggerimento raccomandazione совет советы \
рекомендация предложение सलाह सुझाव";
/// Whoever comes next is the one who speaks.
const ANOTHER: &str = "i i've we he she they who what that ich wir je nous yo eu io я мы он она मैंने";

const COMPANION_RUNS: &[&str] = &[
    "勧めてくれ",
    "すすめてくれ",
    "おすすめしてくれ",
    "薦めてくれ",
    "教えてくれた",
    "アドバイスしてくれ",
    "提案してくれ",
    "あなたが言",
    "君が言",
    "あなたのアドバイス",
    "あなたの提案",
    "你推荐",
    "你推薦",
    "你建议",
    "你建議",
    "你说过",
    "你說過",
    "你告诉",
    "你告訴",
    "你跟我说",
    "你的建议",
    "你的建議",
    "추천해줬",
    "추천해 줬",
    "추천했",
    "조언해",
    "제안했",
    "네가 말",
    "당신이 말",
];

const SELF_RUNS: &[&str] = &["私", "わたし", "僕", "ぼく", "俺", "我", "나는", "내가", "나의", "저는", "제가", "우리"];

/// What a word can be, several at once.
#[derive(Clone, Copy, Debug, Default)]
struct Sense {
    asking: bool,
    hedge: bool,
    own: bool,
    past: bool,
    you: bool,
    said: bool,
    saying: bool,
    you_said: bool,
    your: bool,
    yours: bool,
    another: bool,
    feeling: Option<Feeling>,
}

/// A list, and what being in it means.
type List = (&'static str, fn(&mut Sense));

const LISTS: [List; 11] = [
    (ASKING, |sense| sense.asking = true),
    (HEDGES, |sense| sense.hedge = true),
    (SELF, |sense| sense.own = true),
    (PAST, |sense| sense.past = true),
    (YOU, |sense| sense.you = true),
    (SAID, |sense| sense.said = true),
    (SAYING, |sense| sense.saying = true),
    (YOU_SAID, |sense| sense.you_said = true),
    (YOUR, |sense| sense.your = true),
    (WORDS_OF_YOURS, |sense| sense.yours = true),
    (ANOTHER, |sense| sense.another = true),
];

/// The lists turned round: every question is read by them.
static SENSES: LazyLock<HashMap<String, Sense>> = LazyLock::new(|| {
    let mut senses: HashMap<String, Sense> = HashMap::new();
    for (list, set) in LISTS {
        for word in list.split_whitespace() {
            set(senses.entry(fold(word)).or_default());
        }
    }
    for (feeling, list) in FEELINGS.iter().map(|(feeling, list, ..)| (*feeling, *list)) {
        for word in list.split_whitespace() {
            senses.entry(fold(word)).or_default().feeling.get_or_insert(feeling);
        }
    }
    senses
});

fn sense(folded: &str) -> Sense {
    SENSES.get(folded).copied().unwrap_or_default()
}

/// Holding this word proves nothing.
pub(super) fn is_asking(word: &str) -> bool {
    sense(&fold(word)).asking
}

/// This word only hedges.
pub(super) fn is_hedge(word: &str) -> bool {
    sense(&fold(word)).hedge
}

/// This word asks for the past.
pub(super) fn is_past(word: &str) -> bool {
    let folded = fold(word);
    sense(&folded).past || folded == "used"
}

/// This word names a feeling.
pub(super) fn is_feeling(word: &str) -> bool {
    sense(&fold(word)).feeling.is_some()
}

/// What the words of a question say of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Of the person who asks.
    pub(super) of_self: bool,
    /// For the companion's own words.
    pub(super) companion: bool,
    /// For what is no longer so.
    pub(super) past: bool,
    /// For memories of a feeling.
    pub(super) feeling: Option<Feeling>,
}

impl Asked {
    /// Reads a question; words within `times` are of time alone.
    pub(super) fn read(text: &str, is_time: impl Fn(usize) -> bool) -> Self {
        let mut tokens: Vec<(String, Sense)> = Vec::new();
        let mut asked = Self::default();
        words(text, |word| {
            if word.kind == Kind::Spaced {
                let folded = fold(word.text);
                let mut sense = sense(&folded);
                // "I'm", "j'ai", "you've": the head says who.
                if let Some((head, _)) = folded.split_once('\'') {
                    sense.own |= self::sense(head).own;
                }
                sense.past &= !is_time(word.start);
                tokens.push((folded, sense));
            }
        });
        let at = |at: usize| tokens.get(at).map(|(word, sense)| (word.as_str(), *sense)).unwrap_or_default();
        for (here, (word, sense)) in tokens.iter().enumerate() {
            asked.of_self |= sense.own;
            asked.past |= sense.past || (word == "used" && at(here + 1).0 == "to" && here > 0);
            // A wish is no feeling.
            let wish = word == "happy" && matches!(at(here + 1).0, "birthday" | "new" | "christmas");
            asked.feeling = asked.feeling.or(sense.feeling.filter(|_| !wish));
            asked.companion |= sense.you_said
                || (sense.your && (at(here + 1).1.yours || at(here + 2).1.yours))
                || (sense.you && {
                    let did = here > 0 && at(here - 1).0 == "did";
                    let next = tokens[here + 1..].iter().take(4).take_while(|(_, next)| !next.another);
                    next.into_iter().any(|(_, next)| next.said || (did && next.saying))
                });
        }
        if !text.is_ascii() {
            let holds = |runs: &[&str]| runs.iter().any(|run| text.contains(run));
            asked.of_self |= holds(SELF_RUNS);
            asked.past |= holds(PAST_RUNS);
            asked.companion |= holds(COMPANION_RUNS);
            asked.feeling = asked.feeling.or_else(|| Feeling::in_run(text));
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Asked {
        Asked::read(text, |_| false)
    }

    #[test]
    fn the_companions_words_are_asked_for_in_many_languages() {
        for (text, expected) in [
            ("¿Qué me recomendaste para dormir?", true),
            ("¿Cuál fue tu consejo?", true),
            ("Que m'as-tu conseillé ?", true),
            ("Qu'est-ce que tu m'as recommandé ?", true),
            ("Was hast du mir empfohlen?", true),
            ("Was war dein Rat?", true),
            ("O que você me recomendou?", true),
            ("Cosa mi hai consigliato?", true),
            ("Что ты мне посоветовала?", true),
            ("ماذا نصحتني أن أفعل؟", true),
            ("तुमने मुझे क्या सलाह दी थी?", true),
            ("何を勧めてくれた？", true),
            ("你推荐了什么？", true),
            ("¿Cómo se llama mi perro?", false),
            ("Was habe ich dir erzählt?", false),
            ("Comment s'appelle mon chien ?", false),
            ("Как зовут мою собаку?", false),
            ("मेरे कुत्ते का नाम क्या है?", false),
            ("私の犬の名前は？", false),
            ("ما اسم كلبي؟", false),
        ] {
            assert_eq!(read(text).companion, expected, "{text:?}");
        }
    }

    #[test]
    fn the_past_is_asked_for() {
        for (text, expected) in [
            ("Where did I live before?", true),
            ("Where did I use to work? Where I used to live?", true),
            ("What was my previous job?", true),
            ("Wo habe ich früher gewohnt?", true),
            ("¿Dónde vivía antes?", true),
            ("Где я жила раньше?", true),
            ("以前どこに住んでいた？", true),
            ("मैं पहले कहाँ रहता था?", true),
            ("Where do I live?", false),
            ("What is the oil used to fry?", true),
        ] {
            assert_eq!(read(text).past, expected, "{text:?}");
        }
    }

    #[test]
    fn who_asks_of_themselves_is_heard() {
        for text in [
            "Where do I live?",
            "J'ai quel âge ?",
            "Wo arbeite ich?",
            "Где я работаю?",
            "मेरी बहन",
            "私の猫",
            "我的猫",
            "I’m who?",
        ] {
            assert!(read(text).of_self, "{text:?}");
        }
        assert!(!read("Where does Ana live?").of_self);
    }
}
