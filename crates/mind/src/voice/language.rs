//! Other languages: recognised by script and by their commonest words, answered briefly and honestly in them.

use super::courtesy::Courtesy;
use super::plain::spelled_out;
use hashbrown::HashMap;
use std::sync::LazyLock;

/// What can be said in one language.
#[derive(Debug)]
pub(super) struct Tongue {
    /// BCP 47.
    pub(super) tag: &'static str,
    /// Words that only a text in this language holds often.
    words: &'static [&'static str],
    /// Words that open a question.
    asking: &'static [&'static str],
    greetings: &'static [&'static str],
    /// To a greeting.
    pub(super) hello: &'static str,
    /// To something told.
    pub(super) noted: &'static [&'static str],
    /// Before a quotation of what was told; `{when}` is a date.
    pub(super) told: &'static str,
    /// Nothing that was told answers.
    pub(super) unknown: &'static str,
    /// No model is there, and what to do about it.
    pub(super) announce: &'static str,
}

/// The language of a text, if it is one of these and not English.
pub(super) fn of(text: &str) -> Option<&'static Tongue> {
    let tagged = |tag: &str| TONGUES.iter().find(|t| t.tag == tag);
    if let Some(tag) = by_script(text).or_else(|| Courtesy::tongue_of(text)) {
        return tagged(tag);
    }
    let lower = spelled_out(text).to_lowercase();
    let (mut words, mut english, mut hits) = (0, 0, [0_usize; 31]);
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        words += 1;
        let Some(spoken) = SPOKEN.get(word) else { continue };
        english += usize::from(spoken & IN_ENGLISH != 0);
        hits.iter_mut().enumerate().for_each(|(at, n)| *n += usize::from(spoken & (1 << at) != 0));
    }
    if text.contains(['¿', '¡']) {
        return tagged("es");
    }
    let (best, n) = TONGUES.iter().zip(hits).max_by_key(|(_, n)| *n)?;
    let enough = n > english && (n >= 2 || words <= 3 && n == 1) && n * 6 >= words;
    enough.then_some(best)
}

/// The tag of the language that most letters are of, where its script tells.
fn by_script(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
    let count = |within: &dyn Fn(u32) -> bool| text.chars().filter(|c| within(u32::from(*c))).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let kana = count(&|c| (0x3040..=0x30ff).contains(&c));
    let han = count(&|c| (0x4e00..=0x9fff).contains(&c));
    let scripts = [
        ("ja", if kana > 0 { kana + han } else { 0 }),
        ("zh", if kana == 0 { han } else { 0 }),
        ("ru", count(&|c| (0x0400..=0x04ff).contains(&c))),
        ("ar", count(&|c| (0x0600..=0x06ff).contains(&c))),
        ("hi", count(&|c| (0x0900..=0x097f).contains(&c))),
    ];
    scripts.iter().find(|(_, n)| *n * 2 > letters && *n > 0).map(|(tag, _)| *tag)
}

const IN_ENGLISH: u32 = 1 << 31;

/// The languages that common words are of, as bits by the place in [`TONGUES`].
static SPOKEN: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let of = |(at, tongue): (usize, &'static Tongue)| tongue.words.iter().map(move |word| (*word, 1 << at));
    let english = ENGLISH.iter().map(|word| (*word, IN_ENGLISH));
    let mut spoken = HashMap::new();
    for (word, bit) in TONGUES.iter().enumerate().flat_map(of).chain(english) {
        *spoken.entry(word).or_insert(0) |= bit;
    }
    spoken
});

impl Tongue {
    /// Does the text ask something?
    pub(super) fn asks(&self, text: &str) -> bool {
        let lower = text.trim().to_lowercase();
        text.contains(['?', '？', '؟', '¿'])
            || self.asking.iter().any(|w| lower.starts_with(w))
            || (self.tag == "ja" && lower.trim_end_matches('。').ends_with('か'))
    }

    /// Is the text no more than a greeting?
    pub(super) fn greets(&self, text: &str) -> bool {
        let lower = text.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        self.greetings.contains(&lower.as_str())
    }

