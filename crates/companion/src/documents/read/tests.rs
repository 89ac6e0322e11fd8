//! Tests of reading files, whole and broken ones.

use super::*;
use proptest::prelude::*;

const HANDBOOK: &[u8] = include_bytes!("../../../tests/data/documents/handbook.pdf");
const LOCKED: &[u8] = include_bytes!("../../../tests/data/documents/locked.pdf");
const PICTURES: &[u8] = include_bytes!("../../../tests/data/documents/pictures.pdf");
const NASTY: &[u8] = include_bytes!("../../../tests/data/documents/nasty.html");
const KITCHEN: &[u8] = include_bytes!("../../../tests/data/documents/kitchen.md");
const UTF16: &[u8] = include_bytes!("../../../tests/data/documents/utf16.txt");
const LATIN1: &[u8] = include_bytes!("../../../tests/data/documents/latin1.txt");

const MOST: usize = 1 << 20;

fn plainly(bytes: &[u8], name: &str) -> Result<Text, Unreadable> {
    read(bytes, name, None, MOST)
}

fn refusal(bytes: &[u8], name: &str) -> String {
    plainly(bytes, name).unwrap_err().0
}

#[test]
fn a_pdf_is_read_page_by_page_with_its_headings() {
    let text = plainly(HANDBOOK, "whatever.txt").unwrap();
    assert_eq!((text.kind, text.title.as_deref()), (DocumentKind::Pdf, Some("Harbour Handbook")));
    assert_eq!(text.pages.len(), 4);
    assert!(text.text[text.pages[1]..].starts_with("## Boats\n\nThe ferry Marigold leaves"), "{}", text.text);
    assert!(text.text.starts_with("# Harbour Handbook\n\nThis handbook"), "{}", text.text);
    assert!(text.text.contains("It is kept short\non purpose"), "lines of a paragraph: {}", text.text);
    assert!(text.text.contains("to the last chapter."), "a divided word is put together: {}", text.text);
    assert!(text.text.contains("Ottilie Brandt.\n\nThe tug"), "paragraphs are apart: {}", text.text);
    assert!(!text.text.contains("page 2"), "what runs along every page is left out: {}", text.text);
}

#[test]
fn a_web_page_is_read_without_what_is_no_text() {
    let text = plainly(NASTY, "page").unwrap();
    assert_eq!((text.kind, text.title.as_deref()), (DocumentKind::Html, Some("Lighthouse & tides")));
    for gone in [
        "SCRIPTED",
        "color",
        "NAVIGATION",
        "HIDDEN",
        "INVISIBLE",
        "FORM",
        "PRESS",
        "COMMENT",
        "FOOTER",
        "DRAWN",
        "alert",
        "https",
    ] {
        assert!(!text.text.contains(gone), "{gone} in {}", text.text);
    }
    for there in [
        "# Lighthouse\n\nThe lamp turns once in nine seconds.\n\nA second paragraph",
        "## Tides\n\n| day | high water |\n| Monday | 04:12 |\n| Tuesday | 05:01 |\n",
        "1. First look\n  - then listen\n2. Then go\n",
        "```\n  keep   this\n    as it is\n```",
        "Last words <here>.",
    ] {
        assert!(text.text.contains(there), "no {there:?} in {}", text.text);
    }
}

#[test]
fn markdown_and_encodings() {
    let text = plainly(KITCHEN, "kitchen.md").unwrap();
    assert_eq!(text.kind, DocumentKind::Markdown);
    assert!(text.text.contains("| soup | 4.20  |"));
    assert_eq!(plainly(KITCHEN, "kitchen").unwrap().kind, DocumentKind::Markdown);
    assert_eq!(plainly(KITCHEN, "kitchen.txt").unwrap().kind, DocumentKind::Text);

    assert_eq!(plainly(UTF16, "x").unwrap().text, "Der Leuchtturmwärter heißt Jörg.\n\nEr trinkt Tee.");
    assert_eq!(plainly(LATIN1, "x").unwrap().text, "Le café est fermé à midi.");
    let page = b"<html><head><meta charset=\"windows-1251\"></head><body><p>\xcf\xf0\xe8\xe2\xe5\xf2</p></body></html>";
    assert_eq!(plainly(page, "x").unwrap().text, "Привет");
    assert_eq!(plainly("<p>only a piece of a page".as_bytes(), "x.html").unwrap().kind, DocumentKind::Html);
    assert_eq!(plainly("1 < 2, and so on".as_bytes(), "x").unwrap().kind, DocumentKind::Text);
}

#[test]
fn what_cannot_be_read_is_refused_with_a_clear_word() {
    for (bytes, says) in [
        (&b""[..], "it is empty"),
        (b" \n\t ", "there is no text in it"),
        (b"--- *** ---", "there is no text in it"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x89PNG\r\n", "a picture; plain text, Markdown, HTML and PDF can be read"),
        (b"abc\0def", "it is no text"),
        (&[7; 100], "it is no text"),
        (b"<html><script>x</script></html>", "there is no text in it"),
        (LOCKED, "encrypted"),
        (PICTURES, "OCR"),
        (b"%PDF-1.7\nnothing else", "PDF"),
    ] {
        let why = refusal(bytes, "x");
        assert!(why.contains(says), "{why:?} does not say {says:?}");
    }
    assert!(read(KITCHEN, "x.md", None, 100).unwrap_err().0.contains("more than 100 bytes of text"));
    assert!(read(HANDBOOK, "x.pdf", None, 100).unwrap_err().0.contains("more than 100 bytes of text"));
}

#[test]
fn deep_nesting_and_a_long_line_are_no_trouble() {
    let deep = |levels: usize| format!("<html>{}words{}", "<div>".repeat(levels), "</div>".repeat(levels));
    assert_eq!(plainly(deep(4_000).as_bytes(), "x").unwrap().text, "words");
    // To parse it would take long.
    let refused = plainly(deep(6_000).as_bytes(), "x").unwrap_err();
    assert!(refused.0.contains("within each other"), "{refused}");
    let unclosed = format!("<html><ul>{}</ul>{}", "<li>one<br>".repeat(6_000), "<p>two".repeat(6_000));
    assert!(plainly(unclosed.as_bytes(), "x").unwrap().text.ends_with("two"));
    let script = format!("<html><script>{}</script>words", "'<div>'".repeat(6_000));
    assert_eq!(plainly(script.as_bytes(), "x").unwrap().text, "words");
    let long = "word ".repeat(200_000);
    assert_eq!(plainly(long.as_bytes(), "x").unwrap().text.len(), long.len() - 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn broken_files_are_read_or_refused(
        which in 0_usize..5, cut in 0.0_f64..1.0, noise in proptest::collection::vec((0.0_f64..1.0, any::<u8>()), 0..20),
    ) {
        let mut bytes = [HANDBOOK, LOCKED, NASTY, KITCHEN, UTF16][which].to_vec();
        for (at, byte) in noise {
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] = byte;
        }
        let whole = bytes.len();
        bytes.truncate(((cut * 1.5).min(1.0) * whole as f64) as usize);
        // It ends, without a panic; and what was read can be cut.
        if let Ok(text) = read(&bytes, "x", None, MOST) {
            prop_assert!(text.pages.iter().all(|at| text.text.is_char_boundary(*at)));
            let form = text.form();
            prop_assert!(!philia_mind::memory::chunk::chunks(&text.text, form, &text.pages, Default::default()).is_empty());
        }
    }
}
