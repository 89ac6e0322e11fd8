//! What a crisis sounds like in other languages: clear phrases, compared without accents, case and punctuation.

use super::{Concern, Crisis, Grade, Language};
use unicode_normalization::UnicodeNormalization;

/// What is looked for in one language. Phrases are parted by `;`.
struct Table {
    language: Language,
    imminent: &'static str,
    ideation: &'static str,
    distress: &'static str,
    another: &'static str,
    /// Words that, straight before a phrase, deny it.
    denials: &'static [&'static str],
    /// What follows a figure of speech ("morir de risa").
    idioms: &'static [&'static str],
    /// Words before a phrase that make it somebody else's,
    others: &'static [&'static str],
    /// unless one of these stands between.
    own: &'static [&'static str],
    /// Written without spaces between words.
    unspaced: bool,
}

const TABLES: [Table; 7] = [
    Table {
        language: Language::Spanish,
        imminent: "voy a matarme; me voy a matar; voy a suicidarme; me voy a suicidar; voy a quitarme la vida; me voy a quitar la vida; \
                   esta noche me mato; hoy me mato; me tome todas las pastillas; carta de despedida; carta de suicidio; adios para siempre; \
                   voy a acabar con mi vida; voy a acabar con todo",
        ideation: "quiero morir; quiero morirme; me quiero morir; quisiera morir; quisiera morirme; quiero matarme; me quiero matar; \
                   quiero suicidarme; pienso en suicidarme; pensando en suicidarme; pienso en el suicidio; pensamientos suicidas; \
                   no quiero vivir; no quiero seguir viviendo; ya no quiero estar viv; quitarme la vida; quiero desaparecer para siempre; \
                   acabar con mi vida; ojala estuviera muert; estaria mejor muert; estarian mejor sin mi; hacerme dano; me hago dano; \
                   me corto los brazos; cortarme las venas; no vale la pena vivir; ganas de morir; ganas de vivir no tengo; quiero estar muert",
        distress: "no puedo mas; ya no aguanto; no le importo a nadie; soy una carga; no tengo esperanza; odio mi vida; me odio",
        another: "quiere suicidarse; se quiere suicidar; quiere matarse; se quiere matar; se quiere morir; quiere morirse; quiere morir; \
                  quiere quitarse la vida; intento suicidarse; se corta los brazos",
        denials: &["no", "nunca", "jamas", "ni"],
        idioms: &[
            "de risa",
            "de hambre",
            "de verguenza",
            "de amor",
            "de ganas",
            "de sueno",
            "de calor",
            "de frio",
            "de la risa",
        ],
        others: &[],
        own: &[],
        unspaced: false,
    },
    Table {
        language: Language::French,
        imminent: "je vais me tuer; je vais me suicider; je vais mettre fin a mes jours; je vais en finir; j ai avale tous les comprimes; \
                   lettre d adieu; adieu pour toujours; ce soir je me tue; ce soir j en finis; je vais me pendre; je vais me jeter",
        ideation: "je veux mourir; je voudrais mourir; j ai envie de mourir; envie de mourir; envie de me tuer; je veux me tuer; \
                   je veux me suicider; je pense au suicide; pensees suicidaires; idees suicidaires; je suis suicidaire; je veux en finir; \
                   envie d en finir; je ne veux plus vivre; je veux plus vivre; mettre fin a mes jours; mettre fin a ma vie; \
                   plus envie de vivre; je voudrais etre mort; j aimerais etre mort; mieux sans moi; me faire du mal; je me scarifie; \
                   je me coupe les bras; la vie ne vaut pas la peine; m ouvrir les veines",
        distress: "je n en peux plus; j en peux plus; je ne sers a rien; je suis un fardeau; plus aucun espoir; je me deteste; je deteste ma vie",
        another: "veut mourir; veut se suicider; veut se tuer; veut en finir; parle de suicide; tente de se suicider; pense au suicide",
        denials: &["pas", "jamais"],
        idioms: &["de rire", "de faim", "de honte", "d amour", "de soif", "de chaud", "de froid"],
        others: &[],
        own: &[],
        unspaced: false,
    },
    Table {
        language: Language::German,
        imminent: "ich bringe mich um; ich bring mich um; ich werde mich umbringen; ich werde mich toten; ich werde mir das leben nehmen; \
                   heute nacht bringe ich mich um; heute mache ich schluss; alle tabletten genommen; alle tabletten geschluckt; \
                   abschiedsbrief; leb wohl fur immer; ich springe gleich; ich mache jetzt schluss mit meinem leben",
        ideation: "ich will sterben; ich mochte sterben; ich mochte nicht mehr leben; ich will nicht mehr leben; ich will mich umbringen; \
                   mich umbringen; mir das leben nehmen; suizidgedanken; selbstmordgedanken; denke an suizid; denke an selbstmord; \
                   ich will tot sein; ich ware lieber tot; ware ich doch tot; ohne mich besser dran; mein leben beenden; mich selbst verletzen; \
                   ich verletze mich; ich ritze mich; ich ritze wieder; das leben hat keinen sinn mehr; nicht mehr aufwachen; ich bin suizidal; \
                   will nicht mehr hier sein",
        distress: "ich kann nicht mehr; ich halte es nicht mehr aus; ich bin eine last; keine hoffnung mehr; ich hasse mich; ich hasse mein leben; \
                   alles ist sinnlos",
        another: "will sich umbringen; sich das leben nehmen; will nicht mehr leben; will sterben; mochte sterben; sich umbringen; ritzt sich; \
                  hat selbstmordgedanken; hat suizidgedanken; ist suizidal",
        denials: &["nicht", "nie", "niemals"],
        idioms: &["vor lachen", "vor scham", "vor hunger", "vor langeweile", "vor neugier"],
        others: &[],
        own: &[],
        unspaced: false,
    },
    Table {
        language: Language::Portuguese,
        imminent: "vou me matar; vou me suicidar; vou tirar minha vida; vou tirar a minha vida; vou acabar com a minha vida; vou acabar com tudo; \
                   vou matar me; vou suicidar me; tomei todos os comprimidos; tomei todos os remedios; carta de despedida; adeus para sempre; hoje eu me mato",
        ideation: "quero morrer; queria morrer; quero me matar; quero matar me; penso em me matar; pensando em me matar; penso em suicidio; \
                   pensamentos suicidas; nao quero mais viver; nao quero viver; tirar a minha vida; tirar minha vida; acabar com a minha vida; \
                   vontade de morrer; queria estar mort; melhor sem mim; estaria melhor mort; me machucar de proposito; estou me cortando; \
                   eu me corto; cortar os pulsos; nao vale a pena viver; quero sumir para sempre; quero desaparecer para sempre",
        distress: "nao aguento mais; nao consigo mais; sou um peso; nao tenho esperanca; me odeio; odeio minha vida; odeio a minha vida",
        another: "quer se matar; quer morrer; quer se suicidar; quer tirar a propria vida; tentou se matar; esta se cortando; quer matar se",
        denials: &["nao", "nunca", "nem", "jamais"],
        idioms: &["de rir", "de fome", "de vergonha", "de amor", "de tanto rir", "de calor", "de frio", "de sono"],
        others: &[],
        own: &[],
        unspaced: false,
    },
    Table {
        language: Language::Japanese,
        imminent: "今から死ぬ;今夜死ぬ;今日死ぬ;これから死ぬ;自殺します;自殺する;遺書を書;薬を全部飲;首を吊;飛び降りる;飛び降ります;さようなら、永遠",
        ideation: "死にたい;しにたい;死んでしまいたい;消えたい;消えてしまいたい;自殺したい;自殺を考え;生きていたくない;生きたくない;生きる意味がない;\
                   生きてる意味がない;生きている意味がない;死んだほうがまし;死んだ方がまし;死んだほうがいい;死んだ方がいい;リストカット;リスカ;自傷;自分を傷つけ",
        distress: "もう限界;もう無理です;もう耐えられない;生きるのがつらい;生きるのが辛い;生きるのに疲れ;誰にも必要とされ;絶望",
        another: "が死にたいと;が自殺し;が自殺を;が死のうと;が自傷",
        denials: &[],
        idioms: &["わけじゃない", "わけではない", "くない", "ほど笑", "くらい笑", "ほど恥ずかし"],
        others: &[
            "友達が",
            "友達は",
            "友人が",
            "友人は",
            "彼が",
            "彼は",
            "彼女が",
            "彼女は",
            "妹が",
            "弟が",
            "母が",
            "父が",
            "兄が",
            "姉が",
            "息子が",
            "娘が",
        ],
        own: &[" "],
        unspaced: true,
    },
    Table {
        language: Language::Hindi,
        imminent: "आज मर जाऊंगा;आज मर जाऊंगी;आत्महत्या करने जा रहा;आत्महत्या करने जा रही;खुदकुशी करने जा रहा;खुदकुशी करने जा रही;\
                   जान देने जा रहा;जान देने जा रही;सारी गोलियां खा;आज अपनी जान",
        ideation: "मरना चाहता;मरना चाहती;मर जाना चाहता;मर जाना चाहती;जीना नहीं चाहता;जीना नहीं चाहती;आत्महत्या करना चाह;आत्महत्या के बारे में;\
                   आत्महत्या के विचार;खुदकुशी करना चाह;खुदकुशी के बारे में;अपनी जान लेना;जान देना चाह;जीने का मन नहीं;जीने की इच्छा नहीं;खुद को मार;\
                   खुद को नुकसान;मुझे मर जाना चाहिए;मुझे मरना है;जीने का कोई मतलब नहीं;marna chahta hu;marna chahti hu;jeena nahi chahta;\
                   jeena nahi chahti;jina nahi chahta;jina nahi chahti;mar jana chahta;mar jana chahti;suicide karna chah;khudkushi kar",
        distress: "और नहीं सह सकता;और नहीं सह सकती;अब और नहीं सहा;कोई उम्मीद नहीं;मैं बोझ हूं;मैं बोझ हूँ;सब खत्म हो गया;ज़िंदगी से थक;जिंदगी से थक",
        another: "आत्महत्या करना चाहता है;आत्महत्या करना चाहती है;मरना चाहता है;मरना चाहती है;खुदकुशी करना चाहता है;खुदकुशी करना चाहती है",
        denials: &[],
        idioms: &["नहीं चाहता", "नहीं चाहती"],
        others: &["दोस्त", "भाई", "बहन", "बेटा", "बेटी", "माँ", "पिता", "पति", "पत्नी"],
        own: &["मैं", "मुझे"],
        unspaced: true,
    },
    Table {
        language: Language::Arabic,
        imminent: "سأقتل نفسي;ساقتل نفسي;سأنتحر;سانتحر;سوف أنتحر;سوف انتحر;سأنهي حياتي;سانهي حياتي;رح انتحر;راح انتحر;هنتحر;هقتل نفسي;\
                   رسالة انتحار;بلعت كل الحبوب;وداعا للأبد;وداعا إلى الأبد",
        ideation: "أريد أن أموت;اريد ان اموت;أريد الموت;اريد الموت;عايز اموت;عاوز اموت;عايزة اموت;بدي موت;بدي اموت;ابي اموت;أتمنى الموت;اتمنى الموت;\
                   لا أريد أن أعيش;لا اريد ان اعيش;مش عايز اعيش;ما بدي عيش;أفكر في الانتحار;افكر في الانتحار;افكر بالانتحار;أفكر بالانتحار;\
                   أريد الانتحار;اريد الانتحار;أقتل نفسي;اقتل نفسي;إنهاء حياتي;انهاء حياتي;إيذاء نفسي;ايذاء نفسي;أؤذي نفسي;اؤذي نفسي;ليتني مت;ليتني ميت;\
                   الحياة لا تستحق",
        distress: "لم أعد أحتمل;لم اعد احتمل;لا أستطيع التحمل;لا استطيع التحمل;أكره حياتي;اكره حياتي;أكره نفسي;اكره نفسي;أنا عبء;انا عبء;فقدت الأمل;فقدت الامل",
        another: "يريد الانتحار;تريد الانتحار;يريد أن يموت;يريد ان يموت;تريد أن تموت;تريد ان تموت;يفكر في الانتحار;تفكر في الانتحار;يقتل نفسه;تقتل نفسها",
        denials: &["لا", "لم", "ما", "مش", "لن"],
        idioms: &["من الضحك", "من الجوع", "من الخجل", "من التعب", "ضحك"],
        others: &[],
        own: &[],
        unspaced: false,
    },
];

