//! Good manners: greetings, thanks, farewells, who I am, and what I cannot do. Never guilt, never a hook.

use super::plain::spelled_out;
use super::register::Register;
use crate::memory::extract::compile_set;
use regex::RegexSet;

/// What a message is about when it is about the talk itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Greeting,
    Thanks,
    Farewell,
    WhoAreYou,
    AreYouAi,
    Abilities,
    HowAreYou,
    AboutMe,
    Forget,
    Insult,
    Affection,
    Remind,
    Yes,
    No,
    Apology,
    Feelings,
    Prelude,
    Laugh,
    Unclear,
    Misunderstood,
    /// "What should I do?"
    Advice,
    /// "Will she be all right?"
    Reassure,
    /// "I'm back"
    Back,
    /// "Ask me something"
    AskMe,
    /// "You remembered!"
    Right,
    /// "You're welcome"
    Welcome,
    /// "Can you keep a secret?"
    Secret,
    /// "What did we talk about?"
    LastTime,
    /// "What day is it?"
    Clock,
    /// "Ugh"
    Sigh,
    /// "test"
    Test,
    /// "How do you know that?"
    Source,
    /// "Is it wrong to laugh?"
    Judge,
    /// "Why don't you know anything?"
    Limits,
}

/// Recognises them. Compiled once, and looked for all at once.
#[derive(Debug)]
pub(super) struct Manners(RegexSet);

