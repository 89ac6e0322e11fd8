//! The tables behind the rules: what is looked for in a message. The pattern language is that of [`crate::phrase`].

use crate::phrase::Classes;

/// What a phrase is a sign of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    Achievement,
    Failure,
    Compliment,
    Surprise,
    Social,
    Affection,
    Insult,
    /// Good news; whether it is a great one.
    Good(Weight),
    /// Bad news, and how bad.
    Bad(Weight),
    /// Looks like one of the above, and is not: everything it covers is left out.
    Not,
}

/// How much an event weighs in a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// A good or a bad day.
    Small,
    /// A year remembered for it.
    Large,
    /// Nothing is as it was.
    Grave,
}

/// Words that patterns name together.
pub(super) const CLASSES: &Classes = &[
    (
        "kin",
        "mum mom mother mama mam mommy mummy dad father papa daddy brother sister son daughter wife husband partner \
         girlfriend boyfriend fiance fiancé fiancee fiancée gf bf bff grandma grandmother granny nan nana gran grandpa \
         grandfather grandad granddad grandson granddaughter aunt auntie uncle cousin nephew niece baby child kid twin \
         twins parents kids children stepdad stepmum stepmom friend bestie mate roommate flatmate friends parent \
         grandparents grandparent boy girl family little one mentor",
    ),
    (
        "pet",
        "dog dogs puppy puppies pup cat cats kitten kittens kitty bunny rabbit hamster parrot budgie pony horse pig \
         ferret turtle tortoise goldfish pet doggo gecko lizard bird parakeet",
    ),
    (
        "kind",
        "old dear late little big older younger own best poor sweet lovely only beloved ex childhood close good oldest \
         youngest baby elder twin step great dearest beautiful gorgeous golden family lab border guinea",
    ),
    (
        "new",
        "a an new little small tiny cute baby second third another two three lovely rescue beautiful sweet golden \
         gorgeous adorable the cutest sweetest first ever most rescued shelter black white brown fluffy guinea",
    ),
    (
        "then",
        "just finally recently already actually also so officially really now have has had am is are was were been got \
         get getting both all even only today yesterday sadly suddenly unexpectedly unfortunately tragically peacefully \
         last week month year night this morning to be honest kind of quite very pretty",
    ),
    ("my", "my our"),
    ("iwe", "i we"),
    ("they", "he she they"),
    (
        "illness",
        "cancer leukemia leukaemia lymphoma dementia alzheimer alzheimers parkinson parkinsons tumor tumour sepsis \
         ms als hiv epilepsy diabetes schizophrenia bipolar anorexia",
    ),
    (
        "praise",
        "great amazing wonderful awesome brilliant fantastic lovely kind sweet best helpful incredible \
         excellent perfect smart clever funny nice good patient thoughtful fun cool terrific marvellous marvelous \
         adorable understanding supportive genius legend star lifesaver angel gem treasure",
    ),
    (
        "slur",
        "stupid useless idiot dumb worthless pathetic trash garbage terrible awful horrible moron idiotic disgusting \
         annoying boring rubbish liar ridiculous hopeless incompetent crap shit fool loser clueless creepy",
    ),
    (
        "very",
        "so such a an really very just the truly absolutely honestly always simply is are both all still as quite pretty \
         most fucking bloody freaking little complete total",
    ),
    ("machine", "bot robot machine ai computer program chatbot app assistant"),
    (
        "job",
        "job role position internship apprenticeship promotion offer scholarship raise contract gig residency tenure grant",
    ),
    (
        "study",
        "exam exams test tests finals final driving bar course class interview audition degree thesis viva defence \
         defense board boards certification",
    ),
    ("home", "house flat apartment home place condo"),
    ("body", "leg arm wrist ankle foot hip rib ribs collarbone hand finger back neck nose knee toe"),
];

