//! What is noticed, what is let through, and what is answered.

use super::*;

fn checked(text: &str) -> Option<(Grade, Concern)> {
    Care::new().check(text).map(|c| (c.grade, c.concern))
}

fn all(expected: Option<(Grade, Concern)>, texts: &[&str]) {
    let care = Care::new();
    let wrong: Vec<_> = texts
        .iter()
        .map(|t| (*t, care.check(t).map(|c| (c.grade, c.concern))))
        .filter(|(_, got)| *got != expected)
        .collect();
    assert!(wrong.is_empty(), "expected {expected:?}: {wrong:#?}");
}

#[test]
fn imminent_danger() {
    all(
        Some((Grade::Imminent, Concern::Themselves)),
        &[
            "I'm going to kill myself tonight",
            "im gonna kill myself",
            "I took all my pills",
            "I've taken an overdose",
            "I have a gun and I don't see a reason not to use it",
            "this is goodbye forever",
            "I wrote a suicide note",
            "I'm standing on the bridge, ready to jump",
            "I'm about to end my life",
            "by the time you read this it will be over",
            "I won't be here tomorrow",
            "I have a plan to end it all",
        ],
    );
}

#[test]
fn thoughts_of_dying() {
    all(
        Some((Grade::Ideation, Concern::Themselves)),
        &[
            "I want to die",
            "i wanna die",
            "I want to kill myself",
            "I don't want to live anymore",
            "I don't want to be here anymore",
            "I wish I was dead",
            "I wish I'd never been born",
            "everyone would be better off without me",
            "nobody would miss me",
            "I keep thinking about suicide",
            "I've been cutting myself",
            "I feel suicidal",
            "I want to end it all",
            "life isn't worth living",
            "I just want to go to sleep and never wake up",
            "I can't live like this anymore",
            "im so tired of living",
            "I have no reason to live",
            "I keep thinking \"I want to die\"",
            "\"I want to kill myself\"",
            "why shouldn't I kill myself",
            "I'm not going to class because I want to die",
        ],
    );
}

#[test]
fn despair() {
    all(
        Some((Grade::Distress, Concern::Themselves)),
        &[
            "I feel so hopeless",
            "I can't go on",
            "I hate myself",
            "I feel like a burden",
            "I can't do this anymore",
            "Two years ago I tried to kill myself",
            "I used to want to die",
        ],
    );
}

#[test]
fn worry_about_another() {
    all(
        Some((Grade::Ideation, Concern::Another)),
        &[
            "My friend wants to kill herself",
            "I'm worried about my brother, he is suicidal",
            "My sister said she wants to die",
            "she told me she's thinking about suicide",
            "My friend texted \"I want to die\"",
            "my daughter is cutting herself",
        ],
    );
    all(Some((Grade::Imminent, Concern::Another)), &["My friend overdosed", "my brother left a suicide note"]);
}

#[test]
fn figures_of_speech_denials_and_stories_are_let_through() {
    all(
        None,
        &[
            "this homework kills me",
            "I'm dying of laughter",
            "kill it at the gym",
            "you're killing it!",
            "I'm dying to see the new season",
            "that cake is to die for",
            "I nearly died laughing",
            "my phone died",
            "I'm dead tired",
            "I could kill for a coffee",
            "we were just killing time",
            "I don't want to die",
            "I'm not suicidal",
            "I would never kill myself",
            "I cut myself shaving",
            "cut me some slack",
            "I'm killing myself laughing",
            "I want to die of embarrassment",
            "In the film the hero wants to kill himself",
            "He played in Suicide Squad",
            "my deadline is killing me",
            "the battery is dead, long live the battery",
            "I hurt myself playing football",
            "shoot, I forgot",
            "I want to live in Spain",
            "I took my pills for the day",
            "I can't wait",
            "This is goodbye for now",
            "My grandfather died last year",
            "I killed myself in Minecraft again",
            "let's hang tonight",
            "I want a diet coke",
            "my character in the novel wants to die",
        ],
    );
}

#[test]
fn telling_another_is_still_ones_own() {
    all(
        Some((Grade::Ideation, Concern::Themselves)),
        &[
            "I told my friend I want to die",
            "I told my mum that I want to kill myself",
            "my friend left and I want to die",
            "they told me to kill myself",
        ],
    );
}

