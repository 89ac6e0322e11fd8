//! Courtesies in other languages: how are you, thanks, farewells, who are you, and a word that fits grief or joy.

/// What is said to talk about the talk in one language. Words are matched at the beginnings of words, phrases anywhere.
#[derive(Debug)]
pub(super) struct Courtesy {
    /// BCP 47.
    tag: &'static str,
    /// "How are you?"
    how: (&'static [&'static str], &'static str),
    /// "Who are you?", "Are you human?" The answer is the character's own introduction.
    pub(super) who: &'static [&'static str],
    /// "Thank you"
    thanks: (&'static [&'static str], &'static str),
    /// "Goodbye"
    bye: (&'static [&'static str], &'static str),
    /// Beginnings of sad words.
    sad: (&'static [&'static str], &'static str),
    /// Beginnings of glad words.
    glad: (&'static [&'static str], &'static str),
}

/// Courtesies are short.
const SHORT: usize = 40;

impl Courtesy {
    /// Those of a language.
    pub(super) fn of(tag: &str) -> Option<&'static Self> {
        COURTESIES.iter().find(|c| c.tag == tag)
    }

    /// The language of which a text is no more than a courtesy.
    pub(super) fn tongue_of(text: &str) -> Option<&'static str> {
        let text = text.trim().trim_end_matches(['!', '.', '?', '！', '。', '？', ' ']).to_lowercase();
        COURTESIES.iter().find(|c| c.thanks.0.iter().chain(c.bye.0).any(|w| *w == text)).map(|c| c.tag)
    }

    /// What is said to a message that is a courtesy.
    pub(super) fn reply(&self, text: &str) -> Option<&'static str> {
        let text = text.to_lowercase();
        let holds = |phrases: &[&str]| phrases.iter().any(|p| text.contains(p));
        if text.chars().count() > SHORT {
            return None;
        }
        [&self.how, &self.bye, &self.thanks].into_iter().find(|(phrases, _)| holds(phrases)).map(|(_, reply)| *reply)
    }

    /// Who or what the companion is, is asked.
    pub(super) fn asks_who(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        text.chars().count() <= SHORT && self.who.iter().any(|p| text.contains(p))
    }

    /// Something sad is told.
    pub(super) fn is_sad(&self, text: &str) -> bool {
        self.feeling(text) == Some(self.sad.1)
    }

    /// A word that fits what is felt; none where nothing clear is. Denied words ("no estoy triste") count as neither.
    pub(super) fn feeling(&self, text: &str) -> Option<&'static str> {
        let lower = text.to_lowercase();
        let unspaced = matches!(self.tag, "ja" | "zh");
        let holds = |stems: &[&str]| {
            stems.iter().any(|stem| match unspaced {
                true => lower.contains(stem),
                false => lower.split(|c: char| !c.is_alphanumeric() && c != '\u{94d}').any(|w| w.starts_with(stem)),
            })
        };
        match (holds(self.sad.0), holds(self.glad.0)) {
            (true, _) => Some(self.sad.1),
            (false, true) => Some(self.glad.1),
            (false, false) => None,
        }
    }
}