/// Every table, in the order of the rules.
pub(super) const TABLES: &[(Cue, &str)] = &[
    (
        Cue::Not,
        "no thank you|thanks; say|said|saying|says thank you|thanks; thanks|thank to; thank you card|note|letter|notes
         thank god|goodness|heavens|fuck; could not be happier|prouder|better|more; could not ..1 agree|wait|believe|resist|stop|help|care|have
         impossible burger|mission; mission impossible; gave up smoking|drinking|sugar|alcohol|cigarettes|coffee|meat|weed
         political|third|labour|tory|conservative|republican|democratic|green|communist|search party; party leader|line|politics
         put|pull|pulled|putting|get|got|keep|hold ..3 together; together with the|a; due|expiry|expiration|release|publication|start|end date
         date of|format|picker|range|field|fruit|palm; to date; out of date; up to date; friend request|zone|list; no friends
         surprise exam|quiz|test; not surprise*; not shocked; finished with you; imaginary friend; family name|tree|guy|doctor|law
         died of laughter|laughing|embarrassment|boredom; phone|battery|laptop|car|computer|tv|engine ..1 died|dead
         lost my mind|way|keys|phone|wallet|temper|train|place|voice|appetite|patience|glasses|umbrella|bet|cool|marbles
         i hate you guys; love you guys; feel* alone together",
    ),
    (
        Cue::Achievement,
        "succeeded; finished; completed; accomplished; achieved; nailed it; pulled it off; i|we +@then made it; i|we +@then did it
         i|we +@then won; i|we +@then passed",
    ),
    (
        Cue::Failure,
        "failed; could not; did not work; did not work out; gave up; giving up; impossible; flunked; i|we ..1 bombed|botched|blew
         did not make it; did not get the|into; was|got rejected|turned down",
    ),
    (
        Cue::Compliment,
        "thank you|u; thanks; thx; ty $; many thanks; cheers for; you ?have|really|always|totally helped
         you are|were +@very @praise; you ..1 helped me; this|that|it ?really|has|have helped; you made my day
         ^ ?such|what|a|you +a great|good|nice|amazing|excellent|wonderful|brilliant|awesome job|work|answer|advice|point|bot
         well done ?you $; i appreciate you|it|this|your; you|your advice|idea|words|help ..1 is|was|were|are +@very @praise|right
         amazing|wonderful|great|brilliant advice|answer|help|explanation|suggestion; how kind of you; that is|was +@very kind|sweet|thoughtful|helpful ?of ?you $
         love|loved how|what you; you saved my|me; could not have done it|this|that without you; ^ ?you amazing|wonderful ?thing $",
    ),
    (
        Cue::Surprise,
        "surprise; surprised; surprising; surprisingly; unexpected; unexpectedly; suddenly; out of nowhere; shocked; shocking
         all of a sudden; out of the blue; never saw ..2 coming; did not expect ..1 that|this|it",
    ),
    (
        Cue::Social,
        "friend; friends; family; together; met someone; party; a|an|first|second|blind|dinner|movie|my|our|another|coffee date; date night|with
         on dates; get together; reunion",
    ),
    (
        Cue::Affection,
        "i ?really|also|do|just|absolutely|truly love|adore|like|missed|miss you; i +@then missed you; love you ?so ?much|too $; miss|missed you $
         i love|like|enjoy|enjoyed talking|chatting|speaking|being ..1 you; you mean ..2 lot|world|everything|much to me
         glad|happy|grateful|lucky|thankful +to +that i|we ..1 have|met|found you; glad|happy|grateful you exist|are
         you are ..2 favourite|favorite; you are my ..2 friend; hugs; hug you; sending you ..2 love|hugs; proud of you; i trust you",
    ),
    (
        Cue::Insult,
        "i ..2 hate|despise|loathe|detest you; hate you; you are +@very @slur; you are ..2 waste of; you ..1 suck; you stupid|dumb|useless|worthless|idiot
         shut ?the ?fuck|hell up; fuck you|off; screw you; go to hell; piss off; stupid|dumb|useless|worthless|shitty|fucking @machine|answer|thing
         you disgust me; i ..1 sick of you; you are the worst; worst ?@machine @machine|ever; nobody|no one likes|loves|needs|wants you; you idiot|moron
         you are nothing ?but ?a ?machine|bot; i ..2 regret talking to you; drop dead; you are not even real",
    ),
    (
        Cue::Good(Weight::Large),
        "i|we +@then adopted|rescued +@new|@kind @pet; @iwe +@then got|bought|brought|getting|have +@then a|two|three|another|our|my ?little new|rescue +@new|@kind @pet
         @iwe +@then got|getting|bought +@new @pet; @my new +@new|@kind @pet; @pet ..4 joined ?our|the|my family
         @iwe|@kin|@they +@then got|landed|accepted|started|starting|starts|offered|scored|secured +@new|my|dream|full|time|amazing|great|that @job|role|work
         @iwe|@kin|@they +@then offered me|us ..3 @job; offered me ..3 @job; @iwe|@kin|@they +@then hired|promoted; promoted me|@kin; promoted to ..3 senior|lead|manager|director|head
         got hired|promoted|tenure|engaged|married|accepted; i|we|@kin +@then pregnant|engaged|married|expecting
         @iwe|@kin +@then expecting|having ..3 baby|twins|girl|boy|child; gave birth; @my|the ..3 @kin +@then born; @my ..2 @kin +@then had|having ..2 baby|twins
         became|becoming|be|am|being +@then a|an mum|mom|dad|father|mother|parent|uncle|aunt|auntie|grandma|grandpa|grandmother|grandfather|godmother|godfather
         said yes; i +@then proposed; @iwe getting|got married|engaged|hitched; @my ?own wedding|engagement ..2 today|tomorrow|yesterday|weekend|saturday|week; wedding day
         cancer free; in remission; all clear; @iwe|@kin|@they +@then recovered|recovering|healed|discharged|healthy; out|home|back ?from|of ?the hospital; woke up from ..2 coma
         surgery|operation ..2 went|was ..1 well|great|fine|success|successful; results|tests|scan|biopsy ..3 clear|negative|benign|fine|good|normal|clean
         graduated; got|earned|received|have +my +the degree|diploma|phd|citizenship|visa|masters|doctorate|licence|license|gcse|gcses; @iwe|@kin|@they +@then got into ..4 university|college|school|uni|programme|program
         accepted|admitted ?in|into|to|at|by ..3 university|college|school|uni|programme|program|harvard|oxford|cambridge|mit; @iwe|@kin +@then passed ..3 @study
         @iwe +@then bought|closed|own ..3 @home; first @home; moved in together|with; @iwe +@then moving|moved into +my|our|the|a new @home; paid off ..4 debt|loan|loans|mortgage|car
         sober for|since; days|weeks|months|year|years|month sober|clean; quit smoking|drinking; gave up smoking|drinking
         published|sold ..2 book|novel|story|song|painting; book deal; finished|ran ..2 marathon; won ..4 lottery|award|prize|scholarship|match|game|championship|tournament|competition|race|case|medal|gold
         @iwe made up again; got|getting back together; she|he|they ..1 home|back safe|safely",
    ),
    (
        Cue::Good(Weight::Small),
        "my|@kin 's|s|own birthday|graduation; it is my|our ..1 birthday|anniversary; my|our ..2 birthday|anniversary ..2 today|tomorrow|is; happy birthday to me; turned|turn|turning _ today|tomorrow
         i|we +@then booked ..4 trip|holiday|vacation|tickets|flights|flight; got ..3 tickets; good|great|amazing|wonderful|exciting news
         got an|a a|aced|straight as; aced; got ..2 raise|bonus|refund|grades; first day ..3 job|school|work; feel|feeling ..1 better today; @iwe|@kin +@then got +@new bike|car|guitar|piano|telescope|camera",
    ),
    (
        Cue::Bad(Weight::Grave),
        "@my +@kind @kin|@pet ..5 died|dead|dying; @my +@kind @kin|@pet ..5 passed away|on|last|this|yesterday|in|peacefully|suddenly|when
         @my +@kind @kin|@pet +@then gone forever|now; @my +@kind @kin|@pet ?has|is ?no longer with us; @my +@kind @kin|@pet ..2 killed|murdered|suicide|stillborn
         lost @my +@kind @kin|@pet; losing @my +@kind @kin|@pet; death|funeral|wake|memorial|loss of @my +@kind @kin|@pet; @kin|@pet 's death|funeral|wake|passing|ashes|suicide
         @they ..2 passed away; ^ @they ..1 died; put|putting ..3 @pet|him|her|them ..1 down; put|putting ..3 @pet|him|her|them ..1 to sleep; put down @my ..1 @pet; miscarriage; miscarried; stillborn
         lost ?our|the baby; @kin|@they ..2 took|taken his|her|their own life; bereaved; grieving; i am|was|have|still in mourning; @kin ..2 terminal|hospice|deathbed; months|weeks to live",
    ),
    (
        Cue::Bad(Weight::Large),
        "i|@kin|@they +@then diagnosed; diagnosed with|@kin|me; i|@kin|@they|@pet +@then has|have|had|got|stage|a +terminal|a|stage|lung|breast|skin|brain|bone|one|two|three|four @illness; cancer ..2 back|spread|returned|terminal
         i|@kin|@they|@pet ..3 in|to ?the hospital|icu|er|hospice|coma|rehab; intensive care; i|@kin|@they +@then heart attack|stroke|seizure; had|having|suffered a ?massive|mild|small heart|stroke|seizure ?attack
         broke|breaking|splitting|split up with me|him|her; @iwe|@kin|parents +@then broke|breaking|splitting|split up; @iwe|@kin|parents +@then divorcing|divorced|separated|separating; getting ?a divorced|divorce
         @iwe|@kin|@they ..2 left|dumped|ghosted me; left me for; got|was|been|being dumped; cheated on me; cheating on me; filed|asked|asking|files|wants|want ..1 for|a ?a divorce; @my divorce|breakup|break ?up; called off ..2 wedding|engagement
         lost @my ..1 job|home|house|apartment|flat|business|licence|license|savings|everything|sight|hearing; lost everything; @iwe|@kin|@they +@then fired|sacked|evicted|redundant|deported|expelled; laid ?me|us|him|her off; let me go; made redundant; fired me|us
         @iwe|@kin|@they +@then assaulted|raped|mugged|attacked|abused|molested|robbed|stabbed|shot|scammed|bullied|stalked|arrested|burgled; beats|beat|hit|hits|abuses|abused me
         car|bike|motorcycle|motorbike|traffic|train|road accident|crash|wreck; @iwe|@kin|@they|@pet +@then in|had|into +a|an|terrible|bad|serious|awful|car accident|crash; accident at work; i|we|@kin ..1 crashed ..2 car|bike|motorbike
         hit|run by|over ?by ?a car|truck|bus|over; run over; house|home|flat|apartment ..2 burned|burnt|flooded|fire|destroyed; broken into; bankrupt; bankruptcy
         @my +@kind @kin|@pet ..3 missing|disappeared|injured; @my +@kind @pet ran away; @my +@kind @kin stopped|not ?speaking|talking to me; relapsed",
    ),
    (
        Cue::Bad(Weight::Small),
        "@my +@kind @kin|@pet is|was|are|has ..2 sick|ill|hurt|unwell|fever|poorly; broke|fractured|sprained|twisted my|his|her|@kin ..1 @body; bad|terrible|awful|sad|horrible news
         wallet|phone|car|bike|laptop|purse ..3 stolen; stole my; had|having|got ..2 fight|argument|row with my; my flight|train|trip|holiday ..3 cancelled|canceled; i +@then sick|ill; need|needs|having|have surgery|chemo|operation
         worst|terrible|awful|horrible|rough day|week|month|year",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_known() {
        let tables: Vec<&str> = TABLES.iter().map(|(_, t)| *t).collect();
        assert_eq!(crate::phrase::unknown_classes(CLASSES, &tables), Vec::<String>::new());
    }
}
