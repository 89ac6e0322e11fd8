//! Tests of the text analysis.

use super::*;
use proptest::prelude::*;

fn terms(text: &str) -> Vec<String> {
    Analyzer::new().terms(text)
}

#[test]
fn english_is_stemmed_and_freed_of_what_says_nothing() {
    for (text, expected) in [
        ("What is my dog's name?", vec!["dog", "name"]),
        ("I’m painting the PAINTINGS I painted", vec!["paint", "paint", "paint"]),
        ("don't won't can't isn't", vec![]),
        ("It cost $1,000.50 in 2023, well-known", vec!["cost", "1000.50", "2023", "well", "known"]),
        ("snake_case and a@b.org", vec!["snake", "case", "b", "org"]),
        ("", vec![]),
        ("   \u{0}\u{7}  ", vec![]),
        ("a van for my son", vec!["van", "son"]),
    ] {
        assert_eq!(terms(text), expected, "{text:?}");
    }
}

#[test]
fn accents_case_and_width_are_folded() {
    let expected = terms("cafe");
    for same in ["café", "CAFÉ", "cafe\u{301}", "ｃａｆé", "Cafes", "café's"] {
        assert_eq!(terms(same), expected, "{same:?}");
    }
    assert_eq!(fold("Straße Øre Łódź İstanbul"), "strasse ore lodz istanbul");
}

#[test]
fn words_of_other_scripts_are_words() {
    for (text, expected) in [
        ("Мою собаку зовут Шарик", vec!["собак", "зовут", "шарик"]),
        ("ёлка ЕЛКА", vec!["елк", "елк"]),
        ("كَلْبِي اسمه ريكس", vec!["كلب", "اسم", "ريكس"]),
        ("मेरे कुत्ते का नाम शेरू है", vec!["कुत्त", "नाम", "शेर"]),
        ("ο σκύλος μου", vec!["σκυλ"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(fold).collect();
        assert_eq!(terms(text), expected, "{text:?}");
    }
}

#[test]
fn scripts_without_spaces_become_bigrams() {
    assert_eq!(terms("我的猫"), ["猫"]);
    assert_eq!(terms("小黑猫"), ["小", "小黑", "黑", "黑猫", "猫"]);
    assert_eq!(terms("サクラ"), ["サク", "クラ"]);
    assert_eq!(terms("ｻｸﾗ"), ["サク", "クラ"]);
    assert_eq!(terms("강아지"), ["강아", "아지"]);
    assert_eq!(terms("我叫Anna"), ["叫", "anna"]);
    let (question, told) = (terms("我的狗叫什么名字？"), terms("我今天买了一只狗，名字是小白。"));
    assert!(question.iter().any(|t| told.contains(t)));
}

#[test]
fn emoji_are_words_whatever_their_colour() {
    assert_eq!(terms("\u{1F3FB}"), Vec::<String>::new());
    assert_eq!(terms("look 🐶❤️"), ["look", "🐶", "❤"]);
    assert_eq!(terms("👍🏽"), terms("👍"));
    assert_eq!(terms("👩‍🚀").len(), 1, "a joined emoji is one");
}

#[test]
fn the_surface_is_the_word_as_it_was_written() {
    let mut seen = Vec::new();
    Analyzer::new().each("My Dog’s naïve", |t| seen.push((t.surface.to_owned(), t.start, t.stop)));
    assert_eq!(seen, [("My".into(), 0, true), ("Dog".into(), 3, false), ("naïve".into(), 11, false)]);
}

#[test]
fn one_word_is_stemmed_as_it_is_within_a_text() {
    let analyzer = Analyzer::new();
    for word in ["Caroline's", "running", "Ёлки", "l'été"] {
        assert_eq!(analyzer.terms(word), [analyzer.stem(word)], "{word}");
    }
    assert!(
        analyzer.is_stop("The") && analyzer.is_stop("Don’t") && analyzer.is_stop("Меня") && !analyzer.is_stop("dog")
    );
}

proptest! {
    #[test]
    fn any_text_is_analysed_and_words_stand_where_they_say(text in "\\PC{0,60}") {
        let mut end = 0;
        words(&text, |word| {
            assert!(word.start >= end);
            assert_eq!(&text[word.start..word.end()], word.text);
            end = word.end();
        });
        for term in terms(&text) {
            prop_assert!(!term.is_empty());
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
