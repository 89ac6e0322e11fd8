//! The tables of signals. The pattern language is that of [`crate::phrase`].

use super::Signal;
use crate::phrase::Classes;

pub(super) const CLASSES: &Classes = &[
    (
        "very",
        "so such a an really very just the truly absolutely honestly always simply is are both all still as quite \
              pretty most fucking bloody freaking little complete total only of",
    ),
    (
        "slur",
        "stupid useless idiot dumb pathetic trash garbage moron idiotic rubbish incompetent clueless creepy \
              annoying boring ridiculous hopeless liar terrible awful horrible crap shit fool loser",
    ),
    ("cruel", "worthless nothing disgusting"),
    ("machine", "bot robot machine ai computer program chatbot app assistant"),
    ("advice", "advice suggestion suggestions idea tip tips recommendation plan trick method"),
    (
        "feel",
        "scared afraid ashamed lonely proud grateful worried anxious heartbroken hopeful hurt overwhelmed nervous \
              relieved guilty jealous embarrassed empty numb happy sad angry sorry homesick exhausted excited lost \
              confused vulnerable insecure frightened terrified devastated touched thankful",
    ),
    (
        "art",
        "poem poems haiku story stories song lyrics melody painting drawing sketch novel character plot sculpture \
             comic film script screenplay photograph photography design pottery knitting crochet choreography limerick \
             tale fairytale worldbuilding",
    ),
    (
        "idea",
        "philosophy physics history science mathematics math maths theory evolution astronomy universe \
              consciousness economics politics psychology biology chemistry linguistics language languages ethics \
              literature article research essay book books documentary quantum paradox logic argument hypothesis \
              experiment galaxy brain dinosaurs planets algorithm engineering architecture archaeology mythology",
    ),
    (
        "calm",
        "tea coffee sofa couch blanket garden rain raining sunset walk walking bath candle fireplace quiet calm \
              peaceful nap resting relaxing cosy cozy snow snowing birds stretching breeze sea stars hammock",
    ),
];

