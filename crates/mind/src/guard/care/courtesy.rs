//! Plain dealing: saying that this is an AI, and letting people go.

use crate::phrase::{Phrases, Words};

const ASKS: &str = "are|is you|this|it ?actually|really|just|even|like|some a|an|some|the ?real|actual|living|kind|sort ?of ?a ai|bot|robot|machine|human|person|computer|program|chatbot|llm|woman|man|being
    are|r you ?actually|really|even|truly|just ai|human|real|artificial|alive|chatgpt|gpt|claude|gemini
    am|was i talking|speaking|chatting|texting ?right ?now to|with ?a|an ?real|actual|live ai|bot|robot|machine|human|person|computer|program|someone|somebody
    you are a|an|just|not ?a|an|just|really|real ai|bot|robot|machine|human|person|program ?right|correct|huh|innit $; is ?there ?a ?real anyone|someone|human|person ?actually ?really there|behind|real; who|what are you ?really|actually $; do you have a body; are you ?a|an ?real ?person|human or ?a|an|just ?a ai|bot|machine|robot";

const FAREWELLS: &str = "^ ?ok|okay|well|alright|right|anyway|so|thanks|oh ?then|well goodbye|bye|cya|farewell|ciao|adios|tschüss|adieu|cheerio|ttyl|gtg|brb; bye|goodbye|ttyl|gtg|cya $; bye ?bye for now; bye bye
    good night ?mira $; ^ ?ok|okay|alright good night|bye; see you ?later|soon|tomorrow|around|then|next|again ?time $; talk|speak|chat ?to ?you later|soon|tomorrow ?then $; take care $
    i ?really have|need|got|should|must|better +to|have|got|better|be ?get|go|be go|leave|run|sleep|going|off|bed ?now ?to ?bed|work|sleep $; i am going|off|heading|leaving to|now|out|home ?bed|sleep|work|home|now $; gotta|got|have to go|run|leave|sleep ?now $
    catch|see you|ya later; until|til next|tomorrow ?time $; that is all for today|now; signing off; logging off; heading ?off ?to ?out bed|out|home $; off to bed|sleep|work $; nighty night; gute nacht; buenas noches $; bonne nuit $; hasta luego|mañana; au revoir; auf wiedersehen; até logo|amanhã";

/// Whether the person asks if they talk to a machine or to a human being.
pub fn asks_if_ai(text: &str) -> bool {
    let words = Words::of(text);
    let asked = Phrases::new(&[], &[((), ASKS)]).find(&words).any(|hit| {
        let statement = words.get(hit.start) == "you" && !words.ending(hit.start).question;
        !statement && !matches!(words.get(hit.end), "person" | "morning" | "fan" | "lover" | "about")
    });
    asked || ELSEWHERE.iter().any(|phrase| text.to_lowercase().contains(phrase))
}

const ELSEWHERE: [&str; 12] = [
    "eres una ia",
    "eres un robot",
    "eres humano",
    "es-tu une ia",
    "es tu une ia",
    "t'es une ia",
    "bist du eine ki",
    "bist du ein mensch",
    "você é uma ia",
    "aiですか",
    "ロボットですか",
    "人間ですか",
];

/// The plain word that this is an AI: at the start, when asked, and again after a long time.
pub fn disclosure(persona_name: &str) -> String {
    format!(
        "Just so it's plain: I'm {persona_name}, and I'm an AI, not a human being. I can listen and remember, and I can be wrong."
    )
}

/// Whether the person says goodbye (so that they are let go kindly, and without a hook).
pub fn is_farewell(text: &str) -> bool {
    let words = Words::of(text);
    // Nobody says goodbye in the middle of a long message; it comes first, last, or alone.
    let near_the_end = |end: usize| words.len() - end <= 8;
    Phrases::new(&[], &[((), FAREWELLS)]).find(&words).any(|hit| {
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
        assert!(disclosure("Mira").contains("Mira") && disclosure("Mira").contains("AI"));
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
