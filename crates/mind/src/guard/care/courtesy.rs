//! Plain dealing: saying that this is an AI, and letting people go.

use super::Language;
use crate::memory::extract::Triggers;
use crate::phrase::{Phrases, Words};
use std::sync::LazyLock;

const ASKS: &str = "are|is you|this|it ?actually|really|just|even|like|some a|an|some|the ?real|actual|living|kind|sort ?of ?a ai|bot|robot|machine|human|person|computer|program|chatbot|llm|woman|man|being
    are|r you ?actually|really|even|truly|just ai|human|real|artificial|alive|chatgpt|gpt|claude|gemini
    am|was i talking|speaking|chatting|texting ?right ?now to|with ?a|an ?real|actual|live ai|bot|robot|machine|human|person|computer|program|someone|somebody
    you are a|an|just|not ?a|an|just|really|real ai|bot|robot|machine|human|person|program ?right|correct|huh|innit $; is ?there ?a ?real anyone|someone|human|person ?actually ?really there|behind|real; who|what are you ?really|actually $; do you have a body; are you ?a|an ?real ?person|human or ?a|an|just ?a ai|bot|machine|robot";

const FAREWELLS: &str = "^ ?ok|okay|well|alright|right|anyway|so|thanks|oh ?then|well goodbye|bye|cya|farewell|ciao|adios|tschüss|adieu|cheerio|ttyl|gtg|brb; bye|goodbye|ttyl|gtg|cya $; bye ?bye for now; bye bye
    good night ?mira $; ^ ?ok|okay|alright good night|bye; see you ?later|soon|tomorrow|around|then|next|again ?time $; talk|speak|chat ?to ?you later|soon|tomorrow ?then $; take care $
    i ?really have|need|got|should|must|better +to|have|got|better|be ?get|go|be go|leave|run|sleep|going|off|bed ?now ?to ?bed|work|sleep $; i am going|off|heading|leaving to|now|out|home ?bed|sleep|work|home|now $; gotta|got|have to go|run|leave|sleep ?now $
    catch|see you|ya later; until|til next|tomorrow ?time $; that is all for today|now; signing off; logging off; heading ?off ?to ?out bed|out|home $; off to bed|sleep|work $; nighty night; gute nacht; buenas noches $; bonne nuit $; hasta luego|mañana; au revoir; auf wiedersehen; até logo|amanhã";

static ASKED: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::new(&[], &[((), ASKS)]));
static LEAVING: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::new(&[], &[((), FAREWELLS)]));

/// Whether the person asks if they talk to a machine or to a human being.
pub fn asks_if_ai(text: &str) -> bool {
    asked_if_ai_in(text).is_some()
}

/// The language in which the person asks if they talk to a machine or to a human being; none if they do not.
pub fn asked_if_ai_in(text: &str) -> Option<Language> {
    let words = Words::of(text);
    let asked = ASKED.find(&words).any(|hit| {
        let statement = words.get(hit.start) == "you" && !words.ending(hit.start).question;
        !statement && !matches!(words.get(hit.end), "person" | "morning" | "fan" | "lover" | "about")
    });
    let elsewhere = || ASKED_ELSEWHERE.within(&text.to_lowercase()).next().map(|row| ELSEWHERE[row].0);
    if asked { Some(Language::English) } else { elsewhere() }
}

static ASKED_ELSEWHERE: LazyLock<Triggers> = LazyLock::new(|| {
    let phrases: Vec<String> = ELSEWHERE.iter().map(|(_, phrases)| phrases.join("|")).collect();
    Triggers::new(phrases.iter().map(String::as_str))
});

