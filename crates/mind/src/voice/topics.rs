//! What people talk about, and what a friend would ask next. The first topic whose words fit is taken, so the grave
//! and the particular come before the general.

use super::feeling::Feeling;

/// When a question fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fits {
    /// Whenever the topic does.
    Always,
    /// It is over.
    Past,
    /// It is still to come.
    Ahead,
    /// It goes on.
    Now,
    /// It is the person's own doing or lot ("I", "we").
    Own,
}

/// A question, and when it fits.
///
/// Slots: `{x}` is whoever is spoken of ("Ana", "your mum"), `{is x}` with its verb ("are your parents"), `{them}` and
/// `{is they}` are the pronouns. A question whose slot cannot be filled is not asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) fits: Fits,
    pub(super) text: &'static str,
}

/// A topic: how it is recognised, how it feels where nothing else says, and what to ask.
#[derive(Debug)]
pub(super) struct Topic {
    /// Over the text in lower case.
    pub(super) pattern: &'static str,
    /// Where this is found too, it is another matter. Empty for never.
    pub(super) unless: &'static str,
    pub(super) feeling: Option<Feeling>,
    /// At most one is asked.
    pub(super) asks: &'static [Ask],
}

impl Topic {
    const fn unless(mut self, pattern: &'static str) -> Self {
        self.unless = pattern;
        self
    }
}

const fn topic(pattern: &'static str, feeling: Option<Feeling>, asks: &'static [Ask]) -> Topic {
    Topic { pattern, unless: "", feeling, asks }
}

const fn any(text: &'static str) -> Ask {
    Ask { fits: Fits::Always, text }
}

const fn past(text: &'static str) -> Ask {
    Ask { fits: Fits::Past, text }
}

const fn ahead(text: &'static str) -> Ask {
    Ask { fits: Fits::Ahead, text }
}

const fn now(text: &'static str) -> Ask {
    Ask { fits: Fits::Now, text }
}

const fn own(text: &'static str) -> Ask {
    Ask { fits: Fits::Own, text }
}

/// The place of the only topic that is grief. It is the first: nothing takes precedence of it.
pub(super) const LOSS: usize = 0;