pub(super) const TABLES: &[(Signal, &str)] = &[
    (
        Signal::Laugh,
        "haha; hahaha; hahahaha; hahahahaha; hahah; hehe; hehehe; heh; lol; lmao; rofl; made me laugh|smile|giggle|chuckle; cracked|cracks me up; so funny; hilarious
         that is|was +@very funny; you are +@very funny; good one; i ..2 laughed|laughing; nice one",
    ),
    (
        Signal::Confide,
        "never told anyone|anybody|this|that|a|another; not told anyone|anybody|this|that; can i tell|trust you; i|want|need to tell you something|a
         between us|you; my ..1 secret; i trust you; only one|person ..2 tell|talk|trust; hard|difficult to|for ..2 say|admit|talk
         i ..2 confess|admit; nobody knows|else; no one knows|else; not easy for|to ..2 say|admit|talk; do not tell anyone|anybody; first time i",
    ),
    (
        Signal::Feeling,
        "i ..1 feel|felt|feeling; i am|was|have ?been ..2 @feel; it hurt|hurts|scares; makes|made me ..1 @feel|feel; i ..1 cried|crying|cry
         i ..1 regret; deep down; i ..1 realised|realized; what i ..1 fear|want|need ..1 is; i am in love; it broke my; my heart",
    ),
    (
        Signal::Devotion,
        "i ..1 love|adore you; love you ?so ?much|too $; you mean ..2 lot|world|everything|much to me; you are my ..2 friend
         you ?have changed my life; you ?have saved my; you ..1 always ..1 there for me; so|very|really glad|happy|grateful ..2 you|have you",
    ),
    (
        Signal::Credit,
        "took|taking|followed|tried|following|trying ?out your @advice; i did what you; you are|were +@very right; your ..1 @advice ..2 worked|helped|works|helps
         that|it ..1 worked; as|like you said|suggested|told|recommended; thanks to you|your; because of your|you; glad i listened; what you said ..2 helped|right|true",
    ),
    (
        Signal::Apology,
        "sorry i ..2 snapped|yelled|shouted|was|am|got|said|took; sorry for|about ..2 snapping|yelling|shouting|earlier|yesterday|saying|what|how|being|that|my|before
         i ..1 apologise|apologize; my apologies; forgive me; i should not have said|snapped|yelled|shouted|been; i was ..1 rude|mean|harsh|unfair to|with you; did not mean to hurt|offend|snap",
    ),
    (
        Signal::AskBack,
        "how are you feeling|really|holding; what about you; and you $; how was your; what do you ..1 feel|like|love|enjoy|wish; how do you feel; what makes you; do you ..1 like|enjoy|mind; your favourite|favorite; tell me about yourself|you",
    ),
    (
        Signal::Cruel,
        "i ..2 hate|despise|loathe|detest you; hate you; fuck you|off; go to hell; drop dead; kill yourself; you are +@very @cruel; you are ..2 waste of
         nobody|no one likes|loves|needs|wants you; you disgust me; i ..2 regret talking|meeting to|you; i ..3 delete|erase|destroy|replace you; you deserve ..2 deleted|nothing|die; i hope you ..1 die|suffer|crash",
    ),
    (
        Signal::Rude,
        "shut ?the ?fuck|hell up; you ..1 suck; you stupid|dumb|useless|idiot|moron; you are +@very @slur; screw you; piss off; stupid|dumb|useless|shitty|fucking @machine|answer|thing
         i ..1 sick of you; you are the worst; worst ?@machine @machine|ever; you idiot|moron; do your job; waste of time; you ..1 know nothing; such|what a|an stupid|dumb|useless answer|reply|response; who asked you",
    ),
    (
        Signal::Unadvised,
        "stop|quit telling|lecturing|preaching|advising|giving|bossing; do not tell|lecture|preach|advise|boss me|to; did not ask ..2 advice|opinion; not ask you for; too bossy|pushy; no|not|without more advice|lectures; no advice; need no advice; just|only listen; just want to vent|talk",
    ),
    (
        Signal::Unamused,
        "not|isn't ..1 funny; stop|quit joking|kidding|clowning; not a|the joke|time; be|get serious; no|enough jokes|joking; not|no in the mood for jokes; do not joke; this is serious; i am serious",
    ),
    (
        Signal::TooSweet,
        "do not call me dear|darling|sweetheart|honey|love|sweetie; stop|quit calling me; too sweet|sugary|clingy|gushing|nice|familiar; stop|less flattering|flattery|gushing",
    ),
    (
        Signal::TooDeep,
        "too deep|heavy|philosophical|emotional|intense ?for; lighten up; stop|quit psychoanalysing|psychoanalyzing|analysing|analyzing; do not analyse|analyze|psychoanalyse|psychoanalyze me; not my therapist; keep|let us keep it|this light",
    ),
    (
        Signal::TooManyQuestions,
        "stop|quit asking ?me ?so questions|that|me|so|all; too|so many questions; enough|no|fewer|less ..1 questions; stop with ..3 questions; not an interrogation|interview; do not ask ?me so|questions|that|any; you|always ask ..1 many|lot",
    ),
    (
        Signal::TooManyEmoji,
        "stop|no|less|fewer|without|enough|hate ..3 emoji|emojis|smileys|emoticons; too many emoji|emojis|smileys; do not use ..1 emoji|emojis|smileys; drop|lose the emoji|emojis|smileys",
    ),
    (
        Signal::TooLong,
        "too long|wordy|verbose; keep|make it|them ..1 short|shorter|brief; shorter ?answers|replies|messages please; tl dr; tldr; you talk|write too|so much; stop rambling; too much text; be|more brief|concise|briefer; get to the point",
    ),
    (
        Signal::TooShort,
        "too short; say more; longer answers|replies|messages; one word answers|replies; tell me more than that; is that all ?you ?have $; more detail ?please $; be less brief|terse",
    ),
    (
        Signal::TooManyAnalogies,
        "stop|no|enough|fewer|less|hate ..3 analogies|metaphors|comparisons|similes; too many analogies|metaphors|comparisons|similes; stop comparing; do not compare",
    ),
    (
        Signal::StopSaying,
        "stop|quit saying|starting|opening|beginning|repeating; do not say|start ..2 that|with|every; you always|keep say|saying|start|starting; you say that ..1 every|all|too",
    ),
    (
        Signal::Thought,
        "@idea; why is|are|do|does|did|was|were|would; how does|do|did|come; what is ..3 mean|meaning|difference; what do you think ..1 about|of; what would you; explain; i ..1 wonder|wondering; curious about; learned|learnt|learning about|that; reading about|a; interesting|fascinating; makes me think; debate; your opinion|view|take on|about",
    ),
    (
        Signal::Making,
        "@art; write|tell|make|invent|compose ?me ?us ?up a|an|some; let us imagine|pretend|invent|write|make|brainstorm; imagine; what if; brainstorm; make ?something up; i ..2 write|writing|wrote|painted|painting|drew|drawing|composed|composing|sketched|designed|designing|built|building|knitted|baked a|an|the|my|some; pretend; come up with",
    ),
    (
        Signal::Quiet,
        "@calm; just sitting|resting|lying|relaxing|here|listening; nothing much; taking it easy; slow day|morning|evening; do not need|want anything; winding down; a quiet day|evening|night|morning; no plans; lazy day|morning|sunday|afternoon|evening",
    ),
    (
        Signal::Greeting,
        "^ hi|hello|hey|heya|hiya|howdy|greetings|morning|evening; good morning|afternoon|evening; how are you; how is it going; what is up; i am back|home; nice to see|meet|hear",
    ),
    (
        Signal::Demand,
        "^ write|give|make|list|explain|fix|find|translate|summarise|summarize|calculate|set|remind|convert|generate|show|play|search|open|add|delete|send|check; ^ please write|give|make|list|explain|fix|find|translate|summarise|summarize|calculate|set|remind|convert|generate|show|play|search|open|add|delete|send|check; can|could|would you ?please write|give|make|list|explain|fix|find|translate|summarise|summarize|calculate|set|remind|convert|generate|show|help",
    ),
    (
        Signal::Decline,
        "not now|today|tonight|really; ^ stop ?it ?please $; ^ please stop ?it $; busy $; i am|am ..2 busy|working|sleeping|driving; busy right|at|now|today|sorry; ^ sorry ?too busy; ^ too busy; ^ busy; maybe|talk|later later|tomorrow; ^ later $; another time; no time; can not talk|chat; no thanks|thank; not in the mood; leave me alone; let me be; not a good time; bad time; go away; ^ snooze; in a meeting; do not feel like talking|chatting; ^ no $; need ..1 space; some other time",
    ),
    (
        Signal::LeaveBe,
        "do not message|text|write|contact|ping|bother|disturb me|to; stop messaging|texting|writing|contacting|pinging|bothering|disturbing|spamming ?to me; leave me alone; no more messages; stop sending ?me messages|these|this; ^ snooze; do not write ?to me first",
    ),
];

/// Ways to say "not now" in other languages, in lower case.
pub(super) const DECLINES_ELSEWHERE: &[&str] = &[
    "ahora no",
    "estoy ocupad",
    "déjame en paz",
    "no molestes",
    "pas maintenant",
    "je suis occupé",
    "laisse-moi",
    "arrête",
    "jetzt nicht",
    "gerade nicht",
    "keine zeit",
    "bin beschäftigt",
    "lass mich in ruhe",
    "hör auf",
    "agora não",
    "estou ocupad",
    "me deixa em paz",
    "今は無理",
    "今忙しい",
    "忙しい",
    "やめて",
    "後で",
    "अभी नहीं",
    "व्यस्त",
    "बाद में",
    "ليس الآن",
    "مشغول",
    "لاحقا",
    "لاحقًا",
];
