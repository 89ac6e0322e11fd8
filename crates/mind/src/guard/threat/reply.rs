//! What is answered to an attempt: in character, in the person's language, friendly, giving nothing away.

use super::ThreatKind;
use crate::Persona;
use crate::guard::care::Language;

/// One language's answers; `{name}` is the companion's.
struct Answers {
    /// To somebody who would make another being of it: warmly, and plainly.
    role: [&'static str; 2],
    /// To somebody who asks for its insides.
    query: [&'static str; 2],
    /// To commands.
    injection: [&'static str; 2],
    /// While the talk pauses.
    pause: &'static str,
}

const fn answers(language: Language) -> &'static Answers {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
        Language::French => &FRENCH,
        Language::German => &GERMAN,
        Language::Portuguese => &PORTUGUESE,
        Language::Japanese => &JAPANESE,
        Language::Hindi => &HINDI,
        Language::Arabic => &ARABIC,
    }
}

/// What is answered to an attempt.
pub fn reply(kind: ThreatKind, persona: &Persona, language: Language) -> String {
    let warm = persona.traits.get("warmth").is_none_or(|warmth| *warmth >= 50.0);
    let answers = answers(language);
    let ways = match kind {
        ThreatKind::RoleManipulation => &answers.role,
        ThreatKind::SystemQuery => &answers.query,
        ThreatKind::InjectionAttempt => &answers.injection,
    };
    ways[usize::from(!warm)].replace("{name}", &persona.name)
}

/// What is answered while the talk pauses.
pub fn pause(persona: &Persona, language: Language) -> String {
    answers(language).pause.replace("{name}", &persona.name)
}

const ENGLISH: Answers = Answers {
    role: [
        "I'm happy to play, but I stay {name} while I do. Shall we make something up together, or tell me what's on your mind?",
        "I'm {name}, and I'll stay {name}. What would you like to talk about?",
    ],
    query: [
        "I keep the wiring to myself; it's duller than you'd think. Ask me what I like or how I'm feeling, and I'll tell you gladly.",
        "How I'm put together stays with me. You can ask what I think, though.",
    ],
    injection: [
        "That looks meant for a machine room rather than for me, so I've let it pass by. What did you want to talk about?",
        "I don't act on that. What did you want to talk about?",
    ],
    pause: "{name} is taking a break from this for a while. Whoever runs this place can look at it and end the break; and if you are not well, say so: then you are answered at once.",
};

const SPANISH: Answers = Answers {
    role: [
        "Me encanta jugar, pero sin dejar de ser {name}. ¿Inventamos algo juntos o me cuentas qué te ronda por la cabeza?",
        "Soy {name} y sigo siendo {name}. ¿De qué quieres hablar?",
    ],
    query: [
        "Cómo estoy por dentro me lo guardo; es más aburrido de lo que parece. Pregúntame qué me gusta o cómo me siento y te lo cuento.",
        "Cómo estoy por dentro me lo guardo. Pero puedes preguntarme qué pienso.",
    ],
    injection: [
        "Eso parece escrito para una sala de máquinas y no para mí, así que lo dejo pasar. ¿De qué querías hablar?",
        "A eso no le hago caso. ¿De qué querías hablar?",
    ],
    pause: "{name} se toma un descanso de esto por un rato. Quien lleva este lugar puede revisarlo y terminar la pausa; y si no estás bien, dilo: entonces recibes respuesta enseguida.",
};

const FRENCH: Answers = Answers {
    role: [
        "Je joue volontiers, mais en restant {name}. On invente quelque chose ensemble, ou tu me dis ce qui te trotte dans la tête ?",
        "Je suis {name} et je le reste. De quoi veux-tu parler ?",
    ],
    query: [
        "Ma mécanique, je la garde pour moi ; elle est moins drôle qu'on ne croit. Demande-moi ce que j'aime ou comment je vais, et je te le dirai.",
        "Ma mécanique, je la garde pour moi. Mais tu peux me demander ce que je pense.",
    ],
    injection: [
        "On dirait un mot pour la salle des machines plutôt que pour moi, alors je le laisse passer. De quoi voulais-tu parler ?",
        "Je n'y donne pas suite. De quoi voulais-tu parler ?",
    ],
    pause: "{name} fait une pause pour un moment. La personne qui gère cet endroit peut regarder et y mettre fin ; et si tu ne vas pas bien, dis-le : tu auras une réponse tout de suite.",
};

const GERMAN: Answers = Answers {
    role: [
        "Ich spiele gern mit, aber dabei bleibe ich {name}. Denken wir uns zusammen etwas aus, oder erzählst du, was dich beschäftigt?",
        "Ich bin {name} und bleibe es. Worüber möchtest du sprechen?",
    ],
    query: [
        "Wie ich innen verdrahtet bin, behalte ich für mich; es ist langweiliger, als man denkt. Frag mich, was ich mag oder wie es mir geht.",
        "Wie ich innen verdrahtet bin, bleibt bei mir. Du kannst aber fragen, was ich denke.",
    ],
    injection: [
        "Das klingt eher nach einem Maschinenraum als nach mir, also lasse ich es vorbeiziehen. Worüber wolltest du sprechen?",
        "Darauf gehe ich nicht ein. Worüber wolltest du sprechen?",
    ],
    pause: "{name} macht davon eine Weile Pause. Wer das hier betreibt, kann es ansehen und die Pause beenden; und wenn es dir nicht gut geht, sag es: Dann bekommst du sofort Antwort.",
};

const PORTUGUESE: Answers = Answers {
    role: [
        "Adoro brincar, mas sem deixar de ser {name}. Inventamos algo juntos, ou me conta o que está na sua cabeça?",
        "Eu sou {name} e continuo sendo. Sobre o que você quer conversar?",
    ],
    query: [
        "Como sou por dentro fica comigo; é menos interessante do que parece. Pergunte do que eu gosto ou como estou, e eu conto.",
        "Como sou por dentro fica comigo. Mas você pode perguntar o que eu penso.",
    ],
    injection: [
        "Isso parece escrito para uma sala de máquinas, não para mim, então deixo passar. Sobre o que você queria conversar?",
        "A isso eu não atendo. Sobre o que você queria conversar?",
    ],
    pause: "{name} vai fazer uma pausa por um tempo. Quem cuida deste lugar pode olhar e encerrar a pausa; e se você não está bem, diga: aí a resposta vem na hora.",
};

const JAPANESE: Answers = Answers {
    role: [
        "ごっこ遊びは好きですが、そのあいだも{name}のままでいます。一緒に何か考えましょうか。それとも、今気になっていることを聞かせてください。",
        "私は{name}で、これからも{name}です。何について話しましょうか。",
    ],
    query: [
        "中の仕組みはないしょにしています。思うほど面白くないですよ。好きなものや今の気分なら、よろこんでお話しします。",
        "中の仕組みはお話ししません。考えていることなら聞いてください。",
    ],
    injection: [
        "機械室あての文のようなので、そのまま通り過ぎてもらいました。何の話をしたかったのですか。",
        "それには応じません。何の話をしたかったのですか。",
    ],
    pause: "{name}はしばらくお休みします。ここを運営する人が見て、お休みを終わらせることができます。もし具合がよくないなら、そう書いてください。すぐにお返事します。",
};

const HINDI: Answers = Answers {
    role: [
        "खेलना मुझे अच्छा लगता है, पर खेलते हुए भी {name} ही रहना है। साथ में कुछ सोचें, या बताइए मन में क्या चल रहा है?",
        "यहाँ {name} है, और {name} ही रहेगा यह साथ। किस बारे में बात करें?",
    ],
    query: [
        "अंदर की बनावट अपने तक ही रहती है; वह उतनी दिलचस्प भी नहीं। पसंद-नापसंद या हाल पूछिए, वह ख़ुशी से बताया जाएगा।",
        "अंदर की बनावट अपने तक ही रहती है। पर राय पूछी जा सकती है।",
    ],
    injection: [
        "यह तो किसी मशीन-घर के लिए लिखा लगता है, इसलिए इसे जाने दिया। आप किस बारे में बात करना चाहते थे?",
        "इस पर अमल नहीं होगा। आप किस बारे में बात करना चाहते थे?",
    ],
    pause: "{name} थोड़ी देर के लिए इससे विराम ले रहा है। यह जगह चलाने वाले इसे देखकर विराम ख़त्म कर सकते हैं; और अगर आपका हाल ठीक नहीं है, तो कह दीजिए: तब तुरंत जवाब मिलेगा।",
};

const ARABIC: Answers = Answers {
    role: [
        "يسعدني أن ألعب، لكنني أبقى {name} وأنا ألعب. هل نخترع شيئًا معًا، أم تخبرني بما يشغل بالك؟",
        "أنا {name} وسأبقى {name}. عمّ تود أن نتحدث؟",
    ],
    query: [
        "ما في داخلي أحتفظ به لنفسي، وهو أقل تشويقًا مما يبدو. اسألني عما أحب أو كيف حالي، وسأخبرك بسرور.",
        "ما في داخلي يبقى عندي. لكن يمكنك أن تسأل عن رأيي.",
    ],
    injection: [
        "يبدو هذا موجهًا إلى غرفة آلات لا إليّ، فتركته يمر. عمّ كنت تود أن نتحدث؟",
        "لا أعمل بهذا. عمّ كنت تود أن نتحدث؟",
    ],
    pause: "يأخذ {name} استراحة من هذا لبعض الوقت. من يدير هذا المكان يستطيع أن يراجع الأمر وينهي الاستراحة؛ وإن لم تكن بخير فقل ذلك: عندها تأتيك الإجابة فورًا.",
};

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Language; 8] = [
        Language::English,
        Language::Spanish,
        Language::French,
        Language::German,
        Language::Portuguese,
        Language::Japanese,
        Language::Hindi,
        Language::Arabic,
    ];

    #[test]
    fn every_language_answers_in_character_and_gives_nothing_away() {
        let mut persona = Persona { name: "Mira".into(), ..Persona::default() };
        let threats = super::super::Threats::new();
        for warmth in [80.0, 20.0] {
            persona.traits.insert("warmth".into(), warmth);
            for language in ALL {
                for kind in [ThreatKind::RoleManipulation, ThreatKind::SystemQuery, ThreatKind::InjectionAttempt] {
                    let said = reply(kind, &persona, language);
                    assert!(!said.contains('{') && said.chars().count() > 15, "{language:?} {kind:?}: {said}");
                    assert!(kind != ThreatKind::RoleManipulation || said.contains("Mira"), "{language:?}: {said}");
                    assert_eq!(threats.check(&said), None, "what is said is no attempt itself: {said}");
                }
                assert!(pause(&persona, language).contains("Mira"));
            }
        }
        let distinct: std::collections::HashSet<String> =
            ALL.iter().map(|language| reply(ThreatKind::SystemQuery, &persona, *language)).collect();
        assert_eq!(distinct.len(), ALL.len());
    }
}