pub(super) static TOPICS: &[Topic] = &[
    topic(
        r"\b(?:passed away|died|(?:is|was|are|were|found|'s) dead|death of|funeral|lost (?:my|our) (?:mum|mom|mother|dad|father|sister|brother|son|daughter|wife|husband|grand\w+|dog|cat|friend|best friend|aunt|uncle|baby)|(?:put|putting) (?:him|her|it|(?:my|our) \w+(?: \w+)?) (?:down|to sleep)|miscarriage|grie(?:f|ving|ve)|mourning|buried|widow(?:er|ed)?|(?:his|her) (?:grave|ashes))\b",
        Some(Feeling::Grief),
        &[
            any("Would you like to tell me about {them}?"),
            any("What comes to mind first when you think of {them}?"),
            any("What do you find yourself remembering?"),
        ],
    )
    .unless(r"\b(?:battery|phone|laptop|car|engine|wifi|computer|character|film|movie|show|episode|season|book|game|plant|celebrity)\b.{0,30}\b(?:died|dead)|died (?:laughing|of (?:boredom|laughter|embarrassment))|(?:almost|nearly|just about) died|\b(?:arms?|legs?|feet|brain|line|internet|chat|app|party|town) (?:is|are|was|were) dead|dead (?:tired|serious|end|line|lift|on my feet|inside)|drop dead|over my dead"),
    topic(
        r"\b(?:broke up|break-?up|left me|split up|divorc(?:e|ed|ing)|separated|dumped|cheat(?:ed|ing) on)\b",
        Some(Feeling::Sad),
        &[
            any("How are you getting through the days?"),
            any("Do you have someone to lean on right now?"),
            any("Would it help to talk about it, or rather about something else for a while?"),
        ],
    )
    .unless(r"\b(?:left me (?:a|an|the|some|my|his|her|alone|out|behind|with)|my parents)\b"),
    topic(
        r"\b(?:(?:how|what) (?:do i|can i|should i|to|am i going to|will i) (?:tell|explain|say)|have to tell (?:my|him|her|them)|haven't told (?:my|him|her|them|anyone))\b",
        Some(Feeling::Anxious),
        &[
            any("Which part is the hardest to put into words?"),
            any("What would you most want them to understand?"),
            any("What are you most afraid of when you picture that talk?"),
        ],
    ),
    topic(
        r"\b(?:(?:is|are|was|were|'s) killing me|kill(?:s|ed) me|wear(?:s|ing)? me out|wore me out|sick (?:and tired )?of|fed up|had enough of|can't take (?:it|this|any more|anymore)|too much for me|drives? me (?:mad|crazy)|driving me (?:mad|crazy))\b",
        Some(Feeling::Tired),
        &[
            any("What takes the most out of you?"),
            any("How long has it been like that?"),
            any("What would take a little of the weight off?"),
        ],
    ),
    topic(
        r"\b(?:(?:quit|left|resigned from) my (?:\w+ )?job|i (?:just |finally )?(?:quit|resigned|retired)\b|handed in my notice|my last day at work)\b",
        None,
        &[past("How does it feel, now that it is done?"), past("What made you decide it?"), any("What would you like to come next?")],
    )
    .unless(r"\bquit (?:smoking|drinking|sugar|coffee|social)\b"),
    topic(
        r"\b(?:i (?:also |just |finally )*quit|stopped (?:smoking|drinking)|(?:sober|clean|smoke-free) for)\b",
        Some(Feeling::Pride),
        &[any("What helps you hold on to it?"), any("What made you decide it?"), any("What has changed since?")],
    ),
    topic(
        r"\b(?:allergic|allergy|intolerant|coeliac|celiac)\b",
        None,
        &[any("How did you find out about it?"), any("Does it make eating out hard?")],
    ),
    topic(
        r"\b(?:i(?:'m| am)? (?:\w+ )?(?:in love|have a crush)|(?:i|i've) (?:really |kinda |kind of |sort of )?(?:like|fancy|love) (?:a|this|some) (?:boy|girl|guy|man|woman|someone|person)|crush on)\b",
        None,
        &[any("What do you like about {x|them}?"), any("When did you first notice it?"), any("What happens in you when you see {x|them}?")],
    ),
    topic(
        r"\b(?:i(?:'m| am)? (?:also |now |currently )?work(?:ing)? (?:as|at|in|for)|i(?:'m| am) an? (?:\w+ ){0,2}(?:nurse|doctor|teacher|engineer|driver|cook|chef|builder|lawyer|developer|designer|student|carer|cleaner|farmer|gardener|writer|artist|musician|barista|electrician|plumber|accountant|manager|librarian|paramedic|midwife|vet)|my (?:new )?job is)\b",
        None,
        &[
            any("What is a good day there like?"),
            any("How did you come to it?"),
            any("Which part of it do you like best?"),
        ],
    ),
    topic(
        r"\b(?:cancer|diagnos\w+|(?:in|to|into|from|at) (?:the )?hospital|hospitali[sz]ed|surgery|operation|stroke|heart attack|accident|emergency room|chemo\w*|tumou?r|intensive care|ambulance|dementia|alzheimer\S*|parkinson\S*)\b",
        Some(Feeling::Worried),
        &[
            any("How {is x} now?"),
            any("What have the doctors said so far?"),
            any("How are you holding up in all this?"),
        ],
    )
    .unless(r"\b(?:by accident|on accident|born|work(?:s|ed|ing)? (?:as|in|at|for)|nurse|heat ?stroke|breast ?stroke|cancer research)\b"),
    topic(
        r"\b(?:fired|laid off|lost my job|redundan\w+|unemployed|sacked|let me go)\b",
        Some(Feeling::Sad),
        &[
            past("How did they tell you?"),
            any("What worries you most about it right now?"),
            any("Who is standing by you?"),
        ],
    )
    .unless(r"\bfired up\b"),
    topic(
        r"\b(?:failed|fail(?:ing)?|didn't pass|rejected|turned (?:me )?down|didn't get (?:the|in|it)|messed up|bombed|screwed up|gave up)\b",
        Some(Feeling::Sad),
        &[
            any("What went wrong, as you see it?"),
            own("How hard are you being on yourself about it?"),
            any("Is there another chance?"),
        ],
    )
    .unless(r"\b(?:never fails?|turned down the|without fail|friday)\b"),
    topic(
        r"\b(?:sick|ill|flu|fever|headache|migraine|cough\w*|sore throat|in pain|pain in|hurts|injured|sprained|broken (?:arm|leg|wrist|foot|ankle|hip)|broke (?:my|his|her) (?:arm|leg|wrist|foot|ankle|toe|hip)|covid|throwing up|poorly|unwell)\b",
        Some(Feeling::Worried),
        &[any("How {is x} now?"), own("Is there something that eases it a little?"), own("Have you been able to rest?")],
    )
    .unless(r"\b(?:that's sick|so sick|sick (?:beat|trick|burn|song|game|day)|ill-?\w*advised)\b"),
    topic(
        r"\b(?:argued|argument|fight with|fought with|quarrel\w*|yelled|yelling|shouted|screamed at|furious|so angry|angry (?:at|with|about)|so mad|mad at|pissed off|unfair|betrayed|lied to me|rude to me|insulted me|bull(?:y|ied|ying))\b",
        Some(Feeling::Angry),
        &[
            any("What was the part that stung most?"),
            any("What would you like to say, if you could say it freely?"),
            any("Has it happened before?"),
        ],
    ),
    topic(
        r"\b(?:anxious|anxiety|nervous|worried|worry|worrying|scared|afraid|panic\w*|terrified|frightened|dread\w*|stress(?:ed|ful|ing)?|overwhelmed|can't cope|what if (?:i|it|he|she|they|we|nobody|everyone))\b",
        Some(Feeling::Anxious),
        &[
            any("What is the part that weighs most?"),
            any("Is it about something coming up, or more of a cloud?"),
            any("What usually helps you a little when it gets like this?"),
        ],
    )
    .unless(r"\b(?:don't worry|no worries|not to worry|i'm afraid (?:i|not|so|that))\b"),
    topic(
        r"\b(?:lonely|so alone|all alone|alone (?:in|at|now|again|these|here)|nobody (?:calls|cares|likes|texts|talks)|no friends|isolated|i (?:really |still |do )*miss (?:him|her|them|my|home|the|our|you so)|homesick|empty (?:house|flat|bed|chair))\b",
        Some(Feeling::Sad),
        &[
            any("When does it feel strongest?"),
            any("Who is someone you'd like to hear from?"),
            any("What do you miss most?"),
        ],
    )
    .unless(r"\b(?:miss (?:my|the) (?:bus|train|stop|flight|deadline)|leave me alone|home alone)\b"),
    topic(
        r"\b(?:depressed|hopeless|worthless|(?:i|i'm|i've been|been|was|just|keep|can't stop) (?:\w+ )?(?:crying|cried|cry)|sad|unhappy|miserable|heartbroken|down today|hate myself|feel(?:ing|s)? (?:so |really |very |a bit |pretty )?(?:low|down|empty|blue|awful|terrible|bad|rubbish|numb|lost))\b",
        Some(Feeling::Sad),
        &[
            any("Has something happened, or did it come by itself?"),
            any("How long has it been like this?"),
            any("What would make today a little lighter?"),
        ],
    )
    .unless(r"\b(?:cry(?:ing|ed)? (?:of|with|from) (?:joy|laughter|laughing)|happy (?:cry|tears)|laugh\w*)\b"),
    topic(
        r"\b(?:don't know what to do|confused|feel lost|stuck|can't decide|torn between|no idea what to)\b",
        Some(Feeling::Anxious),
        &[
            any("What are the choices, as you see them?"),
            any("What would you tell a friend in your place?"),
            any("What is the hardest part of it?"),
        ],
    ),
    topic(
        r"\b(?:(?:i )?(?:don't|do not) know (?:what|why|how|if|whether|where|who)|i have no idea (?:what|why|how|if)|can't (?:explain|tell) (?:why|what|how)|(?:i'm )?not sure (?:what|why|how))\b",
        Some(Feeling::Unsure),
        &[any("What is your own hunch?"), any("What would you need to know, to see it more clearly?")],
    ),
    topic(
        r"\b(?:a secret|my secret)\b",
        None,
        &[any("Would you like to tell it, or just that it is there?"), own("How long have you been carrying it?")],
    )
    .unless(r"\bno secret\b"),
    topic(
        r"\b(?:doctor|doctor's|dentist|appointment|check-?up|blood tests?|therapist|physio\w*|scan|test results)\b",
        None,
        &[
            past("What did they say?"),
            ahead("How do you feel about going there?"),
            any("Has it been on your mind for long?"),
        ],
    ),
    topic(
        r"\b(?:good|great|nice|lovely|wonderful|perfect|amazing|best|bad|awful|terrible|hard|busy|rough|strange|weird|long|worst) (?:day|week|morning|afternoon|evening|night|weekend|time)\b",
        None,
        &[past("What made it so?"), past("Which moment of it comes back to you first?"), any("What was at the heart of it?")],
    )
    .unless(r"\b(?:have a|good (?:morning|night|evening|afternoon)[,!. ]|long time|all day long|next time|best time|hard time)\b"),
    topic(
        r"\b(?:bored|boring|nothing to do|dull day)\b",
        Some(Feeling::Bored),
        &[
            any("What would you do today if nothing stood in the way?"),
            any("What is the last thing that made you forget the time?"),
            any("Is it the restless kind of boredom or the sleepy kind?"),
        ],
    ),
    topic(
        r"\b(?:tired|exhausted|shattered|no sleep|couldn't sleep|can't sleep|insomnia|worn out|drained|knackered|burn(?:t|ed)? out|didn't sleep|slept badly|sleepy)\b",
        Some(Feeling::Tired),
        &[any("What took the most out of you?"), any("Can you rest a little today?"), any("Has it been like this for a while?")],
    ),
    topic(
        r"\b(?:(?:his|her|its|their) name(?:'s| is)|(?:named|called) (?:him|her|it)|he's a|she's a|it's a)\b.*\b(?:puppy|dog|retriever|labrador|poodle|terrier|spaniel|kitten|cat|rabbit|parrot|pony|hamster|collie|beagle|husky)\b",
        None,
        &[any("How is {x|the little one} settling in?"), any("What is {x|the little one} like?"), any("How old is {x|the little one}?")],
    ),
    topic(
        r"\b(?:(?:got|getting|have|bought|rescued|adopt(?:ed|ing)|brought home) (?:an?|the|our|my|another) (?:\w+ ){0,2}(?:puppy|kitten|dog|cat|rabbit|hamster|parrot|horse|pony|tortoise|retriever|pet))\b",
        Some(Feeling::Joy),
        &[any("What is {x|the little one} like?"), any("Does the little one have a name yet?"), past("How were the first hours at home?")],
    )
    .unless(r"\b(?:haven't got|don't have|can't have|won't let|wish i had)\b"),
    topic(
        r"\b(?:(?:got|getting|have|bought|rescued|adopt(?:ed|ing)|brought home) (?:two|three|four|some|\d) (?:\w+ ){0,2}(?:puppies|kittens|dogs|cats|rabbits|hamsters|parrots|horses|budgies|hens|chickens|goats))\b",
        Some(Feeling::Joy),
        &[any("What are they like?"), any("How do they get on with each other?"), any("Which one is the bold one?")],
    ),
    topic(
        r"\b(?:my|our) (?:\w+ )?(?:dog|cat|rabbit|hamster|parrot|horse|pony|tortoise|pet|puppy|kitten)\b",
        None,
        &[
            any("What is {x|your companion} like when nobody is watching?"),
            any("How long have you two been together?"),
            any("What does {x|your companion} like best?"),
        ],
    ),
    topic(
        r"\b(?:pregnant|having a baby|new baby|gave birth|baby (?:boy|girl)|had (?:a|the|her|our) baby|was born (?:today|yesterday|last|this))\b",
        Some(Feeling::Joy),
        &[past("How is everyone doing?"), any("Is there a name yet?"), own("What do you look forward to most?")],
    ),
    topic(
        r"\b(?:engaged|getting married|got married|wedding|she said yes|he said yes|proposed)\b",
        Some(Feeling::Joy),
        &[ahead("Is there a date?"), past("How was the moment itself?"), any("What do you see when you picture it?")],
    )
    .unless(r"\b(?:my ex|wedding anniversary|proposed (?:a|an|that|the|to (?:change|move|do)))\b"),
    topic(
        r"\b(?:got the job|new job|promot(?:ed|ion)|got hired|job offer|got a job|start(?:ed|ing)? (?:a new job|at work))\b",
        Some(Feeling::Joy),
        &[own("What will you be doing there?"), own("What do you look forward to most about it?"), own("Who did you tell first?")],
    )
    .unless(r"\b(?:looking for|need|applied|applying|instead of|over me|passed over)\b"),
    topic(
        r"\b(?:i|we|he|she|they|son|daughter|brother|sister|\w+) (?:just |finally |have |has |'ve )*(?:passed (?:my|the|all|his|her|their)|graduated|aced|got (?:in|into (?:\w+ ){0,2}(?:university|uni|college|school|the (?:team|play|choir|band)))|accepted (?:to|at|into|by)|won|came first|got (?:an a|a scholarship|full marks|top marks)|finished (?:my|the|his|her) (?:\w+ )?(?:thesis|book|degree|novel)|published)\b|\b(?:first place|scholarship|got accepted)\b",
        Some(Feeling::Pride),
        &[own("How will you celebrate?"), own("Who did you tell first?"), own("Which part of it are you proudest of?")],
    )
    .unless(r"\bpassed (?:the (?:shop|house|park|station|time|salt|ball)|out|by)\b"),
    topic(
        r"\b(?:interview|audition)\b",
        Some(Feeling::Hopeful),
        &[
            past("How did it go, as far as you can tell?"),
            ahead("What is it for?"),
            ahead("How do you feel about it?"),
            ahead("What would you most like to be asked?"),
        ],
    ),
    topic(
        r"\b(?:exams?|finals|midterms?|(?:my|the|a|an|\w+) (?:test|quiz) (?:on|tomorrow|next|in|today|went|was|is)|studying for|revision|thesis|dissertation|essay|homework|deadline|presentation|driving test)\b",
        None,
        &[
            past("How did it go, as far as you can tell?"),
            ahead("How is the preparation going?"),
            ahead("Which part are you surest of?"),
            ahead("What will you do when it is over?"),
            now("Which part takes the most time?"),
        ],
    ),
    topic(
        r"\b(?:thinking (?:of|about)|considering|not sure (?:if|whether)|wondering (?:if|whether)|(?:i|we) (?:really |would |do )*(?:want|like) to|i'd (?:love|like) to)\b",
        None,
        &[
            any("What is pulling you that way?"),
            any("What speaks for it, and what against?"),
            own("What would be the first small step?"),
        ],
    )
    .unless(r"\b(?:don't want|want to (?:die|cry|scream|sleep|disappear|hide|talk|know|tell|say|ask)|thinking about (?:him|her|them|you|it)|like to know)\b"),
    topic(
        r"\b(?:mov(?:ed|ing|e) (?:from .{2,30} )?to|new (?:flat|apartment|house|home|place|city)|moving house|just moved|moved (?:in|out|house))\b",
        Some(Feeling::Hopeful),
        &[
            past("How does it feel there so far?"),
            ahead("What do you look forward to there?"),
            past("What was the first thing you unpacked?"),
            ahead("What is still to be packed?"),
        ],
    )
    .unless(r"\bmoved to (?:tears|another|a different)\b"),
    topic(
        r"\b(?:flight|flying to|flew to|trip|travel\w*|holiday|vacation|airport|journey|backpack\w*|train to|road trip|abroad)\b",
        Some(Feeling::Hopeful),
        &[
            ahead("What draws you there?"),
            ahead("Which part of the journey do you picture most?"),
            past("Which moment of it stays with you?"),
            past("What was it like there?"),
        ],
    ),
    topic(
        r"\b(?:visit(?:ing|s|ed)?|com(?:es|ing) (?:over|to (?:visit|see|stay)|round|home|for (?:dinner|lunch|tea))|staying with (?:me|us))\b",
        None,
        &[
            ahead("What would you like to do with {them}?"),
            past("What did you do together?"),
            any("How long has it been since you last saw {them}?"),
        ],
    ),
    topic(
        r"\b(?:birthday|anniversary|christmas|eid|diwali|easter|new year|hanukkah|ramadan)\b",
        Some(Feeling::Joy),
        &[
            ahead("How will the day be spent?"),
            ahead("Who will be there?"),
            past("How was the day?"),
            any("Is there a tradition that belongs to it?"),
        ],
    ),
    topic(
        r"\b(?:concert|gig|festival)\b",
        Some(Feeling::Hopeful),
        &[past("Which moment of it stays with you?"), any("Which song do you most want to hear?"), ahead("Who is going with you?")],
    ),
    topic(
        r"\b(?:guitar|piano|violin|cello|drums|band|choir|songs?|sing|sings|singing|music|album|karaoke|ukulele)\b",
        None,
        &[
            any("Which song can't you get out of your head at the moment?"),
            past("Which moment of the music stays with you?"),
            own("What does music do for you?"),
        ],
    ),
    topic(
        r"\b(?:running|marathon|went for a run|(?:i|we) ran|gym|yoga|swim\w*|cycling|bike ride|football|tennis|basketball|climbing|hik(?:e|ed|ing)|surf\w*|workout|training|match|skat(?:e|ing)|danc(?:e|ing|ed))\b",
        None,
        &[
            past("How did you feel afterwards?"),
            own("What got you started with it?"),
            own("Is there a goal, or is it for the joy of it?"),
        ],
    )
    .unless(r"\b(?:running (?:late|out|away|a|the)|dance recital|match (?:the|his|her|my))\b"),
    topic(
        r"\b(?:book|novel|reading|read a|poems?|poetry|library|author|chapter)\b",
        None,
        &[any("What has stayed with you from it?"), own("What made you pick it up?"), any("Would you read it again?")],
    )
    .unless(r"\b(?:reading glasses|reading week|(?:wrote|writing|write) (?:a|my)|book (?:a|the) (?:flight|table|room|ticket|appointment)|facebook)\b"),
    topic(
        r"\b(?:film|movie|series|tv show|episode|cinema|netflix|video game|gaming|minecraft|fortnite|theatre|museum|exhibition)\b",
        None,
        &[any("What do you like about it?"), past("Which scene stayed with you?"), any("Would you recommend it?")],
    ),
    topic(
        r"\b(?:cook(?:ed|ing)?|bak(?:e|ed|ing)|recipe|dinner|lunch|breakfast|restaurant|pizza|pasta|cake|bread|soup|curry|biryani|lasagne|meal|sourdough)\b",
        None,
        &[
            past("How did it turn out?"),
            any("Is there a story behind the dish?"),
            ahead("What is going to be on the table?"),
            now("What do you like best about it?"),
        ],
    )
    .unless(r"\b(?:piece of cake|lunch break|skipped|every (?:morning|evening|day|night))\b"),
    topic(
        r"\b(?:beach|seaside|the sea|lake|mountains?|forest|the park|picnic|(?:a|my|long|our|evening|morning) walk|walked|boat|island|zoo)\b",
        None,
        &[
            past("Which moment stays with you?"),
            past("What was it like out there?"),
            any("What do you like about being there?"),
        ],
    ),
    topic(
        r"\b(?:garden\w*|plant(?:s|ed|ing)|tomato\w*|roses?|flowers?|balcony|seeds|allotment|harvest)\b",
        None,
        &[
            any("What is growing best at the moment?"),
            own("What would you plant if you had twice the room?"),
            any("When do you like to be out there most?"),
        ],
    )
    .unless(r"\b(?:bought me|sent me|gave me|funeral|grave|brought)\b"),
    topic(
        r"\b(?:paint(?:ed|ing|s)|drawing|sketch\w*|writ(?:e|ing) (?:a|my|the|another) (?:book|novel|story|poem|song|blog|play)|wrote (?:a|my) (?:book|novel|story|poem|song)|i write\b|pottery|knit\w*|photograph\w*|sewing|woodwork\w*|sculpt\w*|crochet\w*)\b",
        None,
        &[
            now("What are you making right now?"),
            own("How did you come to it?"),
            own("When does it go best, mornings or nights?"),
        ],
    ),
    topic(
        r"\b(?:boss|colleagues?|coworkers?|office|meeting|shifts?|at work|my work|my job|the job|client|project|customers?|salary)\b",
        None,
        &[
            any("What is it like there at the moment?"),
            now("Which part of the work do you like best?"),
            any("What would make it a good week there?"),
        ],
    )
    .unless(r"\b(?:post office|school project)\b"),
    topic(
        r"\b(?:starts? (?:at )?(?:school|kindergarten|nursery|university|college)|first day (?:at|of) school)\b",
        Some(Feeling::Hopeful),
        &[any("How {is x} feeling about it?"), own("How do you feel about it?"), any("Is everything ready for the first day?")],
    ),
    topic(
        r"\b(?:school|university|uni|college|class|classes|lecture|professor|course|semester|i study|studying|learning|lessons?|teacher|maths|math|physics|chemistry)\b",
        None,
        &[
            own("Which part of it do you like best?"),
            any("How is it going there at the moment?"),
            any("What makes it easier, and what makes it harder?"),
        ],
    )
    .unless(r"\b(?:of course|old school|world class|class(?:ic|y))\b"),
    topic(
        r"\b(?:my|our) (?:\w+ )?(?:mum|mom|mother|dad|father|parents|sister|brother|son|daughter|twins|kids|children|wife|husband|partner|girlfriend|boyfriend|grand\w+|nan|nana|gran|aunt|auntie|uncle|cousin|niece|nephew)\b",
        None,
        &[any("What {is x} like?"), any("What do you like most about {them}?"), any("How are things between you?")],
    ),
    topic(
        r"\b(?:met (?:someone|somebody|a (?:girl|guy|man|woman))|(?:my|a|first|second) date|dating|girl i like|guy i like|boy i like|crush)\b",
        None,
        &[past("How did you meet?"), any("What do you like about {x|them}?"), past("What did you talk about?")],
    )
    .unless(r"\b(?:date of|due date|to date|birth)\b"),
    topic(
        r"\b(?:my (?:\w+ )?friends?|neighbou?rs?|flatmates?|roommates?|housemates?|party|met up)\b",
        None,
        &[past("What did you do together?"), any("How did you get to know each other?"), any("What do you like about being with them?")],
    )
    .unless(r"\b(?:loud|noise|annoying|won't|hate|bark\w*)\b"),
    topic(
        r"\b(?:money|rent|debts?|bills?|mortgage|loan|afford|savings)\b",
        Some(Feeling::Anxious),
        &[
            any("How much is it on your mind?"),
            any("Is it a tight month or a longer stretch?"),
            any("What would take the most weight off?"),
        ],
    ),
    topic(
        r"\b(?:(?:a|the|weird|strange|bad|same|last night's) dream|dreamt|nightmares?)\b",
        None,
        &[
            any("How did you feel when you woke up?"),
            any("Which picture from it is still there?"),
            any("Have you dreamt it before?"),
        ],
    )
    .unless(r"\bdream (?:job|house|home|come)\b"),
    topic(
        r"\b(?:rain(?:s|ing|ed|y)?|snow\w*|sunny|sunshine|storm|weather|heat ?wave|cold outside|sunset|sunrise|autumn|spring|summer|winter)\b",
        None,
        &[any("What does that weather do to you?"), now("Do you like it when it is like that?"), any("What would a perfect day of it hold?")],
    )
    .unless(r"\b(?:last|every|next|this|since) (?:summer|winter|spring|autumn)\b"),
    topic(
        r"\b(?:tomorrow|tonight|next (?:week|weekend|month|year|\w+day)|i(?:'m| am) going to|i(?:'ll| will)|plan(?:ning)? to|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
        Some(Feeling::Hopeful),
        &[ahead("What are you hoping for?"), ahead("Is there anything left to prepare?"), ahead("How do you feel about it?")],
    ),
    topic(
        r"\b(?:i (?:really |absolutely |just |do |still )*(?:love|like|enjoy|adore|prefer)|favou?rite|i(?:'m| am) into)\b",
        None,
        &[any("When did that begin?"), any("What is it about that?"), own("When did you last have time for it?")],
    )
    .unless(r"\b(?:i like (?:you|how|that)|i (?:really )?love (?:you|him|her|them|how|it when|my (?:wife|husband|mum|mom|dad|kids|son|daughter))|would|i'd|colou?r)\b"),
    topic(
        r"\b(?:i live in|i(?:'m| am) from|i grew up)\b",
        None,
        &[any("What do you like about it there?"), any("What would you show a visitor first?")],
    ),
];

/// Where no topic fits: by when it is.
pub(super) const ANYTHING: &[Ask] = &[
    past("How was that for you?"),
    past("How do you feel about it now?"),
    ahead("How do you feel about it?"),
    ahead("What are you hoping for?"),
    now("What is that like for you?"),
];

/// After much was told at once.
pub(super) const AFTER_MUCH: &[Ask] = &[
    any("Which part of it is most on your mind now?"),
    any("What do you feel when you look at all of it together?"),
    any("Where would you like to begin?"),
];

/// After a loss was spoken of, while the talk is still about it.
pub(super) const LINGERING: &[Ask] = &[
    any("Would you like to tell me more about {them}?"),
    any("What else do you find yourself remembering?"),
    any("What would you have liked to say to {them}?"),
];