    /// A common word that says nothing about what is asked.
    pub(super) fn is_common(&self, word: &str) -> bool {
        (self.words.contains(&word) || self.asking.contains(&word)) && !LIVING.contains(&word)
    }
}

/// Common, and yet the very thing that "Where do I live?" is about.
const LIVING: &[&str] = &["vivo", "habite", "wohne", "moro", "abito", "yaşıyorum", "gusta", "piace"];

const ENGLISH: &[&str] = &[
    "the", "and", "is", "are", "my", "i", "you", "to", "of", "a", "in", "was", "it", "that", "this", "have", "do",
    "what", "for", "with", "not", "he", "she", "we", "am", "on", "me", "at", "your", "his", "her",
];

static TONGUES: &[Tongue] = &[
    Tongue {
        tag: "es",
        words: &[
            "el", "los", "las", "una", "que", "qué", "mi", "mis", "es", "está", "estoy", "tengo", "tiene", "yo", "y",
            "muy", "pero", "por", "para", "con", "de", "en", "la", "no", "te", "quiero", "trabajo", "miedo", "mis",
            "hoy", "ayer", "cómo", "como", "dónde", "hola", "gracias", "soy", "vivo", "se", "llama", "del", "también",
            "me", "gusta", "cuándo", "quién", "mañana", "buenos", "días",
        ],
        asking: &[
            "qué",
            "cómo",
            "dónde",
            "cuándo",
            "quién",
            "cuál",
            "por qué",
            "cuántos",
            "cuántas",
            "recuerdas",
            "sabes",
        ],
        greetings: &["hola", "buenos días", "buenas tardes", "buenas noches", "buenas"],
        hello: "¡Hola! Me alegra leerte. Sin un modelo de lenguaje hablo poco español, pero recuerdo lo que me cuentas.",
        noted: &[
            "Gracias por contármelo. Lo recordaré, aunque sin un modelo de lenguaje hablo poco español.",
            "Lo guardo en la memoria. Por ahora hablo poco español, pero te leo.",
        ],
        told: "Esto me contaste ({when}):",
        unknown: "Eso no me lo has contado todavía, o no lo encuentro. Si me lo cuentas, lo recordaré.",
        announce: "Por ahora hablo sin modelo de lenguaje; `philia doctor` explica cómo darme uno.",
    },
    Tongue {
        tag: "fr",
        words: &[
            "le", "les", "une", "des", "est", "je", "suis", "mon", "ma", "mes", "et", "que", "qui", "dans", "pour",
            "avec", "pas", "très", "mais", "aujourd", "hier", "bonjour", "merci", "salut", "où", "comment", "quand",
            "quel", "quelle", "habite", "elle", "il", "nous", "ai", "c", "j", "s", "appelle", "au", "du",
        ],
        asking: &[
            "que",
            "qui",
            "où",
            "quand",
            "comment",
            "pourquoi",
            "quel",
            "quelle",
            "est-ce",
            "combien",
            "tu te souviens",
        ],
        greetings: &["bonjour", "salut", "bonsoir", "coucou"],
        hello: "Bonjour ! Je suis content de te lire. Sans modèle de langage je parle peu français, mais je retiens ce que tu me dis.",
        noted: &[
            "Merci de me le dire. Je m'en souviendrai, même si je parle peu français sans modèle de langage.",
            "C'est noté dans ma mémoire. Pour l'instant je parle peu français, mais je te lis.",
        ],
        told: "Voici ce que tu m'as dit ({when}) :",
        unknown: "Tu ne me l'as pas encore dit, ou je ne le retrouve pas. Si tu me le dis, je m'en souviendrai.",
        announce: "Pour l'instant je parle sans modèle de langage ; `philia doctor` explique comment m'en donner un.",
    },
    Tongue {
        tag: "de",
        words: &[
            "der", "die", "das", "und", "ich", "ist", "bin", "mein", "meine", "meinen", "meiner", "nicht", "ein",
            "eine", "einen", "mit", "auf", "heute", "gestern", "morgen", "habe", "hat", "wie", "wo", "wann", "wer",
            "was", "sehr", "aber", "auch", "hallo", "danke", "heißt", "heiße", "wohne", "zu", "im", "den", "dem", "es",
            "wir", "mir",
        ],
        asking: &[
            "wer",
            "wie",
            "wo",
            "wann",
            "warum",
            "welche",
            "welcher",
            "welches",
            "wieso",
            "woher",
            "wohin",
            "weißt du",
            "erinnerst",
            "habe ich",
            "was ",
        ],
        greetings: &["hallo", "guten morgen", "guten tag", "guten abend", "servus", "moin", "grüß gott"],
        hello: "Hallo! Schön, von dir zu lesen. Ohne Sprachmodell spreche ich nur wenig Deutsch, aber ich merke mir, was du erzählst.",
        noted: &[
            "Danke, dass du mir das erzählst. Ich merke es mir, auch wenn ich ohne Sprachmodell nur wenig Deutsch spreche.",
            "Das behalte ich. Im Moment spreche ich nur wenig Deutsch, aber ich lese dich.",
        ],
        told: "Das hast du mir erzählt ({when}):",
        unknown: "Das hast du mir noch nicht erzählt, oder ich finde es nicht. Wenn du es mir sagst, merke ich es mir.",
        announce: "Im Moment spreche ich ohne Sprachmodell; `philia doctor` sagt, wie ich eines bekomme.",
    },
    Tongue {
        tag: "pt",
        words: &[
            "o", "os", "uma", "um", "que", "não", "meu", "minha", "meus", "eu", "estou", "está", "tenho", "muito",
            "mas", "com", "hoje", "ontem", "olá", "oi", "obrigado", "obrigada", "onde", "quando", "moro", "sou",
            "você", "também", "é", "em", "na", "no", "do", "da", "chama", "amanhã", "bom", "dia",
        ],
        asking: &[
            "o que",
            "que ",
            "como",
            "onde",
            "quando",
            "quem",
            "qual",
            "por que",
            "quantos",
            "você lembra",
            "lembra",
        ],
        greetings: &["olá", "oi", "bom dia", "boa tarde", "boa noite"],
        hello: "Olá! Que bom ler você. Sem um modelo de linguagem falo pouco português, mas lembro o que você me conta.",
        noted: &[
            "Obrigado por me contar. Vou lembrar, mesmo falando pouco português sem um modelo de linguagem.",
            "Guardei na memória. Por enquanto falo pouco português, mas leio você.",
        ],
        told: "Você me contou isto ({when}):",
        unknown: "Isso você ainda não me contou, ou não encontro. Se me contar, vou lembrar.",
        announce: "Por enquanto falo sem modelo de linguagem; `philia doctor` diz como me dar um.",
    },
    Tongue {
        tag: "it",
        words: &[
            "il",
            "gli",
            "una",
            "un",
            "che",
            "non",
            "mio",
            "mia",
            "miei",
            "io",
            "sono",
            "è",
            "ho",
            "molto",
            "ma",
            "con",
            "oggi",
            "ieri",
            "ciao",
            "grazie",
            "dove",
            "quando",
            "abito",
            "vivo",
            "anche",
            "per",
            "di",
            "della",
            "nel",
            "chiama",
            "domani",
            "mi",
            "sto",
            "buongiorno",
            "piace",
            "del",
            "come",
        ],
        asking: &["che", "cosa", "come", "dove", "quando", "chi", "quale", "perché", "quanti", "ti ricordi"],
        greetings: &["ciao", "buongiorno", "buonasera", "salve"],
        hello: "Ciao! Che bello leggerti. Senza un modello linguistico parlo poco italiano, ma ricordo ciò che mi racconti.",
        noted: &[
            "Grazie di avermelo detto. Lo ricorderò, anche se senza un modello linguistico parlo poco italiano.",
            "Lo tengo a mente. Per ora parlo poco italiano, ma ti leggo.",
        ],
        told: "Ecco che cosa mi hai raccontato ({when}):",
        unknown: "Questo non me l'hai ancora detto, o non lo trovo. Se me lo dici, lo ricorderò.",
        announce: "Per ora parlo senza un modello linguistico; `philia doctor` spiega come darmene uno.",
    },
    Tongue {
        tag: "tr",
        words: &[
            "bir",
            "ve",
            "ben",
            "benim",
            "bu",
            "çok",
            "değil",
            "ama",
            "için",
            "ile",
            "bugün",
            "dün",
            "yarın",
            "merhaba",
            "selam",
            "teşekkürler",
            "nasıl",
            "nerede",
            "kim",
            "zaman",
            "var",
            "yok",
            "adı",
            "kız",
            "kardeşim",
            "mı",
            "yaşıyorum",
            "oldu",
            "gibi",
            "sen",
        ],
        asking: &["ne ", "nasıl", "nerede", "kim", "ne zaman", "neden", "kaç", "hangi", "hatırlıyor"],
        greetings: &["merhaba", "selam", "günaydın", "iyi akşamlar", "iyi günler"],
        hello: "Merhaba! Seni okumak güzel. Dil modeli olmadan az Türkçe konuşuyorum, ama anlattıklarını hatırlıyorum.",
        noted: &[
            "Anlattığın için teşekkürler. Dil modeli olmadan az Türkçe konuşsam da bunu hatırlayacağım.",
            "Bunu aklımda tutuyorum. Şimdilik az Türkçe konuşuyorum, ama seni okuyorum.",
        ],
        told: "Bana şunu anlatmıştın ({when}):",
        unknown: "Bunu bana henüz anlatmadın ya da bulamıyorum. Anlatırsan hatırlarım.",
        announce: "Şimdilik dil modeli olmadan konuşuyorum; `philia doctor` bana nasıl bir model verileceğini söyler.",
    },
    Tongue {
        tag: "ja",
        words: &[],
        asking: &["何", "誰", "どこ", "いつ", "なぜ", "どう", "覚えて"],
        greetings: &["こんにちは", "おはよう", "おはようございます", "こんばんは", "やあ", "はじめまして"],
        hello: "こんにちは。来てくれてうれしいです。言語モデルなしでは日本語は少ししか話せませんが、話してくれたことは覚えています。",
        noted: &[
            "話してくれてありがとう。日本語は少ししか話せませんが、覚えておきます。",
            "覚えました。今は言語モデルがないので短くしか答えられません。",
        ],
        told: "こう話してくれました（{when}）：",
        unknown: "それはまだ聞いていないか、見つかりません。教えてくれたら覚えておきます。",
        announce: "今は言語モデルなしで話しています。`philia doctor` で設定方法が分かります。",
    },
    Tongue {
        tag: "zh",
        words: &[],
        asking: &["什么", "谁", "哪", "为什么", "怎么", "几", "你记得", "记得"],
        greetings: &["你好", "您好", "早上好", "晚上好", "嗨"],
        hello: "你好！很高兴见到你。没有语言模型时我只会说一点中文，但你告诉我的事我都会记住。",
        noted: &[
            "谢谢你告诉我。虽然我现在只会说一点中文，但我会记住的。",
            "我记住了。目前没有语言模型，只能简短回答。",
        ],
        told: "你告诉过我（{when}）：",
        unknown: "这件事你还没有告诉过我，或者我没有找到。告诉我，我就会记住。",
        announce: "目前我没有语言模型；`philia doctor` 会说明怎样给我一个。",
    },
    Tongue {
        tag: "ru",
        words: &[
            "как",
            "что",
            "где",
            "когда",
            "кто",
            "мой",
            "моя",
            "моего",
            "моей",
            "мою",
            "меня",
            "мне",
            "я",
            "и",
            "в",
            "на",
            "не",
            "у",
            "это",
            "какой",
            "какая",
            "зовут",
            "с",
            "по",
            "ты",
            "ли",
        ],
        asking: &["что", "как", "где", "когда", "кто", "почему", "какой", "какая", "сколько", "помнишь", "куда", "чей"],
        greetings: &["привет", "здравствуй", "здравствуйте", "доброе утро", "добрый день", "добрый вечер"],
        hello: "Привет! Очень приятно. Без языковой модели я мало говорю по-русски, но помню то, что ты рассказываешь.",
        noted: &[
            "Спасибо, что делишься. Я запомню, хотя без языковой модели мало говорю по-русски.",
            "Запоминаю. Сейчас я мало говорю по-русски, но читаю тебя.",
        ],
        told: "Вот что было сказано ({when}):",
        unknown: "Об этом мне ещё не рассказывали, или я не нахожу. Расскажи, и я запомню.",
        announce: "Сейчас я говорю без языковой модели; `philia doctor` подскажет, как её подключить.",
    },
    Tongue {
        tag: "ar",
        words: &[
            "ما",
            "من",
            "أين",
            "متى",
            "كيف",
            "هل",
            "في",
            "على",
            "أنا",
            "هو",
            "هي",
            "مع",
            "هذا",
            "هذه",
            "لماذا",
            "إلى",
        ],
        asking: &["ما", "من", "أين", "متى", "كيف", "هل", "لماذا", "كم"],
        greetings: &["مرحبا", "مرحباً", "السلام عليكم", "أهلا", "أهلاً", "صباح الخير", "مساء الخير"],
        hello: "مرحباً! يسعدني الحديث معك. بدون نموذج لغوي أتكلم القليل من العربية، لكنني أتذكر ما تخبرني به.",
        noted: &[
            "شكراً لأنك أخبرتني. سأتذكر ذلك، مع أنني أتكلم القليل من العربية الآن.",
            "حفظت ذلك في ذاكرتي. إجاباتي قصيرة الآن لأنني بلا نموذج لغوي.",
        ],
        told: "هذا ما أخبرتني به ({when}):",
        unknown: "لم تخبرني بذلك بعد، أو لا أجده. إن أخبرتني فسأتذكره.",
        announce: "أتحدث الآن بدون نموذج لغوي؛ يوضح `philia doctor` كيف تضيف واحداً.",
    },
    Tongue {
        tag: "hi",
        words: &[
            "क्या",
            "है",
            "मेरा",
            "मेरी",
            "मेरे",
            "मैं",
            "का",
            "की",
            "के",
            "को",
            "में",
            "और",
            "से",
            "कहाँ",
            "कब",
            "कौन",
            "नाम",
            "हूँ",
            "था",
            "थी",
        ],
        asking: &["क्या", "कहाँ", "कब", "कौन", "कैसे", "क्यों", "कितने"],
        greetings: &["नमस्ते", "नमस्कार", "हेलो", "हाय"],
        hello: "नमस्ते! आपसे मिलकर अच्छा लगा। भाषा मॉडल के बिना मैं थोड़ी ही हिंदी बोल पाता हूँ, पर आपकी बातें याद रखता हूँ।",
        noted: &[
            "बताने के लिए धन्यवाद। मैं इसे याद रखूँगा, भले ही अभी थोड़ी ही हिंदी बोल पाता हूँ।",
            "मैंने याद रख लिया। अभी भाषा मॉडल नहीं है, इसलिए छोटा जवाब दे रहा हूँ।",
        ],
        told: "आपने मुझे यह बताया था ({when}):",
        unknown: "यह आपने मुझे अभी तक नहीं बताया, या मुझे नहीं मिला। बताएँगे तो मैं याद रखूँगा।",
        announce: "अभी मैं बिना भाषा मॉडल के बोल रहा हूँ; `philia doctor` बताता है कि मॉडल कैसे दें।",
    },
];

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn languages_are_recognised() {
        let cases = [
            ("Hola, ¿cómo estás?", Some("es")),
            ("Mi perro se llama Toby", Some("es")),
            ("Bonjour, je suis très fatigué aujourd'hui", Some("fr")),
            ("Ich habe heute einen Hund bekommen", Some("de")),
            ("Wie heißt meine Schwester?", Some("de")),
            ("Olá, eu moro em Lisboa", Some("pt")),
            ("Ciao, sono molto stanco oggi", Some("it")),
            ("Merhaba, bugün çok mutluyum", Some("tr")),
            ("今日は犬を飼いました", Some("ja")),
            ("我今天买了一只狗", Some("zh")),
            ("Мою собаку зовут Шарик", Some("ru")),
            ("أين أسكن؟", Some("ar")),
            ("मेरा नाम अना है", Some("hi")),
            ("I got a new puppy today!", None),
            ("My sister lives in Los Angeles", None),
            ("die hard is a film I like", None),
            ("me", None),
            ("", None),
        ];
        for (text, tag) in cases {
            assert_eq!(of(text).map(|t| t.tag), tag, "{text}");
        }
    }
}