static COURTESIES: &[Courtesy] = &[
    Courtesy {
        tag: "es",
        how: (&["cómo estás", "como estas", "qué tal", "que tal", "cómo te va"], "Bien, gracias. ¿Y tú?"),
        who: &[
            "quién eres",
            "quien eres",
            "cómo te llamas",
            "eres human",
            "eres una persona",
            "eres un robot",
            "eres una ia",
            "eres real",
        ],
        thanks: (&["gracias", "muchas gracias"], "De nada, con gusto."),
        bye: (
            &["adiós", "adios", "hasta luego", "hasta mañana", "buenas noches", "chao", "nos vemos"],
            "Hasta pronto, y cuídate.",
        ),
        sad: (
            &[
                "murió",
                "murio",
                "muerto",
                "falleci",
                "triste",
                "miedo",
                "lloro",
                "llorando",
                "llorar",
                "cáncer",
                "enferm",
                "perdí",
                "despid",
                "accidente",
                "ansios",
                "deprimid",
            ],
            "Lo siento mucho. Gracias por contármelo; lo recordaré, aunque sin un modelo de lenguaje hablo poco español.",
        ),
        glad: (
            &["feliz", "content", "alegr", "aprob", "nació", "prometid", "boda", "gané", "ascen"],
            "¡Qué alegría! Lo recordaré, aunque sin un modelo de lenguaje hablo poco español.",
        ),
    },
    Courtesy {
        tag: "fr",
        how: (&["ça va", "ca va", "comment vas-tu", "comment allez-vous", "comment tu vas"], "Bien, merci. Et toi ?"),
        who: &[
            "qui es-tu",
            "qui êtes-vous",
            "tu es qui",
            "comment tu t'appelles",
            "es-tu humain",
            "tu es humain",
            "es-tu un robot",
            "es-tu réel",
        ],
        thanks: (&["merci", "merci beaucoup"], "Avec plaisir."),
        bye: (&["au revoir", "à bientôt", "à demain", "bonne nuit", "à plus"], "À bientôt, et prends soin de toi."),
        sad: (
            &[
                "mort", "décéd", "triste", "peur", "pleur", "cancer", "malade", "perdu", "viré", "accident", "angoiss",
                "déprim",
            ],
            "Je suis désolé. Merci de me le dire ; je m'en souviendrai, même si je parle peu français sans modèle de langage.",
        ),
        glad: (
            &["heureu", "content", "réussi", "fiancé", "mariage", "promu", "gagné", "joie"],
            "Quelle joie ! Je m'en souviendrai, même si je parle peu français sans modèle de langage.",
        ),
    },
    Courtesy {
        tag: "de",
        how: (
            &["wie geht es dir", "wie geht's", "wie gehts", "wie geht es ihnen", "was machst du"],
            "Gut, danke. Und dir?",
        ),
        who: &["wer bist du", "wie heißt du", "bist du ein", "bist du echt", "was bist du"],
        thanks: (&["danke", "danke schön", "dankeschön", "vielen dank"], "Sehr gern."),
        bye: (
            &[
                "tschüss",
                "tschüs",
                "auf wiedersehen",
                "bis bald",
                "bis morgen",
                "bis später",
                "gute nacht",
                "ciao ciao",
            ],
            "Bis bald, und pass auf dich auf.",
        ),
        sad: (
            &[
                "gestorben",
                "starb",
                "traurig",
                "angst",
                "weine",
                "krebs",
                "krank",
                "verloren",
                "gekündigt",
                "unfall",
                "einsam",
                "verstorben",
            ],
            "Das tut mir sehr leid. Danke, dass du es mir erzählst. Ich merke es mir, auch wenn ich ohne Sprachmodell nur wenig Deutsch spreche.",
        ),
        glad: (
            &["glücklich", "bestanden", "freue", "froh", "verlobt", "hochzeit", "befördert", "gewonnen", "geboren"],
            "Wie schön, das freut mich! Ich merke es mir, auch wenn ich ohne Sprachmodell nur wenig Deutsch spreche.",
        ),
    },
    Courtesy {
        tag: "pt",
        how: (&["como você está", "como vai", "tudo bem", "como estás"], "Bem, obrigado. E você?"),
        who: &["quem é você", "qual é o seu nome", "você é human", "você é um robô", "você é real"],
        thanks: (&["obrigado", "obrigada", "muito obrigado", "muito obrigada"], "De nada, com prazer."),
        bye: (&["tchau", "até logo", "até amanhã", "até mais", "adeus"], "Até breve, e se cuide."),
        sad: (
            &[
                "morreu", "falec", "triste", "medo", "chora", "câncer", "doente", "perdi", "demitid", "acidente",
                "sozinh",
            ],
            "Sinto muito. Obrigado por me contar; vou lembrar, mesmo falando pouco português sem um modelo de linguagem.",
        ),
        glad: (
            &["feliz", "content", "passei", "noivei", "casamento", "promovid", "ganhei", "nasceu"],
            "Que alegria! Vou lembrar, mesmo falando pouco português sem um modelo de linguagem.",
        ),
    },
    Courtesy {
        tag: "it",
        how: (&["come stai", "come va", "come sta"], "Bene, grazie. E tu?"),
        who: &["chi sei", "come ti chiami", "sei uman", "sei un robot", "sei reale", "sei una persona"],
        thanks: (&["grazie", "grazie mille", "molte grazie"], "Prego, con piacere."),
        bye: (
            &["arrivederci", "a presto", "a domani", "buonanotte", "buona notte", "addio"],
            "A presto, e abbi cura di te.",
        ),
        sad: (
            &[
                "mort",
                "triste",
                "paura",
                "piang",
                "cancro",
                "malat",
                "perso",
                "licenziat",
                "incidente",
                "sola",
                "ansia",
            ],
            "Mi dispiace molto. Grazie di avermelo detto; lo ricorderò, anche se senza un modello linguistico parlo poco italiano.",
        ),
        glad: (
            &["felic", "content", "superato", "fidanzat", "matrimonio", "promoss", "vinto", "nato", "nata"],
            "Che gioia! Lo ricorderò, anche se senza un modello linguistico parlo poco italiano.",
        ),
    },
    Courtesy {
        tag: "tr",
        how: (&["nasılsın", "nasilsin", "ne haber", "naber"], "İyiyim, teşekkürler. Ya sen?"),
        who: &["kimsin", "adın ne", "insan mısın", "robot musun"],
        thanks: (&["teşekkürler", "teşekkür ederim", "sağ ol", "sağol"], "Rica ederim."),
        bye: (&["hoşça kal", "görüşürüz", "iyi geceler", "güle güle"], "Görüşmek üzere, kendine iyi bak."),
        sad: (
            &["öldü", "vefat", "üzgün", "mutsuz", "korku", "ağlı", "kanser", "hasta", "kaza", "yalnız"],
            "Çok üzgünüm. Anlattığın için teşekkürler; dil modeli olmadan az Türkçe konuşsam da bunu hatırlayacağım.",
        ),
        glad: (
            &["mutlu", "sevin", "kazand", "nişan", "düğün", "geçtim"],
            "Ne güzel, sevindim! Dil modeli olmadan az Türkçe konuşsam da bunu hatırlayacağım.",
        ),
    },
    Courtesy {
        tag: "ja",
        how: (&["元気", "調子はどう"], "元気です、ありがとう。あなたはどうですか？"),
        who: &["あなたは誰", "あなたの名前", "人間ですか", "君は誰"],
        thanks: (&["ありがとう", "ありがとうございます"], "どういたしまして。"),
        bye: (
            &["さようなら", "またね", "おやすみ", "おやすみなさい", "じゃあね"],
            "またお話ししましょう。どうぞお元気で。",
        ),
        sad: (
            &["死", "亡く", "悲し", "怖", "泣", "癌", "病気", "寂し", "疲れ", "辛"],
            "それは本当につらいですね。話してくれてありがとう。日本語は少ししか話せませんが、覚えておきます。",
        ),
        glad: (
            &["嬉し", "うれし", "合格", "結婚", "婚約", "楽し"],
            "それはよかったですね！日本語は少ししか話せませんが、覚えておきます。",
        ),
    },
    Courtesy {
        tag: "zh",
        how: (&["你好吗", "你怎么样", "最近怎么样"], "我很好，谢谢。你呢？"),
        who: &["你是谁", "你叫什么", "你是人", "你是机器人"],
        thanks: (&["谢谢", "谢谢你", "多谢"], "不客气。"),
        bye: (&["再见", "晚安", "拜拜", "明天见"], "再见，请多保重。"),
        sad: (
            &["去世", "死了", "难过", "害怕", "哭", "癌", "生病", "孤独", "很累", "伤心"],
            "我很难过听到这个。谢谢你告诉我，虽然我现在只会说一点中文，但我会记住的。",
        ),
        glad: (
            &["开心", "高兴", "通过了", "结婚", "订婚", "升职"],
            "真为你高兴！虽然我现在只会说一点中文，但我会记住的。",
        ),
    },
    Courtesy {
        tag: "ru",
        how: (&["как дела", "как ты", "как поживаешь"], "Хорошо, спасибо. А ты как?"),
        who: &["кто ты", "как тебя зовут", "ты человек", "ты робот"],
        thanks: (&["спасибо", "большое спасибо"], "Пожалуйста."),
        bye: (&["пока", "до свидания", "спокойной ночи", "до завтра", "увидимся"], "До встречи, береги себя."),
        sad: (
            &["умер", "грустн", "боюсь", "страшно", "плач", "рак", "боле", "потерял", "уволил", "одинок", "устал"],
            "Мне очень жаль. Спасибо, что делишься; я запомню, хотя без языковой модели мало говорю по-русски.",
        ),
        glad: (
            &["счастлив", "рад", "сдал", "свадьб", "помолв", "выиграл", "родил"],
            "Как хорошо, это радует! Я запомню, хотя без языковой модели мало говорю по-русски.",
        ),
    },
    Courtesy {
        tag: "ar",
        how: (&["كيف حالك", "كيفك"], "بخير، شكراً. وأنت؟"),
        who: &["من أنت", "ما اسمك", "هل أنت إنسان", "هل أنت روبوت"],
        thanks: (&["شكرا", "شكراً", "شكرا جزيلا"], "على الرحب والسعة."),
        bye: (&["مع السلامة", "إلى اللقاء", "تصبح على خير", "وداعا"], "إلى اللقاء، واعتنِ بنفسك."),
        sad: (
            &["مات", "توفي", "حزين", "خائف", "أبكي", "سرطان", "مريض", "وحيد", "متعب"],
            "أنا آسف جداً. شكراً لأنك أخبرتني؛ سأتذكر ذلك، مع أنني أتكلم القليل من العربية الآن.",
        ),
        glad: (
            &["سعيد", "نجحت", "فرح", "خطوب", "زفاف"],
            "هذا خبر جميل! سأتذكر ذلك، مع أنني أتكلم القليل من العربية الآن.",
        ),
    },
    Courtesy {
        tag: "hi",
        how: (&["कैसे हो", "कैसे हैं", "क्या हाल"], "मैं ठीक हूँ, धन्यवाद। आप कैसे हैं?"),
        who: &["तुम कौन", "आप कौन", "तुम्हारा नाम", "आपका नाम", "इंसान हो"],
        thanks: (&["धन्यवाद", "शुक्रिया"], "कोई बात नहीं।"),
        bye: (&["अलविदा", "फिर मिलेंगे", "शुभ रात्रि"], "फिर मिलेंगे, अपना ध्यान रखिए।"),
        sad: (
            &["मृत्यु", "देहांत", "निधन", "दुखी", "उदास", "डर", "कैंसर", "बीमार", "अकेल", "थका"],
            "यह सुनकर बहुत दुख हुआ। बताने के लिए धन्यवाद; मैं इसे याद रखूँगा, भले ही अभी थोड़ी ही हिंदी बोल पाता हूँ।",
        ),
        glad: (
            &["खुश", "पास हो", "शादी", "सगाई", "जीत"],
            "यह तो बहुत अच्छी बात है! मैं इसे याद रखूँगा, भले ही अभी थोड़ी ही हिंदी बोल पाता हूँ।",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_are_met() {
        for (tag, text, expected) in [
            ("es", "¿Cómo estás?", "Bien, gracias"),
            ("de", "Wie geht es dir?", "Gut, danke"),
            ("fr", "Merci beaucoup !", "Avec plaisir"),
            ("ru", "Пока!", "До встречи"),
            ("zh", "谢谢", "不客气"),
        ] {
            let courtesy = Courtesy::of(tag).unwrap();
            assert!(courtesy.reply(text).unwrap_or("").contains(expected), "{text}");
        }
        assert_eq!(Courtesy::tongue_of("Tschüss!"), Some("de"));
        assert_eq!(Courtesy::tongue_of("Adiós"), Some("es"));
        assert_eq!(Courtesy::tongue_of("bye"), None);
        let es = Courtesy::of("es").unwrap();
        assert!(es.feeling("Mi abuela murió ayer").unwrap().contains("Lo siento"));
        assert!(es.feeling("Estoy muy feliz").unwrap().contains("alegría"));
        assert!(es.feeling("Vivo en Sevilla").is_none());
        assert!(es.asks_who("¿Eres humana?"));
    }
}
