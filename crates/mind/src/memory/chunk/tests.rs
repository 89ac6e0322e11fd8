//! Tests of chunking.

use super::*;
use proptest::prelude::*;

fn texts(text: &str, sizes: Sizes) -> Vec<(Vec<String>, String)> {
    let found = chunks(text, Form::Markdown, &[], sizes);
    found.into_iter().map(|chunk| (chunk.path, text[chunk.range].trim().to_owned())).collect()
}

const GUIDE: &str = "# Handbook\n\nWelcome.\n\n## Holidays\n\nEverybody has 25 days. Ask a week ahead.\n\n\
- Summer: closed in August\n- Winter: open\n\n## Expenses\n\n| what | how much |\n|---|---|\n| lunch | 12 |\n\n\
```\nclaim --month may\n```\n";

#[test]
fn a_heading_begins_a_part_and_is_its_path() {
    let sizes = Sizes { target: 90, overlap: 0 };
    let parts = texts(GUIDE, sizes);
    let paths: Vec<String> = parts.iter().map(|(path, _)| path.join(" > ")).collect();
    assert_eq!(paths[0], "Handbook");
    assert!(paths.contains(&"Handbook > Expenses".to_owned()), "{paths:?}");
    let expenses = parts.iter().find(|(path, _)| path.ends_with(&["Expenses".into()])).unwrap();
    assert!(expenses.1.starts_with("## Expenses") && expenses.1.contains("| lunch | 12 |"), "{parts:?}");
    assert!(parts.iter().all(|(_, text)| !(text.contains("25 days") && text.contains("lunch"))));
}

#[test]
fn tables_and_code_stay_whole_where_they_fit() {
    let row = "| one | two | three |\n";
    let table = row.repeat(5);
    let code = format!("```\n{}\n\n{}\n```\n", "let a = 1; ".repeat(4), "let b = 2; ".repeat(4));
    let text = format!("{}\n\n{table}\n{code}", "Some words before it. ".repeat(4));
    let parts = texts(&text, Sizes { target: 100, overlap: 0 });
    assert!(parts.iter().any(|(_, part)| part.contains(table.trim())), "{parts:?}");
    assert!(parts.iter().any(|(_, part)| part.contains(code.trim())), "{parts:?}");
}

#[test]
fn long_paragraphs_are_cut_between_sentences_and_overlap() {
    let text: String = (0..30).map(|n| format!("Sentence number {n} says a little. ")).collect();
    let sizes = Sizes { target: 200, overlap: 60 };
    let found = chunks(&text, Form::Plain, &[], sizes);
    assert!(found.len() > 4);
    for pair in found.windows(2) {
        assert!(text[pair[1].own.clone()].starts_with("Sentence"), "{:?}", &text[pair[1].own.clone()]);
        let again = &text[pair[1].range.start..pair[1].own.start];
        assert!(again.starts_with("Sentence") && again.chars().count() <= 60, "{again:?}");
    }
}

#[test]
fn every_part_knows_its_pages() {
    let page = "A page of words that goes on for a while and then ends. ".repeat(3);
    let text = page.repeat(3);
    let begins = [0, page.len(), 2 * page.len()];
    let found = chunks(&text, Form::Plain, &begins, Sizes { target: 170, overlap: 20 });
    assert_eq!(found.first().unwrap().pages, Some((1, 1)));
    assert_eq!(found.last().unwrap().pages.unwrap().1, 3);
    assert!(found.iter().all(|chunk| chunk.pages.is_some_and(|(first, last)| first <= last)));
    assert_eq!(chunks(&text, Form::Plain, &[], Sizes::default())[0].pages, None);
}

#[test]
fn headings_stay_with_what_they_head_and_siblings_apart() {
    let text = "# A\n\n## B\n\nOne.\n\n## C\n\nTwo.\n";
    let parts = texts(text, Sizes::default());
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!(parts[0].0, ["A", "B"]);
    assert_eq!(parts[1], (vec!["A".to_owned(), "C".to_owned()], "## C\n\nTwo.".to_owned()));
}

#[test]
fn a_line_without_spaces_and_an_empty_text() {
    let sizes = Sizes { target: 100, overlap: 20 };
    let line = "x".repeat(10_000);
    let found = chunks(&line, Form::Markdown, &[], sizes);
    assert!(found.iter().all(|chunk| chunk.own.len() <= sizes.most()));
    assert_eq!(found.len(), 100);
    assert_eq!(chunks("", Form::Markdown, &[], sizes), []);
    assert!(chunks(&"\n".repeat(100), Form::Plain, &[], sizes).len() <= 1);
}

#[test]
fn an_unclosed_fence_is_code_to_the_end() {
    let parts = texts("Before.\n\n```\n# no heading\n\n- no list\n", Sizes { target: 30, overlap: 0 });
    assert!(parts.iter().all(|(path, _)| path.is_empty()), "{parts:?}");
}

fn markdown() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "#{1,4} [a-zé ]{0,30}",
        "[a-zA-Z0-9é日本語 ,.!?]{0,200}",
        "- [a-z ]{0,60}",
        "\\| [a-z]{1,9} \\| [0-9]{1,4} \\|",
        Just("```".to_owned()),
        Just(String::new()),
        "[\\PC]{0,40}",
        "[a-z]{200,400}",
    ];
    proptest::collection::vec(line, 0..60).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn every_text_is_covered_in_bounded_parts(
        text in markdown(), plain in any::<bool>(), target in 40_usize..400, overlap in 0_usize..80,
    ) {
        let sizes = Sizes { target, overlap };
        let form = if plain { Form::Plain } else { Form::Markdown };
        let found = chunks(&text, form, &[], sizes);
        prop_assert_eq!(&found, &chunks(&text, form, &[], sizes));
        let mut at = 0;
        for chunk in &found {
            prop_assert_eq!(chunk.own.start, at, "no gap and nothing twice");
            at = chunk.own.end;
            prop_assert!(chunk.range.start <= chunk.own.start && chunk.range.end == chunk.own.end);
            prop_assert!(text.is_char_boundary(chunk.own.start) && text.is_char_boundary(chunk.range.start));
            let own = text[chunk.own.clone()].trim_end().chars().count();
            prop_assert!(own <= sizes.most(), "{} of {}", own, sizes.most());
            prop_assert!(text[chunk.range.start..chunk.own.start].chars().count() <= overlap);
            // No word is cut but one that is longer than a part.
            for cut in [chunk.own.start, chunk.range.start] {
                let (before, after) = text.split_at(cut);
                let inside = before.ends_with(|c: char| c.is_ascii_alphanumeric())
                    && after.starts_with(|c: char| c.is_ascii_alphanumeric());
                let left = before.chars().rev().take_while(char::is_ascii_alphanumeric).count();
                let right = after.chars().take_while(char::is_ascii_alphanumeric).count();
                prop_assert!(!inside || left + right > target, "cut at {}", cut);
            }
        }
        prop_assert_eq!(at, text.len());
    }
}