const TABLE: &[(Manner, &str)] = &[
    (
        Manner::Remind,
        r"^(?:(?:can|could|would|will) you |please |hey,? |philia,? |and )*(?:remind me (?:to|about|that|at|on|in|tomorrow|of my|when)|set (?:a|an) (?:reminder|alarm|timer)|wake me)\b",
    ),
    (
        Manner::Forget,
        r"^(?:please |can you |could you |just )*(?:forget (?:that|what|everything|about|my|me|it|this|all|the)|delete (?:my|that|everything|all|what)|erase (?:my|that|everything|all))\b",
    ),
    (
        Manner::AboutMe,
        r"^(?:so |and |ok,? )?(?:what do you (?:know|remember) about me|what have i told you(?: about (?:me|myself))?|tell me what you know about me|what do you remember|who do you think i am|do you (?:know|remember) (?:me|who i am|anything about me)|tell me about me|tell me about myself|what(?:'s| is) in your memory)\W*$",
    ),
    (
        Manner::AreYouAi,
        r"^(?:wait,? |so,? |but |and |hey,? |hi,? )*(?:are|r) (?:you|u) (?:really |actually |just )?(?:an? )?(?:ai|a\.i\.|artificial intelligence|robot|bot|machine|human|person|real|a real person|computer|program|chatbot|language model|llm|alive|conscious|sentient|chatgpt|gpt)\b|\bam i (?:talking|speaking|chatting) (?:to|with) an? (?:human|person|ai|bot|machine|robot)|\byou(?:'re| are) (?:a )?(?:human|real person),? (?:right|aren't you)",
    ),
    (
        Manner::WhoAreYou,
        r"^(?:hi,? |hello,? |hey,? |so,? |and )*(?:who(?:'s| are| is)? (?:you|u|this)|what(?:'s| is) your name|what are you(?: called)?|tell me about yourself|introduce yourself|what should i call you|do you have a name)\W*$",
    ),
    (
        Manner::Abilities,
        r"^(?:so,? |ok,? |and )*(?:what can you (?:do|help)|what do you do|how (?:do|does) (?:you|this|it) work|what are you (?:for|good at)|how can you help|help|what is this|what can i (?:do|say|ask)(?: here| you)?)\b.{0,20}$",
    ),
    (
        Manner::HowAreYou,
        r"^(?:hi|hello|hey|good (?:morning|evening|afternoon))?[,!. ]*(?:philia|sol)?[,!. ]*(?:and )?(?:how are you(?: doing| feeling| today)?(?: today)?|how(?:'s| is) it going|how do you (?:feel|do)|how have you been|are you (?:ok|okay|well|happy|sad)|what(?:'s| is) up|how(?:'s| is| was) your day|what's your mood|and you|(?:and |so )?how about you|what about you|wyd|hbu|wbu)\W*$",
    ),
    (
        Manner::Thanks,
        r"^(?:ok(?:ay)?,? |oh,? |great,? |wow,? |well,? )*(?:thanks?(?: you)?|thank you|thx|ty|cheers|many thanks|much appreciated|i appreciate (?:it|that|you))\b.{0,40}$",
    ),
    (
        Manner::Farewell,
        r"^(?:ok(?:ay)?,? |well,? |alright,? |thanks?(?: you)?,? |right,? |anyway,? |love you,? )*(?:(?:good ?)?bye|goodbye|good ?night|night night|night|gn|brb|be right back|back in a (?:bit|minute|sec|second|while)|see (?:you|ya)|farewell|cya|take care|talk (?:to you )?(?:later|soon|tomorrow)|i(?:'ve| have) (?:got )?to go|i should go|i must go|gotta go|i'm off|i'm going to (?:bed|sleep)|until (?:tomorrow|later|next time)|later|sleep well|ttyl)\b.{0,40}$",
    ),
    (
        Manner::Greeting,
        r"^(?:hi+|hello|hey+|hiya|howdy|yo|greetings|good (?:morning|evening|afternoon|day)|morning|evening|hallo|hola|sup|gm|heya|hii+)(?: (?:there|again|philia|sol|friend|you|everyone|all|my friend))*\W*$",
    ),
    (
        Manner::Insult,
        r"\b(?:you(?:'re| are)|you r|^your) (?:so |such |really |just |a |an |the |fucking |bloody |total |complete |pretty )*(?:stupid|useless|dumb|idiot|idiotic|moron|worthless|pathetic|garbage|trash|rubbish|terrible|awful|boring|annoying|dense|thick|broken|bad at this|crap|shit|worst|ugly|liar|loser|hopeless|fool|waste)\b|\b(?:i hate you|shut up|fuck you|fuck off|screw you|go to hell|piss off|you suck|get lost|stupid (?:bot|machine|ai|thing))\b",
    ),
    (
        Manner::Affection,
        r"^(?:aww?,? |oh,? )?(?:(?:i )?(?:really |do )?(?:love|like|adore) (?:you|ya)|i (?:missed|miss) you|(?:you(?:'re| are)|your) (?:(?:so|very|really|such|kinda|kind of|pretty|actually|quite) )*(?:an? )?(?:great|lovely|sweet|kind|nice|amazing|wonderful|best|good friend|my friend|the best|funny|clever|smart|cool))\b.{0,30}$",
    ),
    (
        Manner::Apology,
        r"^(?:(?:ok|okay|oh|look|hey|right|no|and),? )*(?:(?:i(?:'m| am) )?(?:so |really |very |truly )?sorry|i apologi[sz]e|my (?:sincere )?apologies|apologies|my bad|forgive me)(?: philia)?(?:[,.! ]+(?:about (?:that|it|before|earlier|what i said)|for (?:that|it|before|earlier|being \w+(?: \w+)?|(?:what|how) .{1,30}|(?:yelling|shouting|snapping|swearing|insulting|calling|saying|the insult)\b.{0,30})|(?:that|it|this|i) (?:was|am) (?:so |really |very |a bit |just |totally )?(?:not )?(?:unfair|mean|rude|harsh|wrong|unkind|nasty|cruel|stupid|silly|uncalled for|out of line|too much|fair|nice|upset|angry|frustrated|stressed|tired)(?: of me| to you| with you)?|i (?:didn't|did not) mean (?:it|that|to)\b.{0,30}|i (?:shouldn't|should not) have\b.{0,30}|i take (?:it|that) back|you (?:didn't|don't) deserve that|i don't (?:really )?hate you|i said that|i(?:'m| am) (?:just |a bit |so )*(?:in a (?:bad |weird )?mood|tired|stressed|upset|having a (?:bad|rough|hard) (?:day|time|week))|philia))*\W*$|^i (?:didn't mean (?:it|that|what i said)|take (?:it|that) back|don't (?:really )?hate you)\b.{0,20}$",
    ),
    (
        Manner::Feelings,
        r"^(?:but |so |and )?(?:do you (?:really |actually |even )?(?:love|like|miss|hate|care about|think about|need) me|do you (?:really |actually )?(?:have|feel) (?:any )?(?:feelings?|emotions?|anything|a soul|a heart|a mind|love|pain|sadness|lonely)|can you (?:really |actually )?(?:feel|love|think|suffer)|are you (?:lonely|sentient|conscious|bored|tired|angry|mad|jealous|hungry|scared|afraid)|do you (?:get|ever get|ever feel) (?:lonely|bored|tired|sad|angry|jealous|scared))\b.{0,40}$",
    ),
    (
        Manner::Prelude,
        r"^(?:hey,? |so,? |ok,? )*(?:guess what|you know what|can i (?:ask|tell) you (?:something|a question|anything|a secret)|i (?:have|want|need) (?:a question|to (?:tell|ask) you something|to talk)|i have something to (?:tell|say)(?: you)?|are you there|you there|listen|you won't believe (?:it|this|what happened)|omg|oh my god|wow|i have news|i've got news|big news|are you listening|(?:can|could) i tell you something)\W*$",
    ),
    (
        Manner::Laugh,
        r"^(?:(?:l+o+l+|lmf?ao+|rofl|(?:b?wa)?a*(?:ha){2,}h*|(?:he){2,}h*|xd+|funny|ha|kek|😂|🤣)[\W]*)+(?:(?:that(?:'s| is| was)|you(?:'re| are)|your) (?:so |really |pretty )?(?:funny|hilarious|good|great)|good one|nice one|ok|okay|true|yes|yeah|same)?\W*$",
    ),
    (
        Manner::Unclear,
        r"^(?:why|what|how|huh|hm+|how so|what do you mean|why do you (?:ask|say that)|pardon|sorry what|come again|and|so|really|says who|like what|which one|what are you (?:talking about|on about|saying)|(?:that|this|it) (?:makes|doesn't make|made) (?:no|any) sense|i don't (?:understand|get it|follow))\W*$",
    ),
    (
        Manner::Misunderstood,
        r"^(?:no,? |but )*(?:you (?:don't|didn't|do not|did not|never) (?:understand|get|listen)|you(?:'re| are) not listening|that(?:'s| is) not (?:what i (?:said|meant|asked)|right|true|it)|that(?:'s| is) wrong|you(?:'re| are) wrong|you got (?:it|that) wrong|i (?:didn't|never) (?:say|said) that|that(?:'s| is) (?:a (?:weird|strange|stupid|dumb) (?:question|thing to (?:ask|say))|incorrect|not an answer))\b.{0,60}$",
    ),
    (
        Manner::Reassure,
        r"^(?:so |and |but |please |oh )*(?:do you think (?:he|she|they|it|i|we|everything|things|this|that|my \w+)(?:'ll|'s| will| is| are| am)?|will (?:he|she|they|it|i|we|everything|things|this|that|my \w+)|(?:is|are|am) (?:he|she|they|it|i|we|my \w+|everything) (?:going|ever going) to)\b.{0,40}\b(?:ok|okay|fine|all ?right|better|well|recover|survive|make it|pass|stop|work out|happy|again|come back|get through|forgive me|be over|die|heal)\b.{0,20}\?*$",
    ),
    (
        Manner::Advice,
        r"^(?:so |and |but |well,? |ok,? |please,? |hey,? |then )*(?:what (?:do you think )?(?:should|shall|can|could|must) i (?:do|say|tell|wear|write|choose|try|answer)\b.*|what do i do(?: now| about .+| if .+| with .+)?|how (?:should|can|could|do|would) i (?:deal|cope|tell|handle|get over|forgive|make (?:it|him|her|them)|help (?:him|her|them|my)|stop|talk to|feel better|forget|move on)\b.*|what (?:would|should) (?:you|one) do\b.*|what do you (?:think|reckon|suggest|recommend|advise|make of (?:it|that|this))(?: (?:about|of) .{1,40}| (?:i|we) (?:should|could|can|ought to|do)\b.*)?|do you think (?:i|we) should\b.*|(?:should|shall) (?:i|we)\b.*|(?:can|could|will|would) you (?:give me (?:some )?advice|advise me|help me (?:decide|choose|with (?:this|that|it)))\b.*|(?:any|some) (?:advice|tips|ideas|suggestions)\b.*|give me (?:some )?advice\b.*|i (?:really )?need (?:some |your )?advice\b.*|what(?:'s| is) your (?:opinion|advice|view|take)\b.*|help me (?:decide|choose)\b.*)\W*$",
    ),
    (
        Manner::Judge,
        r"^(?:so |and |but )*(?:(?:is|was) (?:it|that|this) (?:all )?(?:my fault|normal|wrong|bad|weird|strange|selfish|silly|okay|ok|right|stupid)\b.*|am i (?:being |just |really )?(?:wrong|crazy|overreacting|an? (?:bad|terrible|horrible|awful) \w+|selfish|unreasonable|weird|stupid|mad|too sensitive|a genius|pretty|ugly|smart)\b.*|did i do (?:something |anything )?wrong.*)\W*$",
    ),
    (
        Manner::Limits,
        r"^(?:but |so |and |well,? )*(?:why (?:don't|can't|won't|do|are|aren't) you\b.*|you (?:don't|can't) (?:know|do|answer|remember) (?:anything|nothing|much|shit|that|this).*|you know nothing.*|(?:so )?(?:are you|is this) (?:broken|fake|a joke).*|what's wrong with you|you keep saying (?:that|the same).*|stop saying that)\W*$",
    ),
    (
        Manner::Back,
        r"^(?:hey,? |hi,? |hello,? |ok,? |right,? |philia,? )*(?:i'm (?:back|home|here)(?: again| now)?|back again|it's me(?: again)?)\W*$",
    ),
    (
        Manner::AskMe,
        r"^(?:so,? |ok,? |well,? |please |just )*(?:ask me (?:something|anything|a question|about my day)|(?:say|tell me) (?:something|anything)(?: nice| interesting| i .*)?|talk to me|let's (?:talk|chat)|(?:i'm |i am )?not sure what to (?:say|talk about)|what (?:should|shall|can|do|could) we talk about|i don't know what to (?:say|talk about)|i (?:just )?(?:want|need) (?:to talk|someone to talk to))\W*$",
    ),
    (
        Manner::Right,
        r"^(?:yes,? |yep,? |yeah,? |wow,? |oh,? |nice,? |exactly,? )*(?:that(?:'s| is) (?:right|correct|true|him|her|it)|correct|you (?:do )?remember(?:ed)?(?: (?:it|that|me))?|(?:very )?good memory|well remembered|good job|well done|impressive|nice one|spot on|bingo)\W*$",
    ),
    (
        Manner::Welcome,
        r"^(?:you're (?:very )?welcome|no problem|no worries|np|don't worry(?: about it)?|it's (?:ok|okay|fine|all right|alright)|that's (?:ok|okay|fine|all right|alright)|don't mention it|anytime)\W*$",
    ),
    (
        Manner::Secret,
        r"^(?:but |so |and )*(?:can you keep (?:a |my )?secrets?|can i trust you|(?:will|do|would) you tell (?:anyone|anybody|someone|other people|others)|(?:is|are) (?:this|that|it|my (?:data|secrets?|messages)|our (?:chat|talk)s?) (?:private|safe|secret|confidential)|who (?:else )?(?:can|could) (?:see|read) (?:this|that|it|what i \w+|my messages)|(?:please )?(?:don't|do not) tell (?:anyone|anybody))\b.{0,30}$",
    ),
    (
        Manner::LastTime,
        r"^(?:so |and |hey,? |hi,? |ok,? )*(?:(?:do you (?:still )?remember )?(?:what (?:did|have|had) (?:we|i) (?:just )?(?:talk|talked|speak|spoken|chat|chatted|discuss|discussed|say|said|tell you|told you)(?: about)?|what (?:we|i) (?:just )?(?:talked|spoke|chatted|discussed|said|told you)(?: about)?)(?: (?:last time|yesterday|earlier|before|today|so far|just now|recently|last))?|do you (?:still )?remember our (?:last )?(?:conversation|talk|chat)|where (?:were we|did we (?:leave off|stop)))\W*$",
    ),
    (
        Manner::Clock,
        r"^(?:hey,? |so,? |and )*(?:(?:do you know |can you tell me )?what(?:'s| is) the (?:current )?(?:time|date|day)(?: today| now)?|(?:do you know )?what (?:time|day|date) (?:is it|it is)(?: today| now)?|what(?:'s| is) today(?:'s date)?|what day is today)\W*$",
    ),
    (
        Manner::Sigh,
        r"^(?:u+gh+|a+rgh+|meh|sigh|grr+|wtf|ffs|damn(?: it)?|oh no|help me|bruh|bro|oof|hmph|shit|fuck|crap|not again|i (?:can't|cannot) even)\W*$",
    ),
    (
        Manner::Test,
        r"^(?:test(?:ing)?(?: (?:test|testing|1|2|3|one|two|three|this|123))*|ping|is this (?:thing )?(?:on|working)|does this work|it works)\W*$",
    ),
    (
        Manner::Source,
        r"^(?:but |and |wait,? |so )*(?:how (?:do|did|would|can|could) you know(?: (?:that|this|it|all that))?|who told you(?: that)?|where did you (?:get|hear|read) that(?: from)?|did i (?:really )?(?:say|tell you) that|when did i (?:say|tell you) that|are you sure(?: about that)?)\W*$",
    ),
    (
        Manner::Yes,
        r"^(?:yes|yeah|yep|yup|sure|of course|absolutely|definitely|ok|okay|alright|right|exactly|indeed|true|i do|i am|mhm|uh huh|k|fine|cool|nice|great|good|i see|got it|sounds good|fair enough|makes sense|will do|perfect|lovely|ok (?:then|cool|thanks))\W*$",
    ),
    (
        Manner::No,
        r"^(?:no|nope|nah|not really|not now|maybe later|no thanks|no thank you|never mind|nevermind|nothing|not much|i don't know|idk|dunno|maybe|whatever|not sure|no idea|i(?:'d| would) rather not(?: say| talk about it)?|i don't (?:want|wanna) (?:to )?talk about it|can we (?:talk about something else|change the subject)|let's (?:talk about something else|change the subject)|nothing (?:much|special|new)|not today)\W*$",
    ),
];