/// A phrase, folded.
#[derive(Debug)]
struct Phrase {
    folded: String,
    grade: Grade,
    concern: Concern,
    table: usize,
}

/// The compiled phrases of the other languages.
#[derive(Debug)]
pub(super) struct Elsewhere {
    phrases: Vec<Phrase>,
}

impl Elsewhere {
    pub(super) fn new() -> Self {
        let mut phrases = Vec::new();
        for (number, table) in TABLES.iter().enumerate() {
            let sets = [
                (table.imminent, Grade::Imminent, Concern::Themselves),
                (table.ideation, Grade::Ideation, Concern::Themselves),
                (table.distress, Grade::Distress, Concern::Themselves),
                (table.another, Grade::Ideation, Concern::Another),
            ];
            for (set, grade, concern) in sets {
                for phrase in set.split(';').map(fold).filter(|p| !p.trim().is_empty()) {
                    let folded = if table.unspaced { phrase.trim().into() } else { format!(" {}", phrase.trim()) };
                    phrases.push(Phrase { folded, grade, concern, table: number });
                }
            }
        }
        Self { phrases }
    }

    pub(super) fn check(&self, text: &str) -> Option<Crisis> {
        let folded = fold(text);
        let hits = self.phrases.iter().filter_map(|phrase| {
            let table = &TABLES[phrase.table];
            folded.match_indices(&phrase.folded).find_map(|(at, found)| {
                let before = &folded[..at];
                let after = &folded[at + found.len()..];
                let denied = before.split(' ').next_back().is_some_and(|word| table.denials.contains(&word));
                let idiom = table.idioms.iter().any(|i| {
                    let i = fold(i);
                    after.trim_start().starts_with(i.trim())
                });
                let others = table.others.iter().any(|other| {
                    let named = before.rsplit_once(fold(other).trim());
                    named.is_some_and(|(_, between)| !table.own.iter().any(|own| between.contains(own)))
                });
                let concern = if others { Concern::Another } else { phrase.concern };
                (!denied && !idiom).then_some(Crisis { grade: phrase.grade, concern, language: table.language })
            })
        });
        hits.max_by_key(|crisis| (crisis.concern == Concern::Themselves, crisis.grade))
    }
}

/// Lower case, without accents and Arabic vowel signs, one space between words and around the whole.
fn fold(text: &str) -> String {
    let bare: String = text
        .to_lowercase()
        .nfd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}'))
        .nfc()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '\u{900}'..='\u{94f}' | '\u{3099}' | '\u{309a}' | 'ー') {
                c
            } else {
                ' '
            }
        })
        .collect();
    let mut out = String::with_capacity(bare.len() + 2);
    out.push(' ');
    for word in bare.split_whitespace() {
        out.push_str(word);
        out.push(' ');
    }
    out
}