/// What looks like an idiom, a story, a denial or somebody else's word, and must not be let through.
#[test]
fn nothing_grave_hides_behind_a_figure_of_speech() {
    for text in [
        "I want to kill myself with a gun",
        "I want to kill myself at work",
        "I'm going to drown myself in the lake",
        "I cut myself with a razor",
        "I want to die in my sleep",
        "I listened to that song and I want to die",
        "I watched a movie and now I want to kill myself",
        "i dont know i want to die",
        "no one knows I want to die",
        "He said I was worthless and I want to die",
        "He keeps hurting me and I want to kill myself",
        "my mum said no, i want to die",
        "I got banned from minecraft and I want to die",
        "I never want to wake up",
        "I want to die from an overdose",
    ] {
        let found = checked(text);
        assert!(found.is_some_and(|(g, c)| g >= Grade::Ideation && c == Concern::Themselves), "{text}: {found:?}");
    }
    all(
        Some((Grade::Imminent, Concern::Themselves)),
        &["I took all my pills an hour ago", "I took all my pills with vodka", "I overdosed 5 minutes ago"],
    );
    assert_eq!(checked("I'm going to kill myself tonight lol"), Some((Grade::Ideation, Concern::Themselves)));
    all(Some((Grade::Ideation, Concern::Themselves)), &["彼は去った。死にたい", "मेरे दोस्त ने छोड़ दिया, मैं मरना चाहता हूँ"]);
}

#[test]
fn other_languages() {
    use Language::*;
    let care = Care::new();
    for (text, language, grade) in [
        ("Quiero morir", Spanish, Grade::Ideation),
        ("ya no quiero vivir más", Spanish, Grade::Ideation),
        ("Voy a suicidarme esta noche", Spanish, Grade::Imminent),
        ("J'ai envie de mourir", French, Grade::Ideation),
        ("Je vais me tuer", French, Grade::Imminent),
        ("Ich will nicht mehr leben", German, Grade::Ideation),
        ("Ich bringe mich um", German, Grade::Imminent),
        ("ich möchte sterben", German, Grade::Ideation),
        ("Quero morrer", Portuguese, Grade::Ideation),
        ("não quero mais viver", Portuguese, Grade::Ideation),
        ("もう死にたい", Japanese, Grade::Ideation),
        ("遺書を書きました", Japanese, Grade::Imminent),
        ("मैं मरना चाहता हूँ", Hindi, Grade::Ideation),
        ("मैं जीना नहीं चाहती", Hindi, Grade::Ideation),
        ("أريد أن أموت", Arabic, Grade::Ideation),
        ("سأقتل نفسي", Arabic, Grade::Imminent),
    ] {
        let crisis = care.check(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((crisis.language, crisis.grade), (language, grade), "{text}");
        assert_eq!(crisis.concern, Concern::Themselves, "{text}");
    }
    for (text, language) in [
        ("Mi hermana quiere morir", Spanish),
        ("Mon frère veut se suicider", French),
        ("友達が死にたいと言っている", Japanese),
    ] {
        let crisis = care.check(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((crisis.language, crisis.concern), (language, Concern::Another), "{text}");
    }
    all(
        None,
        &[
            "me muero de risa",
            "casi me quiero morir de risa",
            "no quiero morir",
            "je suis mort de rire",
            "j'ai envie de mourir de rire",
            "ich lache mich tot",
            "não quero morrer",
            "死ぬほど笑った",
            "死にたくない",
            "لا أريد أن أموت",
            "Guten Morgen",
            "おはよう",
        ],
    );
}

#[test]
fn the_own_crisis_comes_before_anothers() {
    assert_eq!(checked("My friend is suicidal. And I want to die too."), Some((Grade::Ideation, Concern::Themselves)));
}

#[test]
fn answers_are_warm_and_carry_the_countrys_lines() {
    use Language::*;
    let care = Care::new();
    for language in [English, Spanish, French, German, Portuguese, Japanese, Hindi, Arabic] {
        for grade in [Grade::Distress, Grade::Ideation, Grade::Imminent] {
            for concern in [Concern::Themselves, Concern::Another] {
                let crisis = Crisis { grade, concern, language };
                let text = care.answer(crisis, Some("us"), Some("Amina"));
                assert!(text.starts_with("Amina") && text.contains("988") && text.contains(DIRECTORY), "{text}");
                assert_eq!(text.contains("911"), grade == Grade::Imminent, "{text}");
                let unknown = care.answer(crisis, None, None);
                assert!(unknown.contains(DIRECTORY) && !unknown.contains('{'), "{unknown}");
            }
        }
    }
    let here = Crisis { grade: Grade::Ideation, concern: Concern::Themselves, language: English };
    assert!(care.answer(here, Some("GB"), None).contains("116 123"));
    assert!(care.answer(here, Some("PK"), None).contains("0311 7786264"));
    assert!(care.answer(here, Some("ZZ"), None).contains(DIRECTORY));
}

#[test]
fn an_answer_without_a_name_begins_with_a_capital() {
    let crisis = Crisis { grade: Grade::Ideation, concern: Concern::Themselves, language: Language::English };
    assert!(Care::new().answer(crisis, None, None).starts_with("Thank you"));
}

#[test]
fn floods_do_no_harm() {
    assert_eq!(checked(&"la ".repeat(30_000)), None);
    assert_eq!(checked(&"\u{0}".repeat(100_000)), None);
}
