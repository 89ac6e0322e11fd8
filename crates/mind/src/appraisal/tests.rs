//! What messages evoke, in tables.

use super::*;

const MIDDLING: Temperament =
    Temperament { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, neuroticism: 0.5 };

fn all(expected: RuleName, emotion: Option<Emotion>, texts: &[&str]) {
    let rules = Rules::new();
    let wrong: Vec<String> = texts
        .iter()
        .filter_map(|text| {
            let a = rules.appraise(text, &MIDDLING);
            let right = a.rule == expected && emotion.is_none_or(|e| e == a.emotion);
            (!right).then(|| format!("{text:?}: {} by {} (sentiment {:.2})", a.emotion, a.rule, a.sentiment))
        })
        .collect();
    assert!(wrong.is_empty(), "expected {expected} {emotion:?}\n{}", wrong.join("\n"));
}

#[test]
fn achievements() {
    all(
        RuleName::Achievement,
        Some(Emotion::HappyFor),
        &[
            "I finished my thesis!",
            "We completed the project on time",
            "I finally achieved my goal weight",
            "I succeeded",
            "Nailed it!",
            "I've accomplished everything on my list today",
        ],
    );
}

#[test]
fn failures_are_felt_as_compassion() {
    all(
        RuleName::Failure,
        Some(Emotion::SorryFor),
        &[
            "I failed my driving test",
            "I couldn't get out of bed today",
            "the recipe didn't work",
            "I gave up",
            "It's impossible to please her",
            "i couldnt do it",
        ],
    );
}

#[test]
fn compliments_have_an_addressee() {
    all(
        RuleName::Compliment,
        Some(Emotion::Gratification),
        &[
            "you're wonderful",
            "You're great!",
            "that was amazing, thank you",
            "thank you",
            "Thanks so much, you really helped me",
            "you are so kind",
            "You helped",
            "You’re the best",
            "great advice!",
        ],
    );
    let rules = Rules::new();
    for text in [
        "what a wonderful sunset",
        "The film was amazing",
        "you're not great",
        "no thanks",
        "Thanks to the rain the picnic was off",
        "thank god it's Friday",
        "I said thank you to the waiter",
        "amazing grace is a hymn",
    ] {
        assert_ne!(rules.appraise(text, &MIDDLING).rule, RuleName::Compliment, "{text}");
    }
}

#[test]
fn surprises() {
    all(
        RuleName::Surprise,
        Some(Emotion::Surprise),
        &[
            "Suddenly the lights went out",
            "What happened was totally unexpected",
            "I was shocked",
            "a letter came out of nowhere",
        ],
    );
    let rules = Rules::new();
    let delta = |text| rules.appraise(text, &MIDDLING).delta;
    assert_eq!(delta("Suddenly a bus came round the corner"), Pad::new(0.0, 0.2, 0.0));
    assert_eq!(delta("A lovely and unexpected gift"), Pad::new(0.1, 0.2, 0.0));
    assert_eq!(delta("an unexpected and horrible bill"), Pad::new(-0.1, 0.2, 0.0));
}

#[test]
fn company() {
    all(
        RuleName::Social,
        Some(Emotion::Social),
        &[
            "I had lunch with a friend",
            "We're having a party on Saturday",
            "I met someone",
            "We went on a date",
            "the whole family was there",
            "We cooked together",
        ],
    );
    let rules = Rules::new();
    for text in [
        "I need an update",
        "the candidate lost",
        "what's the date today?",
        "my date of birth is 3 May",
        "partying alone in my head",
        "the labour party manifesto",
        "I have no friends",
        "pull yourself together",
        "the due date moved",
        "What is my friend's name?",
    ] {
        assert_ne!(rules.appraise(text, &MIDDLING).rule, RuleName::Social, "{text}");
    }
}

#[test]
fn regard() {
    all(
        RuleName::Regard,
        Some(Emotion::Distress),
        &["I hate you", "you are so stupid", "you suck", "shut up", "You're useless", "stupid bot", "fuck you"],
    );
    all(
        RuleName::Regard,
        Some(Emotion::Love),
        &["I love you", "i missed you", "I love talking to you", "you mean a lot to me", "I'm so glad I met you"],
    );
    let rules = Rules::new();
    for text in
        ["you are not stupid", "she said I hate you", "My boss yelled \"you are useless\" at me", "I hate mondays"]
    {
        assert_ne!(rules.appraise(text, &MIDDLING).rule, RuleName::Regard, "{text}");
    }
}

#[test]
fn good_news_is_shared() {
    all(
        RuleName::News,
        Some(Emotion::HappyFor),
        &[
            "I got a new puppy today!",
            "We adopted a kitten",
            "I just got a new puppy named Max!",
            "I got the job!",
            "I just got promoted to senior engineer at Google!",
            "I start... I mean I got a new job",
            "My sister had a baby",
            "We're having a baby",
            "I'm pregnant!",
            "It's my birthday today",
            "We got engaged",
            "She said yes!",
            "I'm getting married in June",
            "I graduated",
            "My mum is cancer free",
            "dad is out of the hospital",
            "We bought a house",
            "I got into university",
            "I'm going to be a dad",
            "They offered me the position",
            "We just moved in together",
            "I'm 90 days sober",
            "the biopsy came back negative",
            "Can you believe I got hired?",
            "My friend passed the exam",
        ],
    );
}