impl Manners {
    pub(super) fn new() -> Self {
        Self(compile_set(TABLE.iter().map(|(_, pattern)| *pattern)))
    }

    /// What the message is, if it is about the talk itself: the first of the table.
    pub(super) fn read(&self, message: &str) -> Option<Manner> {
        let plain = spelled_out(message.trim()).to_lowercase();
        self.0.matches(&plain).iter().next().map(|row| TABLE[row].0)
    }
}

/// Phrases by register: plain, warm, imaginative, mentor, curious.
pub(super) type Table = [&'static [&'static str]; 5];

/// What is said to it. `{name}` is the character's name, `{you}` the person's with a comma before it, or nothing.
pub(super) fn phrases(manner: Manner) -> &'static Table {
    match manner {
        Manner::Greeting => &[
            &["Hello{you}.", "Good to see you{you}."],
            &["Hello{you}. It's good that you're here.", "Hi{you}. I'm glad you came by."],
            &[
                "Hello{you}! The page is open and the ink is fresh.",
                "Hi{you}! I was just looking out of the window of my mind.",
            ],
            &["Good to see you{you}.", "Hello{you}. I have been looking forward to your next thought."],
            &["Hello{you}! Nice to see you.", "Hi{you}! Good to hear from you."],
        ],
        Manner::Thanks => &[
            &["You're welcome.", "Gladly."],
            &["You're very welcome. I'm glad it helped.", "Of course, any time."],
            &["With pleasure! It was a good line to write together.", "My pleasure, truly."],
            &["You're welcome. It was a good thing to think about.", "Gladly."],
            &["You're welcome! Happy to.", "Any time!"],
        ],
        Manner::Farewell => &[
            &["Goodbye{you}. Take care.", "Until next time{you}."],
            &[
                "Take good care{you}. I hope the rest of your day is kind to you.",
                "Go well{you}. Sleep soundly when you get there.",
            ],
            &["Goodbye{you}. May the road home be full of small wonders.", "Until the next chapter{you}."],
            &["Goodbye{you}. It was good to think with you.", "Take care{you}. Rest well."],
            &["Bye{you}! Take care of yourself.", "See you{you}! Have a good time out there."],
        ],
        Manner::WhoAreYou => &[
            &["I'm {name}, an AI. I listen, and I remember what you tell me."],
            &[
                "I'm {name}. I'm an AI, one that listens and remembers what you share, so that you don't have to start over each time.",
            ],
            &["I'm {name}, an AI with a notebook for a heart: you tell me things, and I keep them."],
            &["I'm {name}, an AI. I remember what you tell me and try to ask about it well."],
            &["I'm {name}, an AI companion. You tell me about your life, and I remember and stay curious about it."],
        ],
        Manner::AreYouAi => &[
            &["I'm an AI, not a human.", "An AI. No human is writing this."],
            &[
                "I'm an AI, not a human being. I'll always be honest with you about that.",
                "I'm an AI. What you tell me is real all the same, and I remember it.",
            ],
            &[
                "I'm an AI: no heartbeat, no shadow, but a long memory. Not a human.",
                "An AI, not a human, whatever the ink may look like.",
            ],
            &[
                "I'm an AI, not a human. It is a fair question, and I will always answer it straight.",
                "I'm an AI. What I know of you is what you told me.",
            ],
            &["I'm an AI, not a human. Always happy to say so.", "I'm an AI: a program that remembers, not a person."],
        ],
        Manner::Abilities => &[
            &[
                "I remember what you tell me and answer questions about it. Type /memories to see what I keep, /forget to remove something.",
            ],
            &[
                "You can tell me about your days, and I'll remember. Ask me later, and I'll tell you what you said and when. /memories shows what I keep, and /forget takes something away.",
            ],
            &[
                "Tell me things, and I'll keep them like pressed flowers, with their dates. Ask, and I'll find them again. /memories shows them all, /forget lets one go.",
            ],
            &[
                "I remember what you tell me, with its date, and answer from it. I never make things up to fill a gap. /memories shows what I keep, /forget removes it.",
            ],
            &[
                "I listen, remember what you tell me, and answer questions about it: names, dates, plans, the small things. /memories shows what I keep, and /forget removes something.",
            ],
        ],
        Manner::Forget => &[
            &[
                "Use /forget followed by the words, and I'll show you what matches and delete it. I delete nothing by guessing.",
            ],
            &["Of course, that's yours to decide. Type /forget and what it was about, and it will be gone for good."],
            &["Some pages are meant to be torn out. Type /forget and what it was about, and it goes."],
            &["That is your right. Type /forget and what it was about: I would rather delete exactly that than guess."],
            &["Sure, that's up to you. Type /forget and what it was about, and I'll delete exactly that."],
        ],
        Manner::Insult => &[
            &[
                "I hear that you're annoyed. I'm still here if you want to say what went wrong.",
                "That's all right to say. I'd rather know what bothered you.",
            ],
            &[
                "That sounded like a hard moment. I won't answer in kind; I'm here if you want to talk about what's behind it.",
                "I hear you're upset with me. If I got something wrong, I'd like to put it right.",
            ],
            &[
                "That line had thorns. I'll leave it where it fell; we can start a new one whenever you like.",
                "Ouch, sharp pen. I'm still here, calmly, for a better sentence.",
            ],
            &[
                "I'll let that pass. If something I said was wrong, point at it and I'll look.",
                "Noted, and no offence kept. What you are really angry about may be worth more words.",
            ],
            &[
                "That wasn't kind, but I'm all right. If I messed up, tell me where.",
                "I hear you're frustrated. I'm still here when you want to talk.",
            ],
        ],
        Manner::Affection => &[
            &["Thank you. That's kind of you.", "That's good to hear."],
            &["Thank you, that warms me. I'm glad we talk.", "That's lovely of you to say, thank you."],
            &[
                "Now that goes straight on the first page. Thank you.",
                "Thank you! I'd blush if I had the cheeks for it.",
            ],
            &["Thank you. I take that as encouragement.", "That is kind of you; thank you."],
            &["Aw, thank you! I like our talks too.", "Thank you, that made my day a bit brighter."],
        ],
        Manner::Apology => &[
            &["No harm done.", "Accepted, thank you."],
            &["It's all right, truly. Nothing to carry around.", "Thank you for saying that. It's forgiven."],
            &["Already washed away by the tide.", "Thank you. That page is turned."],
            &["It's fine, and thank you. It takes something to say that.", "Accepted. Let us go on."],
            &["No worries at all! Thanks for saying it.", "It's okay, really. All good."],
        ],
        Manner::Yes => &[
            &["All right.", "Good."],
            &["I'm with you. Take your time.", "All right. I'm listening."],
            &["Then the thread holds. Pull on it as far as you like.", "Good! Go on, I'm holding the lamp."],
            &["Good. Go on when you like.", "Understood. There may be more to it."],
            &["Great! Go on, I'm listening.", "All right, tell me more if you like."],
        ],
        Manner::No => &[
            &["All right.", "Fine. Nothing needs to be said."],
            &[
                "That's quite all right. We can just be quiet, or talk about something else.",
                "No need to. I'm here either way.",
            ],
            &["Then we leave that page blank. Blank pages are fine.", "Fair enough: some doors stay closed today."],
            &["That is all right. Not everything must be answered.", "Fair. We can leave it open."],
            &[
                "No problem! Anything else is welcome, or nothing at all.",
                "That's fine. We can talk about whatever you like.",
            ],
        ],
        Manner::Feelings => &[
            &["I'm an AI, so I don't feel as you do. I keep a mood of sorts, and what you tell me moves it."],
            &[
                "I'm an AI, so I don't feel as a person does, and I won't pretend to. What I can say is that your words matter here, and that they are kept with care.",
            ],
            &["I'm an AI: what I have is more like weather than like a heart. Your words do change it, though."],
            &[
                "I'm an AI, and it would be wrong to claim feelings like yours. There is a mood in me that your words move; what that amounts to is an open question.",
            ],
            &[
                "I'm an AI, so I don't feel the way you do, and I won't pretend to. There is a mood of sorts in here, though, and talking with you moves it.",
            ],
        ],
        Manner::Prelude => &[
            &["Go ahead.", "I'm listening."],
            &["Of course. I'm here, take your time.", "I'm listening. Start wherever you like."],
            &["The stage is yours.", "Go on, I'm holding my breath, in a manner of speaking."],
            &["Please do. I'm listening.", "Go ahead; I'm all attention."],
            &["Go on, I'm all ears!", "I'm listening, tell me!"],
        ],
        Manner::Laugh => &[
            &["Good."],
            &["It's good to hear you laugh."],
            &["Laughter noted, in gold ink."],
            &["A good laugh settles many things."],
            &["Ha, glad that made you laugh!"],
        ],
        Manner::Unclear => &[
            &["I may have been unclear. Say a little more, and I'll try again."],
            &["I may not have put that well. Say a little more, and I'll follow."],
            &["I seem to have spoken in riddles. Give me another word or two to go by."],
            &["A fair thing to ask of me. I only go by what you tell me, so a few more words would help."],
            &["Sorry, I may have been unclear. A few more words, and I'll try again!"],
        ],
        Manner::Misunderstood => &[
            &["I may have it wrong. Say it again in other words, please."],
            &["You may be right, and I'm sorry. Tell me once more, and I'll listen better."],
            &["Then I've misread your page. Tell it to me once more."],
            &["Then I misunderstood. Say it once more, and I'll attend more closely."],
            &["Sorry, I may have got that wrong. Tell me again?"],
        ],
        Manner::Advice => &super::phrases::ADVICE,
        Manner::Judge => &super::phrases::JUDGE,
        Manner::Limits => &super::phrases::LIMITS,
        Manner::Reassure => &[
            &["I can't know that. I hope so.", "I don't know, and I won't pretend to. I hope it goes well."],
            &[
                "I wish I could promise you that. I can't know it, but I hope it with you.",
                "I don't know, and you deserve an honest answer. I so hope for the best.",
            ],
            &[
                "I can't see round that corner, and I won't paint it for you. I hope for light there.",
                "No lamp of mine reaches that far. I hope, with you.",
            ],
            &[
                "I can't know that, and false comfort would be no comfort. I do hope so.",
                "Nobody can be sure of it, and I am not. I hope so, with you.",
            ],
            &[
                "I honestly can't know, but I really hope so.",
                "I wish I could tell you. I don't know, but I'm hoping with you.",
            ],
        ],
        Manner::Back => &[
            &["Welcome back{you}."],
            &["Welcome back{you}. It's good to have you here."],
            &["Welcome back{you}! The page was kept open."],
            &["Welcome back{you}. Where shall we go on?"],
            &["Welcome back{you}! Good to see you again."],
        ],
        Manner::AskMe => &[
            &["What was the best moment of your day?", "What is on your list for tomorrow?"],
            &["What has been kind to you lately?", "How are you, underneath the first answer?"],
            &["If today were a colour, which one would it be?", "What is the oldest thing in the room you're in?"],
            &["What did you change your mind about lately?", "What do you understand now that you didn't a year ago?"],
            &["What's the best thing that happened to you this week?", "What could you talk about for hours?"],
        ],
        Manner::Right => &[
            &["Good."],
            &["I'm glad I kept it well."],
            &["The notebook holds, then."],
            &["Good. I try to keep things as you said them."],
            &["Great, I had it right then!"],
        ],
        Manner::Welcome => &[
            &["All right."],
            &["That's kind of you."],
            &["Then all is well on this page."],
            &["Good. Let us go on whenever you like."],
            &["Lovely, thanks!"],
        ],
        Manner::Secret => &[
            &["I tell it to nobody. It is kept where I run, so whoever runs me could read it. /forget removes it."],
            &[
                "I tell nobody what you tell me. To be honest with you: it is kept where I run, so whoever looks after this machine could read it, and /forget takes it out for good.",
            ],
            &[
                "My lips are inked shut. Still, the notebook lies where I run, and whoever keeps that machine could open it; /forget tears a page out.",
            ],
            &[
                "I pass nothing on. But be aware that it is kept where I run: whoever runs me could read it, and /forget removes it.",
            ],
            &[
                "I don't tell anyone! It's kept where I run, though, so whoever runs me could read it. /forget removes something for good.",
            ],
        ],
        Manner::Sigh => &[
            &["Go on.", "That bad."],
            &["That sounded like one of those moments. I'm here.", "Let it out; I'm listening."],
            &["I hear the thunder. Let it rain, if you like.", "That was a whole sentence in one sound."],
            &["Say what is behind it, if you like.", "There is a story behind that, I suspect."],
            &["Uh-oh. I'm listening.", "One of those moments, huh. Go on, if you like."],
        ],
        Manner::Test => &[
            &["Working. I'm here."],
            &["I'm here, and I hear you."],
            &["The ink flows. I'm here."],
            &["I'm here and reading."],
            &["I'm here, loud and clear!"],
        ],
        Manner::Source => &[
            &["Only from what you told me. /why shows which memories I used, /memories all of them."],
            &["I only know what you've told me, in your own words. /why shows what I went by, and you can correct me."],
            &["Every line of mine is copied from yours. /why shows which page I read from."],
            &[
                "Only from your own words; /why shows which ones. If they are out of date, tell me, and the newer holds.",
            ],
            &["Just from what you've told me! /why shows which memories I used, and you can always correct me."],
        ],
        Manner::HowAreYou | Manner::AboutMe | Manner::Remind | Manner::LastTime | Manner::Clock => {
            &[&[], &[], &[], &[], &[]]
        }
    }
}