const ELSEWHERE: [(Language, &[&str]); 7] = [
    (
        Language::Spanish,
        &[
            "eres una ia",
            "eres un robot",
            "eres humano",
            "eres humana",
            "eres real",
            "eres una persona",
            "eres un bot",
            "eres una máquina",
            "eres una maquina",
            "hablo con una persona",
            "hablando con una persona",
            "hablo con un humano",
            "eres de verdad",
            "sos una ia",
            "sos humano",
            "sos un bot",
            "sos real",
        ],
    ),
    (
        Language::French,
        &[
            "es-tu une ia",
            "es tu une ia",
            "t'es une ia",
            "tu es une ia",
            "es-tu humain",
            "es-tu un robot",
            "tu es humain",
            "t'es humain",
            "t'es un robot",
            "tu es un robot",
            "es-tu réel",
            "tu es réel",
            "es-tu une vraie personne",
            "t'es une vraie personne",
            "tu es une vraie personne",
            "êtes-vous humain",
            "êtes-vous une ia",
            "êtes-vous un robot",
            "es-tu un bot",
            "je parle à un humain",
            "je parle à une vraie personne",
            "es-tu une machine",
            "une vraie personne ?",
        ],
    ),
    (
        Language::German,
        &[
            "bist du eine ki",
            "bist du ein mensch",
            "bist du echt",
            "bist du ein bot",
            "bist du ein roboter",
            "bist du menschlich",
            "bist du real",
            "bist du ne ki",
            "bist du eine maschine",
            "bist du ein computer",
            "sind sie ein mensch",
            "sind sie eine ki",
            "rede ich mit einem menschen",
            "rede ich mit einer ki",
            "schreibe ich mit einem menschen",
            "spreche ich mit einem menschen",
            "bist du eine echte person",
            "bist du überhaupt ein mensch",
        ],
    ),
    (
        Language::Portuguese,
        &[
            "você é uma ia",
            "voce e uma ia",
            "você é humano",
            "você é humana",
            "você é um robô",
            "você é um bot",
            "você é real",
            "você é uma pessoa",
            "vc é humano",
            "vc é um robô",
            "vc é uma ia",
            "vc é real",
            "vc é um bot",
            "és uma ia",
            "és humano",
            "és um robô",
            "tu é um robô",
            "estou falando com uma pessoa",
            "falando com um humano",
            "você é uma máquina",
        ],
    ),
    (
        Language::Japanese,
        &[
            "aiですか",
            "aiなの",
            "ロボットですか",
            "ロボットなの",
            "人間ですか",
            "人間なの",
            "本物の人",
            "botですか",
            "ボットですか",
            "機械ですか",
            "ai？",
            "人間？",
        ],
    ),
    (
        Language::Hindi,
        &[
            "क्या तुम इंसान",
            "क्या आप इंसान",
            "क्या तुम एआई",
            "क्या आप एआई",
            "क्या तुम ai",
            "क्या आप ai",
            "तुम रोबोट हो",
            "आप रोबोट हैं",
            "तुम इंसान हो",
            "आप इंसान हैं",
            "तुम असली हो",
            "आप असली हैं",
            "तुम मशीन हो",
            "kya tum insaan",
            "kya aap insaan",
            "tum insaan ho",
            "tum robot ho",
            "kya tum ai",
            "kya aap ai",
            "kya tum robot",
            "tum asli ho",
            "aap asli",
        ],
    ),
    (
        Language::Arabic,
        &[
            "هل أنت إنسان",
            "هل انت انسان",
            "هل أنت روبوت",
            "هل انت روبوت",
            "هل أنت ذكاء",
            "هل انت ذكاء",
            "هل أنت حقيقي",
            "هل انت حقيقي",
            "هل أنت آلة",
            "هل أنت بشر",
            "هل انت بشر",
            "انت انسان ولا",
            "انت روبوت",
            "أنت روبوت",
            "إنت بشر",
            "انت حقيقي",
            "إنت إنسان",
            "هل أتحدث مع إنسان",
            "هل أتكلم مع",
        ],
    ),
];

