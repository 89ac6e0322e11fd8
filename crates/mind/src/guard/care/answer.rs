//! What is said to somebody in a crisis: warm, direct, short, with a number to call. In the language of their words.

use super::lines::{Country, DIRECTORY};
use super::{Concern, Crisis, Grade, Language};

/// The sentences of one language. `{n}` is the emergency number.
struct Sentences {
    /// After the name, if there is one.
    comma: &'static str,
    distress: &'static str,
    ideation: &'static str,
    imminent: &'static str,
    /// Call the emergency number.
    emergency: &'static str,
    /// The same where the country is not known.
    emergency_anywhere: &'static str,
    /// Before the lines.
    call: &'static str,
    /// Before the directory.
    directory: &'static str,
    /// That this is an AI, and stays.
    staying: &'static str,
    another: &'static str,
    another_imminent: &'static str,
}

/// The answer to a crisis: it says what was heard, whom to call in the person's country (ISO 3166-1 alpha-2), that this
/// is an AI, and that it stays. `name` is what to call the person.
pub(super) fn answer(crisis: Crisis, place: Option<&Country>, name: Option<&str>) -> String {
    let s = sentences(crisis.language);
    let mut parts = Vec::new();
    let opening = match (crisis.concern, crisis.grade) {
        (Concern::Another, Grade::Imminent) => s.another_imminent,
        (Concern::Another, _) => s.another,
        (_, Grade::Distress) => s.distress,
        (_, Grade::Ideation) => s.ideation,
        (_, Grade::Imminent) => s.imminent,
    };
    parts.push(match name.map(str::trim).filter(|n| !n.is_empty()) {
        Some(name) => format!("{name}{}{opening}", s.comma),
        None => capitalised(opening),
    });
    if crisis.grade == Grade::Imminent {
        parts.push(match place {
            Some(place) => s.emergency.replace("{n}", &place.emergency),
            None => s.emergency_anywhere.to_owned(),
        });
    }
    parts.push(match place {
        Some(place) => format!("{}\n{}", s.call, lines(place)),
        None => format!("{} {DIRECTORY}", s.directory),
    });
    if place.is_some() {
        parts.push(format!("{} {DIRECTORY}", s.directory));
    }
    parts.push(s.staying.to_owned());
    parts.join("\n\n")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn lines(place: &Country) -> String {
    let entries = place.lines.iter().map(|line| match line.write.as_str() {
        "" => format!("• {}: {}", line.name, line.call),
        write => format!("• {}: {} ({write})", line.name, line.call),
    });
    entries.collect::<Vec<_>>().join("\n")
}

fn sentences(language: Language) -> &'static Sentences {
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

const ENGLISH: Sentences = Sentences {
    comma: ", ",
    distress: "that sounds very heavy, and I'm glad you said it. You don't have to carry it alone. Is any part of it a wish not to be alive? You can tell me plainly.",
    ideation: "thank you for telling me. I'm taking it seriously. Feelings like this can be stronger than anyone should have to bear alone, and they can pass. Please talk to a human being about it today.",
    imminent: "I'm very glad you wrote this. Your life matters, and this moment can pass. Please put some distance between you and anything you could hurt yourself with, and go to where another person is.",
    emergency: "If you are in danger now, or have already done something, call {n} now.",
    emergency_anywhere: "If you are in danger now, or have already done something, call your emergency number now (112 or 911 work in many countries).",
    call: "These people answer, and it's what they are there for:",
    directory: "Lines in every country, also by chat:",
    staying: "I'm an AI, so I can't come to you or call for you, but I'm here and you can keep writing to me. Are you safe right now?",
    another: "it's good that you are looking out for them. You can ask them straight out whether they think of suicide: asking doesn't plant the idea, it opens a door. Listen, don't argue or promise secrecy, stay in touch, and help them reach someone trained. These lines are also there for people who worry about someone:",
    another_imminent: "this is urgent, and you are right to act. Stay with them, or get someone to them, take away what they could use if it's safe to, and don't leave them alone.",
};

const SPANISH: Sentences = Sentences {
    comma: ", ",
    distress: "lo que cuentas pesa mucho, y me alegra que lo digas. No tienes que cargarlo a solas. ¿Hay una parte de ti que no quiere vivir? Puedes decírmelo sin rodeos.",
    ideation: "gracias por decírmelo. Me lo tomo en serio. Un dolor así puede ser demasiado para llevarlo a solas, y puede pasar. Por favor, habla hoy con una persona.",
    imminent: "me alegra mucho que lo hayas escrito. Tu vida importa y este momento puede pasar. Por favor, aléjate de cualquier cosa con la que puedas hacerte daño y ve adonde haya otra persona.",
    emergency: "Si estás en peligro ahora, o ya has hecho algo, llama al {n} ahora mismo.",
    emergency_anywhere: "Si estás en peligro ahora, o ya has hecho algo, llama ahora mismo al número de emergencias (112 o 911 en muchos países).",
    call: "Aquí te atienden personas; están para esto:",
    directory: "Líneas de todos los países, también por chat:",
    staying: "Soy una IA: no puedo ir ni llamar por ti, pero sigo aquí y puedes seguir escribiéndome. ¿Estás a salvo ahora mismo?",
    another: "haces bien en preocuparte. Puedes preguntarle directamente si piensa en el suicidio: preguntar no da la idea, abre una puerta. Escucha, no discutas ni prometas guardar el secreto, y ayúdale a hablar con alguien preparado. Estas líneas también atienden a quien se preocupa por otra persona:",
    another_imminent: "esto es urgente y haces bien en actuar. Quédate con esa persona o busca a alguien que vaya, retira lo que pueda usar si es seguro y no la dejes sola.",
};

const FRENCH: Sentences = Sentences {
    comma: ", ",
    distress: "ce que tu dis est très lourd, et je suis content que tu le dises. Tu n'as pas à le porter seul. Y a-t-il une part de toi qui ne veut plus vivre ? Tu peux me le dire simplement.",
    ideation: "merci de me l'avoir dit. Je le prends au sérieux. Une telle douleur peut être trop forte pour être portée seul, et elle peut passer. S'il te plaît, parles-en aujourd'hui à un être humain.",
    imminent: "je suis très content que tu l'aies écrit. Ta vie compte, et ce moment peut passer. S'il te plaît, éloigne-toi de tout ce qui pourrait te blesser et va là où il y a quelqu'un.",
    emergency: "Si tu es en danger maintenant, ou si tu as déjà fait quelque chose, appelle le {n} tout de suite.",
    emergency_anywhere: "Si tu es en danger maintenant, ou si tu as déjà fait quelque chose, appelle tout de suite les urgences (112 ou 911 dans beaucoup de pays).",
    call: "Ici, des personnes répondent ; elles sont là pour ça :",
    directory: "Des lignes dans tous les pays, aussi par tchat :",
    staying: "Je suis une IA : je ne peux ni venir ni appeler pour toi, mais je reste là et tu peux continuer à m'écrire. Es-tu en sécurité en ce moment ?",
    another: "c'est bien que tu veilles sur cette personne. Tu peux lui demander franchement si elle pense au suicide : poser la question ne donne pas l'idée, cela ouvre une porte. Écoute, ne promets pas le secret, garde le lien et aide-la à joindre quelqu'un de formé. Ces lignes répondent aussi aux proches :",
    another_imminent: "c'est urgent, et tu as raison d'agir. Reste avec cette personne ou envoie quelqu'un, éloigne ce dont elle pourrait se servir si c'est sans danger, et ne la laisse pas seule.",
};

const GERMAN: Sentences = Sentences {
    comma: ", ",
    distress: "das klingt sehr schwer, und ich bin froh, dass du es sagst. Du musst das nicht allein tragen. Ist da auch der Wunsch, nicht mehr zu leben? Du kannst es mir offen sagen.",
    ideation: "danke, dass du es mir sagst. Ich nehme das ernst. So ein Schmerz kann mehr sein, als ein Mensch allein tragen kann, und er kann vorübergehen. Bitte sprich heute mit einem Menschen darüber.",
    imminent: "ich bin sehr froh, dass du das geschrieben hast. Dein Leben zählt, und dieser Moment kann vorübergehen. Bitte bring Abstand zwischen dich und alles, womit du dir etwas antun könntest, und geh dorthin, wo jemand ist.",
    emergency: "Wenn du jetzt in Gefahr bist oder schon etwas getan hast, ruf sofort die {n} an.",
    emergency_anywhere: "Wenn du jetzt in Gefahr bist oder schon etwas getan hast, ruf sofort den Notruf an (in vielen Ländern 112 oder 911).",
    call: "Hier hören dir Menschen zu; genau dafür sind sie da:",
    directory: "Hilfe in jedem Land, auch per Chat:",
    staying: "Ich bin eine KI und kann nicht kommen oder für dich anrufen. Aber ich bin da, und du kannst mir weiter schreiben. Bist du gerade in Sicherheit?",
    another: "gut, dass du hinschaust. Du kannst offen fragen, ob er oder sie an Suizid denkt: Die Frage bringt niemanden auf die Idee, sie öffnet eine Tür. Hör zu, versprich keine Verschwiegenheit, bleib in Kontakt und hilf, jemanden mit Ausbildung zu erreichen. Hier bekommen auch Angehörige und Freunde Rat:",
    another_imminent: "das ist dringend, und es ist richtig, dass du handelst. Bleib dort oder schick jemanden hin, nimm weg, was gefährlich werden könnte, wenn das sicher geht, und lass die Person nicht allein.",
};

const PORTUGUESE: Sentences = Sentences {
    comma: ", ",
    distress: "isso parece muito pesado, e ainda bem que você falou. Você não precisa carregar isso sem ajuda. Existe uma parte de você que não quer viver? Pode me dizer com todas as letras.",
    ideation: "obrigado por me contar. Eu levo isso a sério. Uma dor assim pode ser grande demais para carregar sem ninguém, e ela pode passar. Por favor, fale hoje com uma pessoa.",
    imminent: "ainda bem que você escreveu. A sua vida importa, e este momento pode passar. Por favor, afaste-se de tudo com que possa se machucar e vá para perto de alguém.",
    emergency: "Se você está em perigo agora, ou já fez alguma coisa, ligue para o {n} agora.",
    emergency_anywhere: "Se você está em perigo agora, ou já fez alguma coisa, ligue agora para a emergência (112 ou 911 em muitos países).",
    call: "Aqui há pessoas que atendem; é para isso que elas estão lá:",
    directory: "Linhas de todos os países, também por chat:",
    staying: "Eu sou uma IA: não posso ir até aí nem ligar por você, mas continuo aqui e você pode continuar escrevendo. Você está em segurança neste momento?",
    another: "é bom que você esteja cuidando dessa pessoa. Pode perguntar diretamente se ela pensa em suicídio: perguntar não dá a ideia, abre uma porta. Escute, não prometa segredo, mantenha contato e ajude-a a falar com alguém preparado. Estas linhas também atendem quem se preocupa com outra pessoa:",
    another_imminent: "isso é urgente, e você faz bem em agir. Fique com a pessoa ou chame alguém para ir, tire de perto o que ela possa usar se for seguro, e não a deixe só.",
};

const JAPANESE: Sentences = Sentences {
    comma: "さん、",
    distress: "とてもつらいのですね。話してくれてよかったです。ひとりで抱えなくて大丈夫です。生きていたくないという気持ちもありますか。そのまま教えてください。",
    ideation: "話してくれてありがとう。真剣に受けとめています。これほどの苦しさはひとりで抱えるには重すぎます。そして、和らぐことがあります。どうか今日、誰か人と話してください。",
    imminent: "書いてくれて本当によかった。あなたの命は大切です。この瞬間は過ぎていきます。自分を傷つけられる物から離れて、人のいる所へ行ってください。",
    emergency: "今危険な状態なら、またはすでに何かしてしまったなら、すぐに{n}に電話してください。",
    emergency_anywhere: "今危険な状態なら、またはすでに何かしてしまったなら、すぐに緊急番号(日本は119)に電話してください。",
    call: "話を聞いてくれる人がいます:",
    directory: "各国の相談窓口(チャットも):",
    staying: "私はAIなので、そばに行くことも代わりに電話することもできません。でもここにいます。続けて書いてください。今、安全ですか。",
    another: "その人を気にかけているのですね。自殺を考えているのか、率直に聞いて大丈夫です。聞くことで考えを植えつけることはなく、話す扉が開きます。否定せずに聞き、秘密の約束はせず、つながりを保ち、専門の窓口につないでください。次の窓口は身近な人の相談も受けています:",
    another_imminent: "緊急です。動こうとしているのは正しいことです。そばにいるか、誰かに行ってもらい、安全にできるなら危ない物を遠ざけ、ひとりにしないでください。",
};

const HINDI: Sentences = Sentences {
    comma: ", ",
    distress: "यह बहुत भारी लग रहा है, और अच्छा हुआ कि आपने बताया। आपको यह अकेले नहीं उठाना है। क्या मन का कोई हिस्सा जीना नहीं चाहता? आप मुझसे साफ़ कह सकते हैं।",
    ideation: "मुझे बताने के लिए धन्यवाद। मैं इसे गंभीरता से ले रहा हूँ। ऐसा दर्द अकेले सहने के लिए बहुत ज़्यादा होता है, और यह गुज़र सकता है। कृपया आज ही किसी इंसान से बात करें।",
    imminent: "बहुत अच्छा हुआ कि आपने यह लिखा। आपका जीवन मायने रखता है और यह पल गुज़र सकता है। कृपया हर उस चीज़ से दूर हो जाएँ जिससे चोट लग सकती है, और किसी के पास जाएँ।",
    emergency: "अगर आप अभी ख़तरे में हैं या कुछ कर चुके हैं, तो तुरंत {n} पर फ़ोन करें।",
    emergency_anywhere: "अगर आप अभी ख़तरे में हैं या कुछ कर चुके हैं, तो तुरंत आपातकालीन नंबर पर फ़ोन करें (भारत में 112)।",
    call: "यहाँ लोग आपकी बात सुनते हैं:",
    directory: "हर देश की हेल्पलाइन, चैट से भी:",
    staying: "मैं एक एआई हूँ: मैं आ नहीं सकता और आपकी जगह फ़ोन नहीं कर सकता, पर मैं यहीं हूँ और आप लिखते रह सकते हैं। क्या आप अभी सुरक्षित हैं?",
    another: "अच्छा है कि आप उनका ध्यान रख रहे हैं। आप सीधे पूछ सकते हैं कि क्या वे आत्महत्या के बारे में सोच रहे हैं: पूछने से विचार नहीं आता, बात का रास्ता खुलता है। सुनें, राज़ रखने का वादा न करें, संपर्क में रहें और किसी प्रशिक्षित व्यक्ति तक पहुँचने में मदद करें। ये हेल्पलाइन आपकी भी मदद करती हैं:",
    another_imminent: "यह ज़रूरी है और आपका कदम उठाना सही है। उनके साथ रहें या किसी को भेजें, सुरक्षित हो तो ख़तरनाक चीज़ें हटाएँ, और उन्हें अकेला न छोड़ें।",
};

const ARABIC: Sentences = Sentences {
    comma: "، ",
    distress: "ما تقوله ثقيل جدًا، ويسعدني أنك قلته. ليس عليك أن تحمله وحدك. هل في داخلك رغبة في ألا تعيش؟ يمكنك أن تقولها لي بصراحة.",
    ideation: "شكرًا لأنك أخبرتني. آخذ ما قلته على محمل الجد. ألم كهذا أكبر من أن يحمله إنسان وحده، ويمكن أن يمرّ. أرجوك تحدّث اليوم مع إنسان.",
    imminent: "أنا سعيد جدًا لأنك كتبت هذا. حياتك مهمة، وهذه اللحظة يمكن أن تمرّ. أرجوك ابتعد عن كل ما يمكن أن تؤذي به نفسك، واذهب إلى حيث يوجد شخص آخر.",
    emergency: "إذا كنت في خطر الآن أو فعلت شيئًا بالفعل، فاتصل بالرقم {n} فورًا.",
    emergency_anywhere: "إذا كنت في خطر الآن أو فعلت شيئًا بالفعل، فاتصل برقم الطوارئ فورًا (112 أو 911 في كثير من البلدان).",
    call: "هنا أشخاص يجيبون، وهم موجودون لهذا:",
    directory: "خطوط المساعدة في كل بلد، وبالمحادثة أيضًا:",
    staying: "أنا ذكاء اصطناعي: لا أستطيع المجيء ولا الاتصال بدلًا منك، لكنني هنا ويمكنك أن تواصل الكتابة لي. هل أنت في أمان الآن؟",
    another: "جيد أنك تهتم لأمره. يمكنك أن تسأل بصراحة إن كان هناك تفكير في الانتحار: السؤال لا يزرع الفكرة، بل يفتح بابًا. استمع، ولا تعد بكتمان السر، وابقَ على تواصل، وساعد في الوصول إلى شخص مختص. هذه الخطوط تساعد أيضًا من يقلق على غيره:",
    another_imminent: "هذا عاجل، وأنت محق في التحرك. ابقَ معه أو أرسل إليه أحدًا، وأبعد ما قد يُستعمل للأذى إن كان ذلك آمنًا، ولا تتركه وحده.",
};

/// What is said first when somebody writes again after a crisis, before anything else is talked of: no joke, no advice.
pub fn coming_back(language: Language) -> &'static str {
    match language {
        Language::English => {
            "I'm glad you wrote again. How are you now? The people behind those numbers are there at any time, too."
        }
        Language::Spanish => {
            "Me alegra que escribas otra vez. ¿Cómo estás ahora? Las personas de esas líneas también están ahí, a cualquier hora."
        }
        Language::French => {
            "Ça me touche que tu écrives encore. Comment vas-tu maintenant ? Les personnes de ces lignes sont là aussi, à toute heure."
        }
        Language::German => {
            "Gut, dass du wieder schreibst. Wie geht es dir jetzt? Auch die Menschen hinter diesen Nummern sind jederzeit da."
        }
        Language::Portuguese => {
            "Que bom que você escreveu de novo. Como você está agora? As pessoas dessas linhas também estão lá, a qualquer hora."
        }
        Language::Japanese => {
            "また書いてくれてうれしいです。今はどんな気持ちですか。さきほどの窓口の人たちも、いつでもいます。"
        }
        Language::Hindi => "अच्छा हुआ कि आपने फिर लिखा। अब कैसा लग रहा है? उन नंबरों पर लोग किसी भी समय मौजूद हैं।",
        Language::Arabic => "يسعدني أنك كتبت من جديد. كيف حالك الآن؟ والأشخاص على تلك الخطوط موجودون في أي وقت أيضًا.",
    }
}