#[test]
fn bad_news_is_felt_with_them() {
    all(
        RuleName::News,
        Some(Emotion::SorryFor),
        &[
            "my dad passed away",
            "My dad passed away last month, I'm still grieving",
            "My best friend died yesterday",
            "my grandmother, who raised me, died",
            "We had to put our dog down",
            "I lost my mother in March",
            "my cat died",
            "I was diagnosed with cancer",
            "My wife has cancer",
            "My son is in the hospital",
            "My boyfriend broke up with me",
            "We broke up",
            "my husband left me",
            "I lost my job",
            "I got fired today",
            "They laid me off",
            "I was in a car accident",
            "my brother had a stroke",
            "She cheated on me",
            "I had a miscarriage",
            "My parents are getting divorced",
            "my dog is sick",
            "my dad's funeral is tomorrow",
            "Suddenly my dad died",
            "Thank you. My dad passed away.",
            "I got mugged",
        ],
    );
}

#[test]
fn what_did_not_happen_is_not_news() {
    let rules = Rules::new();
    for text in [
        "What if I got a puppy?",
        "I wish I got the job",
        "In the movie my favourite character's dad died",
        "If my dog died I don't know what I'd do",
        "I'm afraid my cat will be dead before I get home",
        "my phone died",
        "the president died",
        "I dreamt that I lost my job",
        "Did my sister have a baby?",
        "I got bitten by a dog",
        "I lost my keys",
        "My laptop died on the train",
        "I died laughing",
    ] {
        let a = rules.appraise(text, &MIDDLING);
        assert!(a.rule != RuleName::News, "{text}: {} {}", a.rule, a.emotion);
    }
}

#[test]
fn the_tone_of_the_rest() {
    all(
        RuleName::Valence,
        None,
        &[
            "what a wonderful sunset",
            "not amazing",
            "I didn't fail!",
            "I'm so anxious about tomorrow",
            "What's the weather like?",
            "ok",
            "",
            "...",
            "I haven't finished it",
            "I couldn't be happier",
            "it wasn't surprising",
            "Have you finished?",
        ],
    );
    let rules = Rules::new();
    let pleasure = |text| rules.appraise(text, &MIDDLING).delta.pleasure;
    assert!(pleasure("what a wonderful sunset") > 0.0);
    assert!(pleasure("not amazing") < 0.0);
    assert!(pleasure("I didn't fail!") > 0.0);
    assert!(pleasure("I couldn't be happier") > 0.0);
    assert!(pleasure("I feel awful and lonely") < 0.0);
    assert_eq!(rules.appraise("What's the weather like?", &MIDDLING).emotion, Emotion::Neutral);
    assert_eq!(rules.appraise("partying alone in my head", &MIDDLING).rule, RuleName::Valence);
}

#[test]
fn other_languages_are_neutral_rather_than_wrong() {
    let rules = Rules::new();
    for text in [
        "El pan sin sal es malo",
        "No sé, la guerra fue una cosa terrible",
        "Das war nicht die Hell",
        "今日は新しい子犬が来ました",
        "Je mange du pain avec ma famille",
        "मेरा दिन अच्छा था",
    ] {
        let a = rules.appraise(text, &MIDDLING);
        assert_eq!((a.emotion, a.delta), (Emotion::Neutral, Pad::NEUTRAL), "{text}");
    }
    assert!(rules.appraise("¡Tengo un perro nuevo! 🎉", &MIDDLING).delta.pleasure > 0.0);
}

#[test]
fn the_published_deltas_come_out_exactly_at_a_middling_temperament() {
    let rules = Rules::new();
    for (text, p, a, d) in [
        ("I finished the report", 0.2, 0.1, 0.05),
        ("I failed the exam", -0.15, 0.05, -0.1),
        ("you're wonderful", 0.3, 0.05, 0.1),
        ("I had tea with a friend", 0.1, 0.05, 0.02),
        ("I hate you", -0.3, 0.2, -0.1),
        ("I love you", 0.3, 0.1, 0.05),
        ("I got a new puppy today!", 0.2, 0.15, 0.0),
        ("my dad passed away", -0.2, 0.05, -0.05),
    ] {
        assert_eq!(rules.appraise(text, &MIDDLING).delta, Pad::new(p, a, d), "{text}");
    }
}

#[test]
fn temperament_scales_what_is_felt() {
    let rules = Rules::new();
    let nervous = Temperament { neuroticism: 1.0, extraversion: 0.0, ..MIDDLING };
    let insult = rules.appraise("I hate you", &nervous).delta;
    assert!((insult.pleasure + 0.45).abs() < 1e-12 && (insult.arousal - 0.3).abs() < 1e-12);
    let praise = rules.appraise("you're wonderful", &nervous).delta;
    assert!((praise.pleasure - 0.15).abs() < 1e-12 && (praise.dominance - 0.1).abs() < 1e-12);
}

#[test]
fn a_flood_is_appraised_without_harm() {
    let rules = Rules::new();
    for text in ["\u{0}\u{1}\u{7}".repeat(1000), "I ".repeat(20_000), "'".repeat(5000), "my dad my dad ".repeat(3000)] {
        let a = rules.appraise(&text, &MIDDLING);
        assert!((0.0..=1.0).contains(&a.intensity) && a.sentiment.abs() <= 1.0);
    }
}