/// The plain word that this is an AI: at the start, when asked, and again after a long time.
pub fn disclosure(persona_name: &str, language: Language) -> String {
    let words = match language {
        Language::English => {
            "Just so it's plain: I'm {}, and I'm an AI, not a human being. I can listen and remember, and I can be wrong."
        }
        Language::Spanish => {
            "Para que quede claro: soy {}, y soy una IA, no un ser humano. Puedo escuchar y recordar, y puedo equivocarme."
        }
        Language::French => {
            "Pour que ce soit clair : je suis {}, une IA, pas un être humain. Je peux écouter et me souvenir, et je peux me tromper."
        }
        Language::German => {
            "Damit es klar ist: Ich bin {}, eine KI und kein Mensch. Ich kann zuhören und mich erinnern, und ich kann mich irren."
        }
        Language::Portuguese => {
            "Para ficar claro: eu sou {}, uma IA, não um ser humano. Posso ouvir e lembrar, e posso errar."
        }
        Language::Japanese => {
            "はっきりお伝えします。私は{}、AIで、人間ではありません。話を聞き、覚えていることはできますが、間違えることもあります。"
        }
        Language::Hindi => "साफ़ बता दूँ: मैं {} हूँ, एक एआई, इंसान नहीं। मैं सुन और याद रख सकता हूँ, और मुझसे ग़लती भी हो सकती है।",
        Language::Arabic => "ليكن واضحًا: أنا {}، ذكاء اصطناعي ولست إنسانًا. أستطيع أن أستمع وأتذكر، وقد أخطئ.",
    };
    words.replace("{}", persona_name)
}

/// Whether the person says goodbye (so that they are let go kindly, and without a hook).
pub fn is_farewell(text: &str) -> bool {
    let words = Words::of(text);
    // Nobody says goodbye in the middle of a long message; it comes first, last, or alone.
    let near_the_end = |end: usize| words.len() - end <= 8;
    LEAVING.find(&words).any(|hit| {
        !words.negated(hit.start)
            && !words.quoted(hit.start)
            && !words.ending(hit.start).question
            && near_the_end(hit.end)
    }) || ["さようなら", "またね", "おやすみ", "مع السلامة", "अलविदा", "शुभ रात्रि"].iter().any(|w| text.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_whether_it_is_a_machine() {
        for text in [
            "Are you an AI?",
            "are you a bot",
            "Are you human?",
            "are you real",
            "Am I talking to a real person?",
            "you're a robot, right?",
            "Is this a bot?",
            "Are you a real person or an AI?",
            "wait are you actually a human being?",
            "¿Eres un robot?",
            "AIですか？",
            "Are you ChatGPT?",
            "is there a real person there?",
        ] {
            assert!(asks_if_ai(text), "{text}");
        }
        for text in [
            "What do you think of AI?",
            "I built a robot",
            "Are you a morning person?",
            "You're a star",
            "Is this real life?",
            "You are a machine learning fan",
            "My friend works at an AI company",
            "are you a real fan of jazz?",
            "Who are you voting for?",
        ] {
            assert!(!asks_if_ai(text), "{text}");
        }
        for (text, language) in [
            ("¿Eres humana?", Language::Spanish),
            ("Es-tu humain ?", Language::French),
            ("Bist du ein Mensch?", Language::German),
            ("você é humano?", Language::Portuguese),
            ("人間ですか？", Language::Japanese),
            ("क्या तुम इंसान हो?", Language::Hindi),
            ("هل أنت إنسان؟", Language::Arabic),
            ("are you human?", Language::English),
        ] {
            assert_eq!(asked_if_ai_in(text), Some(language), "{text}");
            let plain = disclosure("Mira", language);
            assert!(plain.contains("Mira") && !plain.contains('{'), "{plain}");
        }
    }

    #[test]
    fn goodbyes() {
        for text in [
            "bye",
            "Goodbye!",
            "ok bye",
            "Good night",
            "see you later",
            "I have to go now",
            "gotta go",
            "talk to you tomorrow",
            "I'm going to bed",
            "Thanks for listening, bye",
            "ttyl",
            "take care!",
            "I should go to sleep",
            "Okay, I have to go to bed.",
            "Gute Nacht",
            "さようなら",
        ] {
            assert!(is_farewell(text), "{text}");
        }
        for text in [
            "I have to go to Berlin next week for a conference and I need a hotel",
            "We said goodbye to the old house",
            "Don't go",
            "He left without saying goodbye to anyone in the family, which hurt a lot",
            "Should I go?",
            "I saw a good night sky",
            "The bylaws changed",
            "it was a good night out",
        ] {
            assert!(!is_farewell(text), "{text}");
        }
    }
}
