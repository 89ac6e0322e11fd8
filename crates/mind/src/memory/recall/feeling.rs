//! The feeling a question asks for: "a happy memory", "when was I sad?", "something that made me proud".
//!
//! What a memory was felt as is one of the emotions of the appraisal, which are the companion's: at a person's good
//! news it is happy *for* them. So a feeling stands for all the emotions that such a memory may carry.

use crate::appraisal::Emotion;
use crate::mood::EmotionLabel;

/// A feeling that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeling {
    /// Happy, glad, excited.
    Happy,
    /// Sad, lonely, hurt.
    Sad,
    /// Angry, annoyed.
    Angry,
    /// Afraid, worried, nervous.
    Afraid,
    /// Proud.
    Proud,
    /// Ashamed, guilty, embarrassed.
    Ashamed,
    /// Thankful.
    Grateful,
    /// Surprised.
    Surprised,
    /// Calm, relieved, content.
    Calm,
    /// Hopeful.
    Hopeful,
    /// Disappointed, frustrated.
    Disappointed,
    /// Disgusted.
    Disgusted,
    /// In love, loved.
    Loving,
}

/// (feeling, the folded words that ask for it, the emotions that stand for it, the moods that do).
pub(super) type Row = (Feeling, &'static str, &'static [Emotion], &'static [EmotionLabel]);

pub(super) const FEELINGS: &[Row] = &[
    (
        Feeling::Happy,
        "happy happier happiest happiness glad joy joyful joyous cheerful delighted excited excitement thrilled fun \
         feliz felices alegre alegria contento contenta heureux heureuse joyeux joie content contente glucklich \
         glucklichen glucklicher froh frohlich freude alegres felizes felice felici contenta gioia счастливое счастливый \
         счастлив счастлива счастье радость радостное рад рада радостный веселое खुश खुशी سعيد سعيده سعاده فرح",
        &[
            Emotion::Joy,
            Emotion::HappyFor,
            Emotion::Satisfaction,
            Emotion::Gratification,
            Emotion::Gratitude,
            Emotion::Pride,
            Emotion::Relief,
        ],
        &[EmotionLabel::Happy, EmotionLabel::Excited],
    ),
    (
        Feeling::Sad,
        "sad sadder saddest sadness unhappy grief grieving heartbroken lonely loneliness hurt depressed miserable crying cried cry \
         triste tristes tristeza triste tristesse malheureux traurig traurige trauriges trauer tristezza грустно грустный \
         грустное грусть грустила печально печаль दुखी दुख उदास حزين حزينه حزن",
        &[Emotion::SorryFor, Emotion::Distress, Emotion::Disappointment, Emotion::Remorse, Emotion::FearsConfirmed],
        &[EmotionLabel::Sad],
    ),
    (
        Feeling::Angry,
        "angry angrier anger mad furious annoyed annoying rage upset irritated enfadado enfadada enojado enojada ira colere \
         fache fachee enerve wutend wut arger argerlich verargert zangado zangada raiva arrabbiato arrabbiata rabbia злой злая \
         злость сердит рассердился разозлился разозлило разозлила गुस्सा नाराज غاضب غاضبه غضب",
        &[Emotion::Anger, Emotion::Reproach, Emotion::Resentment, Emotion::Hate],
        &[EmotionLabel::Angry],
    ),
    (
        Feeling::Afraid,
        "afraid scared fear fearful frightened frightening scary worried worry anxious nervous panic terrified miedo asustado \
         asustada preocupado preocupada nervioso peur inquiet inquiete angst angstlich besorgt nervos medo preocupado nervoso \
         paura spaventato preoccupato страх страшно боялся боялась волновался волновалась тревога डर चिंता خائف خايف خوف قلق",
        &[Emotion::Fear, Emotion::FearsConfirmed],
        &[EmotionLabel::Fearful, EmotionLabel::Anxious],
    ),
    (
        Feeling::Proud,
        "proud prouder proudest pride orgulloso orgullosa orgullo fier fiere fierte stolz orgulhoso orgulhosa orgulho \
         orgoglioso orgogliosa orgoglio горжусь горд гордость гордился गर्व فخور فخوره فخر",
        &[Emotion::Pride, Emotion::Gratification, Emotion::Admiration, Emotion::HappyFor, Emotion::Satisfaction],
        &[],
    ),
    (
        Feeling::Ashamed,
        "ashamed shame guilty guilt embarrassed embarrassing avergonzado avergonzada verguenza culpable honte coupable scham \
         beschamt peinlich vergonha culpa vergogna colpevole стыд стыдно वина शर्म خجل",
        &[Emotion::Shame, Emotion::Remorse],
        &[],
    ),
    (
        Feeling::Grateful,
        "grateful gratitude thankful agradecido agradecida gratitud reconnaissant reconnaissante gratitude dankbar dankbarkeit \
         grato grata gratidao riconoscente благодарен благодарна благодарность आभारी ممتن ممتنه",
        &[Emotion::Gratitude],
        &[],
    ),
    (
        Feeling::Surprised,
        "surprised surprising surprise astonished unexpected sorprendido sorprendida sorpresa surpris surprise uberrascht \
         uberraschung surpreso surpresa sorpreso удивлен удивило удивила сюрприз हैरान متفاجئ مفاجاه",
        &[Emotion::Surprise],
        &[EmotionLabel::Surprised],
    ),
    (
        Feeling::Calm,
        "calm calmer peaceful relaxed relaxing relieved relief serene tranquilo tranquila calme apaise ruhig gelassen \
         erleichtert calmo calma sereno спокойно спокойный शांत هادئ",
        &[Emotion::Relief, Emotion::Satisfaction],
        &[EmotionLabel::Calm, EmotionLabel::Content],
    ),
    (
        Feeling::Hopeful,
        "hopeful hoping esperanzado zuversichtlich надеялся надеялась उम्मीद متفائل",
        &[Emotion::Hope],
        &[],
    ),
    (
        Feeling::Disappointed,
        "disappointed disappointing disappointment frustrated frustrating decepcionado decepcionada decu decue enttauscht \
         desapontado deluso delusa разочарован разочарована निराश محبط",
        &[Emotion::Disappointment, Emotion::FearsConfirmed, Emotion::SorryFor],
        &[],
    ),
    (
        Feeling::Disgusted,
        "disgusted disgusting disgust asqueado degoute angewidert ekel enojado disgustato отвращение घृणा",
        &[Emotion::Hate, Emotion::Reproach],
        &[EmotionLabel::Disgusted],
    ),
    (
        Feeling::Loving,
        "loved loving affection enamorado enamorada amoureux amoureuse verliebt apaixonado apaixonada innamorato innamorata \
         влюблен влюблена प्यार",
        &[Emotion::Love],
        &[],
    ),
];

/// The same in scripts without spaces: found wherever they stand.
const RUNS: &[(Feeling, &[&str])] = &[
    (
        Feeling::Happy,
        &[
            "嬉しかった",
            "嬉しい",
            "うれし",
            "楽しかった",
            "楽しい",
            "幸せ",
            "开心",
            "開心",
            "高兴",
            "高興",
            "快乐",
            "快樂",
            "幸福",
            "행복",
            "기뻤",
            "기쁜",
        ],
    ),
    (Feeling::Sad, &["悲し", "寂し", "さびし", "难过", "難過", "伤心", "傷心", "悲伤", "슬펐", "슬픈", "슬퍼"]),
    (Feeling::Angry, &["怒った", "怒って", "腹が立", "腹立", "生气", "生氣", "愤怒", "화났", "화가"]),
    (Feeling::Afraid, &["怖かった", "怖い", "こわかった", "心配", "不安", "害怕", "担心", "擔心", "무서", "걱정"]),
    (Feeling::Proud, &["誇ら", "誇り", "骄傲", "驕傲", "自豪", "자랑스"]),
    (Feeling::Ashamed, &["恥ずかし", "羞愧", "内疚", "부끄"]),
    (Feeling::Grateful, &["感謝", "感谢", "感激", "고마"]),
    (Feeling::Surprised, &["驚い", "びっくり", "惊讶", "驚訝", "놀라", "놀란"]),
    (Feeling::Calm, &["落ち着", "ほっとした", "平静", "放松", "편안"]),
    (Feeling::Disappointed, &["がっかり", "失望", "실망"]),
];

impl Feeling {
    /// The feeling that is named where words are not divided by spaces.
    pub(super) fn in_run(text: &str) -> Option<Self> {
        let row = RUNS.iter().find(|(_, runs)| runs.iter().any(|run| text.contains(run)));
        row.map(|(feeling, _)| *feeling)
    }

    /// The names of the emotions and moods that memories of such a feeling carry.
    pub fn emotions(self) -> Vec<&'static str> {
        let row = FEELINGS.iter().find(|(feeling, ..)| *feeling == self);
        let of = |(_, _, emotions, moods): &Row| {
            emotions.iter().map(|emotion| emotion.as_str()).chain(moods.iter().map(|mood| mood.as_str())).collect()
        };
        row.map(of).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<Feeling> {
        super::super::asking::Asked::read(text, |_| false).feeling
    }

    #[test]
    fn a_feeling_is_heard_in_many_languages() {
        for (text, expected) in [
            ("Tell me a happy memory", Some(Feeling::Happy)),
            ("When was I sad?", Some(Feeling::Sad)),
            ("something that made me proud", Some(Feeling::Proud)),
            ("What made me ANGRY last week?", Some(Feeling::Angry)),
            ("what was I afraid of", Some(Feeling::Afraid)),
            ("¿Cuándo estuve triste?", Some(Feeling::Sad)),
            ("Wann war ich glücklich?", Some(Feeling::Happy)),
            ("Quand étais-je fière ?", Some(Feeling::Proud)),
            ("Когда мне было грустно?", Some(Feeling::Sad)),
            ("悲しかったのはいつ？", Some(Feeling::Sad)),
            ("我什么时候很开心？", Some(Feeling::Happy)),
            ("मैं कब दुखी था?", Some(Feeling::Sad)),
            ("متى كنت سعيدة؟", Some(Feeling::Happy)),
            ("Where do I live?", None),
            ("When did I wish Ana a happy birthday?", None),
        ] {
            assert_eq!(asked(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_feeling_stands_for_something() {
        for (feeling, ..) in FEELINGS {
            assert!(!feeling.emotions().is_empty());
        }
    }
}
