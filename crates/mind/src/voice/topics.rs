//! What people talk about, and what a friend would ask next. The first topic whose words fit is taken, so the grave
//! and the particular come before the general.

use super::feeling::Feeling;

/// A topic: how it is recognised, how it feels where nothing else says, and what to ask.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) pattern: &'static str,
    pub(super) feeling: Option<Feeling>,
    /// At most one is asked. `{x}` is a name from the message, where there is one; without one it reads `{x|...}`.
    pub(super) questions: &'static [&'static str],
}

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        pattern: r"\b(?:passed away|died|dead|funeral|lost my (?:mum|mom|mother|dad|father|sister|brother|son|daughter|wife|husband|grand\w+|dog|cat|friend|best friend|aunt|uncle|baby)|put (?:him|her|it) (?:down|to sleep)|miscarriage|grief|grieving|mourning|buried)\b",
        feeling: Some(Feeling::Grief),
        questions: &[
            "Would you like to tell me about {x|them}?",
            "Is someone with you at the moment?",
            "What comes to mind first when you think of {x|them}?",
        ],
    },
    Topic {
        pattern: r"\b(?:broke up|break-?up|left me|split up|divorc\w+|separated|dumped|cheat(?:ed|ing) on)\b",
        feeling: Some(Feeling::Sad),
        questions: &[
            "How are you getting through the days?",
            "Do you have someone to lean on right now?",
            "Do you want to talk about it, or think of something else for a while?",
        ],
    },
    Topic {
        pattern: r"\b(?:cancer|diagnos\w+|hospital\w*|surgery|operation|stroke|heart attack|accident|emergency|chemo\w*|tumou?r|intensive care|ambulance)\b",
        feeling: Some(Feeling::Worried),
        questions: &[
            "How is {x|everyone} now?",
            "What have the doctors said so far?",
            "Who is looking after you in all this?",
        ],
    },
    Topic {
        pattern: r"\b(?:fired|laid off|lost my job|redundan\w+|unemployed|sacked|let go from)\b",
        feeling: Some(Feeling::Sad),
        questions: &["How did they tell you?", "What worries you most about it right now?", "Does anyone know yet?"],
    },
    Topic {
        pattern: r"\b(?:failed|didn't pass|rejected|turned (?:me )?down|didn't get (?:the|in)|messed up|bombed|screwed up|gave up)\b",
        feeling: Some(Feeling::Sad),
        questions: &[
            "What happened, as you see it?",
            "Is there a second chance, or is it settled?",
            "How hard are you being on yourself about it?",
        ],
    },
    Topic {
        pattern: r"\b(?:sick|ill|flu|fever|headache|migraine|cough|sore throat|pain|hurts|injured|sprained|broken (?:arm|leg|wrist|foot)|broke my (?:arm|leg|wrist|foot|ankle|toe)|covid|throwing up)\b",
        feeling: Some(Feeling::Worried),
        questions: &["How is it today?", "Is there something that eases it a little?", "Have you been able to rest?"],
    },
    Topic {
        pattern: r"\b(?:argued|argument|fight with|fought with|quarrel\w*|yelled|shouted|furious|so angry|angry (?:at|with|about)|pissed off|fed up|unfair|betrayed|lied to me|rude to me|insulted me)\b",
        feeling: Some(Feeling::Angry),
        questions: &[
            "What was the part that stung most?",
            "What would you like to say to {x|them}?",
            "Has it happened before?",
        ],
    },
    Topic {
        pattern: r"\b(?:anxious|anxiety|nervous|worried|scared|afraid|panic\w*|terrified|frightened|dread\w*|stressed|overwhelmed|can't cope)\b",
        feeling: Some(Feeling::Anxious),
        questions: &[
            "What is the part that worries you most?",
            "Is it something coming up, or more of a cloud?",
            "What usually helps you a little when it gets like this?",
        ],
    },
    Topic {
        pattern: r"\b(?:lonely|alone all|nobody (?:calls|cares|likes)|no friends|isolated|miss (?:him|her|them|my|home)|homesick)\b",
        feeling: Some(Feeling::Sad),
        questions: &[
            "When does it feel strongest?",
            "Who is someone you'd like to hear from?",
            "What do you miss most?",
        ],
    },
    Topic {
        pattern: r"\b(?:depressed|hopeless|crying|cried|sad|unhappy|miserable|heartbroken|down today|feel(?:ing)? (?:low|down|empty|blue|awful|terrible|bad))\b",
        feeling: Some(Feeling::Sad),
        questions: &[
            "Has something happened, or did it come by itself?",
            "How long has it been like this?",
            "What would make today a little lighter?",
        ],
    },
    Topic {
        pattern: r"\b(?:don't know what to do|confused|feel lost|stuck|can't decide|torn between|no idea what to)\b",
        feeling: Some(Feeling::Anxious),
        questions: &[
            "What are the choices, as you see them?",
            "What would you tell a friend in your place?",
            "What is the hardest part of it?",
        ],
    },
    Topic {
        pattern: r"\b(?:secret)\b",
        feeling: None,
        questions: &["Would you like to tell it, or just that it is there?", "How long have you been carrying it?"],
    },
    Topic {
        pattern: r"\b(?:doctor|dentist|appointment|check-?up|blood test|therapist|physio\w*)\b",
        feeling: None,
        questions: &[
            "How did you feel about going there?",
            "What did they say?",
            "Is it something that has been on your mind for long?",
        ],
    },
    Topic {
        pattern: r"\b(?:good|great|nice|lovely|wonderful|perfect|bad|awful|terrible|hard|busy|rough|strange) (?:day|week|morning|afternoon|evening|night|weekend|time)\b",
        feeling: None,
        questions: &["What made it so?", "Which moment of it comes back to you first?", "What was at the heart of it?"],
    },
    Topic {
        pattern: r"\b(?:bored|boring|nothing to do|dull day)\b",
        feeling: Some(Feeling::Bored),
        questions: &[
            "What would you do today if nothing stood in the way?",
            "What is the last thing that made you forget the time?",
            "Is it the restless kind of boredom or the sleepy kind?",
        ],
    },
    Topic {
        pattern: r"\b(?:tired|exhausted|no sleep|couldn't sleep|can't sleep|insomnia|worn out|drained|knackered|long day|burn(?:t|ed)? out|didn't sleep|slept badly)\b",
        feeling: Some(Feeling::Tired),
        questions: &["What took the most out of you?", "Can you rest tonight?", "Has it been like this for a while?"],
    },
    Topic {
        pattern: r"\b(?:(?:his|her|its|their) name(?:'s| is)|(?:named|called) (?:him|her|it)|he's a|she's a|it's a)\b.*\b(?:puppy|dog|retriever|labrador|poodle|terrier|spaniel|kitten|cat|rabbit|parrot|pony|hamster|collie|beagle|husky)\b",
        feeling: None,
        questions: &[
            "How is {x|the little one} settling in?",
            "What is {x|the little one} like?",
            "How old is {x|the little one}?",
        ],
    },
    Topic {
        pattern: r"\b(?:puppy|kitten|adopted an?|(?:got|have|bought|rescued) an? (?:\w+ ){0,2}(?:dog|cat|rabbit|hamster|parrot|horse|pony|tortoise|retriever|pet))\b",
        feeling: Some(Feeling::Joy),
        questions: &[
            "What is {x|the little one} like?",
            "Does the little one have a name yet?",
            "How were the first hours at home?",
        ],
    },
    Topic {
        pattern: r"\b(?:my|our) (?:\w+ )?(?:dog|cat|rabbit|hamster|parrot|horse|pony|tortoise|pet|hen|goat)s?\b",
        feeling: None,
        questions: &[
            "What is {x|your companion} like when nobody is watching?",
            "How long have you two been together?",
            "What does {x|your companion} like best?",
        ],
    },
    Topic {
        pattern: r"\b(?:pregnant|having a baby|new baby|gave birth|baby (?:boy|girl)|had a baby|was born (?:today|yesterday|last))\b",
        feeling: Some(Feeling::Joy),
        questions: &["How is everyone doing?", "Is there a name yet?", "What do you look forward to most?"],
    },
    Topic {
        pattern: r"\b(?:engaged|getting married|wedding|she said yes|he said yes|proposed)\b",
        feeling: Some(Feeling::Joy),
        questions: &["Is there a date?", "How did it come about?", "What kind of day do you dream of?"],
    },
    Topic {
        pattern: r"\b(?:got the job|new job|promot\w+|got hired|job offer|start(?:ed|ing)? (?:a new job|at work))\b",
        feeling: Some(Feeling::Joy),
        questions: &[
            "What will you be doing there?",
            "When is the first day?",
            "What do you look forward to most about it?",
        ],
    },
    Topic {
        pattern: r"\b(?:passed (?:my|the|all)|graduat\w+|aced|got in(?:to)?|accepted (?:to|at|into|by)|won|first place|scholarship|finished my (?:thesis|book|degree|novel)|published)\b",
        feeling: Some(Feeling::Pride),
        questions: &["How will you celebrate?", "Who did you tell first?", "Which part of it are you proudest of?"],
    },
    Topic {
        pattern: r"\b(?:interview)\b",
        feeling: Some(Feeling::Hopeful),
        questions: &[
            "What is it for?",
            "How do you feel about the interview?",
            "Which question would you most like to be asked?",
        ],
    },
    Topic {
        pattern: r"\b(?:exams?|finals|midterms?|test (?:on|tomorrow|next|in)|studying for|thesis|dissertation|essay|homework|deadline)\b",
        feeling: None,
        questions: &[
            "How is the preparation going?",
            "Which part are you surest of?",
            "What will you do when it is over?",
        ],
    },
    Topic {
        pattern: r"\b(?:thinking (?:of|about)|considering|might|not sure (?:if|whether)|wondering (?:if|whether)|want to)\b",
        feeling: None,
        questions: &[
            "What is pulling you that way?",
            "What speaks for it, and what against?",
            "What would be the first small step?",
        ],
    },
    Topic {
        pattern: r"\b(?:moved to|moving to|move to|new (?:flat|apartment|house|home|place|city)|moving house|just moved)\b",
        feeling: Some(Feeling::Hopeful),
        questions: &[
            "How does it feel there so far?",
            "What made you choose it?",
            "What was the first thing you unpacked, or will be?",
        ],
    },
    Topic {
        pattern: r"\b(?:flight|flying to|trip|travel\w*|holiday|vacation|airport|visiting|visited|journey|backpack\w*|train to|road trip|abroad)\b",
        feeling: Some(Feeling::Hopeful),
        questions: &["What draws you there?", "Which moment of the journey do you picture most?", "Who goes along?"],
    },
    Topic {
        pattern: r"\b(?:birthday|anniversary|christmas|eid|diwali|easter|new year|hanukkah)\b",
        feeling: Some(Feeling::Joy),
        questions: &["How will the day be spent?", "Is there a tradition that belongs to it?", "Who will be there?"],
    },
    Topic {
        pattern: r"\b(?:guitar|piano|violin|cello|drums|band|choir|concert|song|sing|singing|music|album|gig)\b",
        feeling: None,
        questions: &[
            "Which piece can't you get out of your head at the moment?",
            "How did music come into your life?",
            "Do you play for yourself or for others?",
        ],
    },
    Topic {
        pattern: r"\b(?:running|marathon|ran|gym|yoga|swim\w*|cycling|bike|football|tennis|climb\w*|hik(?:e|ed|ing)|surf\w*|workout|training|match|skat\w+|danc\w+)\b",
        feeling: None,
        questions: &[
            "How did your body feel afterwards?",
            "What got you started with it?",
            "Is there a goal, or is it for the joy of it?",
        ],
    },
    Topic {
        pattern: r"\b(?:book|novel|reading|read|poem|poetry|library|author|chapter)\b",
        feeling: None,
        questions: &[
            "What has stayed with you from it?",
            "Would you read it again?",
            "Which page would you show a friend?",
        ],
    },
    Topic {
        pattern: r"\b(?:film|movie|series|show|episode|cinema|game|gaming|theatre|museum|exhibition)\b",
        feeling: None,
        questions: &["What did you like about it?", "Which scene stayed with you?", "Would you recommend it?"],
    },
    Topic {
        pattern: r"\b(?:cook\w*|bak(?:e|ed|ing)|recipe|dinner|lunch|breakfast|restaurant|pizza|pasta|cake|bread|soup|curry|food|coffee|tea|biryani|lasagne|meal)\b",
        feeling: None,
        questions: &["How did it taste?", "Is there a story behind the dish?", "Who taught you to like it?"],
    },
    Topic {
        pattern: r"\b(?:beach|seaside|the sea|lake|mountains?|forest|park|picnic|walk|walked|boat|island|zoo|fair)\b",
        feeling: None,
        questions: &["Which moment stays with you?", "Who was with you?", "What did it smell and sound like there?"],
    },
    Topic {
        pattern: r"\b(?:garden\w*|plant\w*|tomato\w*|roses?|flowers?|balcony|seeds|allotment|tree|harvest)\b",
        feeling: None,
        questions: &[
            "What is growing best at the moment?",
            "What would you plant if you had twice the room?",
            "When do you like to be out there most?",
        ],
    },
    Topic {
        pattern: r"\b(?:paint\w*|draw\w*|sketch\w*|writ(?:e|ing)|wrote|pottery|knit\w*|photograph\w*|sewing|woodwork\w*|sculpt\w*|craft\w*)\b",
        feeling: None,
        questions: &[
            "What are you making right now?",
            "How did you come to it?",
            "When does it go best, mornings or nights?",
        ],
    },
    Topic {
        pattern: r"\b(?:boss|colleagues?|coworkers?|office|meeting|shift|work|job|client|project|customers?|salary)\b",
        feeling: None,
        questions: &[
            "What is it like there at the moment?",
            "Which part of the work do you like best?",
            "What would make it a good week there?",
        ],
    },
    Topic {
        pattern: r"\b(?:school|university|college|class|lecture|professor|course|semester|study|studying|learning|lesson)\b",
        feeling: None,
        questions: &[
            "What drew you to it?",
            "What have you learnt lately that surprised you?",
            "Is there a teacher you'll remember?",
        ],
    },
    Topic {
        pattern: r"\b(?:my|our) (?:\w+ )?(?:mum|mom|mother|dad|father|parents|sister|brother|son|daughter|twins|kids|children|wife|husband|partner|girlfriend|boyfriend|grand\w+|aunt|uncle|cousin|niece|nephew|family)\b",
        feeling: None,
        questions: &[
            "What are you two like together?",
            "What is {x|that person} like?",
            "How often do you see each other?",
        ],
    },
    Topic {
        pattern: r"\b(?:friends?|neighbou?r|flatmate|roommate|party|met (?:someone|up)|date|dating|girl i like|guy i like)\b",
        feeling: None,
        questions: &["How did you meet?", "What do you like about {x|being together}?", "What did you talk about?"],
    },
    Topic {
        pattern: r"\b(?:money|rent|debt|bills?|broke|mortgage|loan|afford|savings)\b",
        feeling: Some(Feeling::Anxious),
        questions: &[
            "How much is it on your mind?",
            "Is it a tight month or a longer stretch?",
            "What would take the most weight off?",
        ],
    },
    Topic {
        pattern: r"\b(?:dream(?:t|ed)?|nightmare)\b",
        feeling: None,
        questions: &[
            "How did you feel when you woke up?",
            "Which picture from it is still there?",
            "Have you dreamt it before?",
        ],
    },
    Topic {
        pattern: r"\b(?:rain\w*|snow\w*|sunny|sunshine|storm|weather|heat ?wave|cold outside|sunset|sunrise|autumn|spring|summer|winter)\b",
        feeling: None,
        questions: &[
            "What does that weather do to you?",
            "Do you like it when it is like that?",
            "What would a perfect day of it hold?",
        ],
    },
    Topic {
        pattern: r"\b(?:tomorrow|next (?:week|month|year|\w+day)|i(?:'m| am) going to|i(?:'ll| will)|plan(?:ning)? to|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
        feeling: Some(Feeling::Hopeful),
        questions: &["What are you hoping for?", "Is there anything left to prepare?", "How do you feel about it?"],
    },
    Topic {
        pattern: r"\b(?:i (?:really )?(?:love|like|enjoy|adore|prefer)|favou?rite|i(?:'m| am) into)\b",
        feeling: None,
        questions: &["When did that begin?", "What is it about that?", "When did you last have time for it?"],
    },
    Topic {
        pattern: r"\b(?:i live in|i(?:'m| am) from|i grew up)\b",
        feeling: None,
        questions: &[
            "What do you like about it there?",
            "What would you show a visitor first?",
            "What does it smell like in the morning?",
        ],
    },
];

/// Where no topic fits.
pub(super) const ANYTHING: &[&str] = &[
    "How do you feel about it?",
    "What made you think of it?",
    "What is that like for you?",
    "Would you like to say more about it?",
];