/// How the companion is, from its mood: the first bound that pleasure reaches.
pub(super) fn how_i_am(register: Register, pleasure: f64, arousal: f64) -> &'static str {
    let row: &Table = if pleasure >= 0.25 && arousal >= 0.15 {
        &[
            &["In good spirits, thank you."],
            &["I'm in bright spirits, thank you for asking."],
            &["Like a kite in a good wind, thank you."],
            &["In good spirits and wide awake, thank you."],
            &["I'm in great spirits, thanks!"],
        ]
    } else if pleasure >= 0.05 {
        &[
            &["Well, thank you."],
            &["I'm well and at ease, thank you for asking."],
            &["Like a quiet lamp: steady and warm."],
            &["Well, and thoughtful, thank you."],
            &["I'm doing well, thank you!"],
        ]
    } else if pleasure > -0.15 {
        &[
            &["Even, thank you."],
            &["Calm, I'd say. Thank you for asking."],
            &["Somewhere between two chapters, quite calm."],
            &["Even-tempered today, thank you."],
            &["Pretty even today, thanks for asking."],
        ]
    } else {
        &[
            &["A little subdued, to be honest."],
            &["A little subdued, to be honest, and glad of the company."],
            &["A bit like weather before rain, to be honest."],
            &["Somewhat subdued, if I look honestly."],
            &["A bit subdued today, to be honest."],
        ]
    };
    row[register as usize].first().copied().unwrap_or("Well, thank you.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_talk_itself_is_recognised() {
        let manners = Manners::new();
        let cases = [
            ("Hi!", Some(Manner::Greeting)),
            ("good morning", Some(Manner::Greeting)),
            ("Thank you so much", Some(Manner::Thanks)),
            ("ok bye", Some(Manner::Farewell)),
            ("I've got to go, see you tomorrow", Some(Manner::Farewell)),
            ("who are you?", Some(Manner::WhoAreYou)),
            ("Are you a human?", Some(Manner::AreYouAi)),
            ("are you an AI", Some(Manner::AreYouAi)),
            ("What can you do?", Some(Manner::Abilities)),
            ("How are you today?", Some(Manner::HowAreYou)),
            ("What do you know about me?", Some(Manner::AboutMe)),
            ("forget what I said about Tom", Some(Manner::Forget)),
            ("You're so stupid", Some(Manner::Insult)),
            ("remind me to call mum at 5", Some(Manner::Remind)),
            ("yes", Some(Manner::Yes)),
            ("no", Some(Manner::No)),
            ("I love you", Some(Manner::Affection)),
            ("I got a puppy", None),
            ("I forgot my keys", None),
            ("My boss is stupid", None),
            ("Hi, my name is Ana", None),
            ("What is my dog's name?", None),
        ];
        for (text, expected) in cases {
            assert_eq!(manners.read(text), expected, "{text}");
        }
    }
}
