//! A web page as Markdown-like text: headings, lists, tables and code as such, links as their words; scripts, styles,
//! navigation, forms and what is hidden left out.

use super::{DocumentKind, Text, Unreadable};
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node};

/// Elements that hold nothing to be read.
const SKIPPED: &[&str] = &[
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "audio", "video", "nav",
    "footer", "form", "button", "select", "input", "textarea", "head", "dialog",
];
/// Elements that stand in lines of their own with space around them.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "aside",
    "blockquote",
    "ul",
    "ol",
    "dl",
    "table",
    "figure",
    "hr",
    "address",
    "details",
    "summary",
    "caption",
    "figcaption",
];

/// The most elements within each other: parsing takes longer with the square of that.
const DEEPEST: usize = 5_000;
/// Elements that have no end, or whose end need not be written.
const OPEN_ENDED: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "html",
    "head", "body", "p", "li", "dt", "dd", "option", "optgroup", "colgroup", "thead", "tbody", "tfoot", "tr", "td",
    "th", "rt", "rp",
];
/// Elements in which nothing is an element.
const RAW: &[&str] = &["script", "style", "textarea", "title"];

/// Reads a page. Walks without recursion, however deeply it is nested.
///
/// # Errors
/// It is nested so deeply that to parse it would take long.
pub(super) fn read(page: &str) -> Result<Text, Unreadable> {
    if depth(page) > DEEPEST {
        return Err(Unreadable(format!("more than {DEEPEST} of its elements are within each other")));
    }
    let html = Html::parse_document(page);
    let mut title = None;
    let mut out = Out::default();
    let mut skipped = 0_usize;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) => {
                    if element.name() == "title" && title.is_none() {
                        title =
                            node.first_child().and_then(|child| child.value().as_text().map(|text| text.to_string()));
                    }
                    if skipped > 0 || is_skipped(element) {
                        skipped += 1;
                    } else {
                        out.open(element.name());
                    }
                }
                Node::Text(text) if skipped == 0 => out.text(text),
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    if skipped > 0 {
                        skipped -= 1;
                    } else {
                        out.close(element.name());
                    }
                }
            }
        }
    }
    Ok(Text { kind: DocumentKind::Html, title, text: out.text, pages: Vec::new() })
}

/// How many elements are within each other, roughly: as their tags tell.
fn depth(page: &str) -> usize {
    let (mut depth, mut most, mut rest) = (0_usize, 0, page);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (ends, named) = rest.strip_prefix('/').map_or((false, rest), |named| (true, named));
        let length = named.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = named[..length].to_ascii_lowercase();
        if name.is_empty() || OPEN_ENDED.contains(&name.as_str()) {
            continue;
        }
        depth = if ends { depth.saturating_sub(1) } else { depth + 1 };
        most = most.max(depth);
        if !ends && RAW.contains(&name.as_str()) {
            let end = rest
                .match_indices("</")
                .find(|(at, _)| rest[at + 2..].get(..length).is_some_and(|there| there.eq_ignore_ascii_case(&name)));
            rest = end.map_or("", |(at, _)| &rest[at..]);
        }
    }
    most
}

fn is_skipped(element: &Element) -> bool {
    let style = || element.attr("style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
    SKIPPED.contains(&element.name())
        || element.attr("hidden").is_some()
        || element.attr("aria-hidden") == Some("true")
        || element.attr("role") == Some("navigation")
        || style().contains("display:none")
        || style().contains("visibility:hidden")
}

/// What is written so far.
#[derive(Default)]
struct Out {
    text: String,
    /// Line ends due before the next word.
    due: usize,
    /// A space is due before the next word.
    space: bool,
    /// In how many `pre`.
    verbatim: usize,
    /// Within a heading or a table row everything stays on one line.
    single: usize,
    /// The lists around: the number of the next item, if it is numbered.
    lists: Vec<Option<usize>>,
}

impl Out {
    fn open(&mut self, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.lines(2);
                if self.single == 0 {
                    let level = usize::from(name.as_bytes()[1] - b'0');
                    self.put(&"#".repeat(level));
                    self.space = true;
                }
                self.single += 1;
            }
            "br" => self.lines(1),
            "li" | "dt" => {
                self.lines(1);
                let depth = self.lists.len().saturating_sub(1).min(8);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.put(&format!("{}{mark}", "  ".repeat(depth)));
            }
            "dd" => self.lines(1),
            "tr" => {
                self.lines(1);
                self.put("|");
                self.single += 1;
            }
            "td" | "th" => self.space = true,
            "pre" => {
                self.lines(2);
                self.put("```\n");
                self.verbatim += 1;
            }
            _ if BLOCKS.contains(&name) => {
                self.lines(if name == "ul" || name == "ol" { 1 } else { 2 });
                match name {
                    "ul" => self.lists.push(None),
                    "ol" => self.lists.push(Some(1)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.single = self.single.saturating_sub(1);
                self.lines(2);
            }
            "td" | "th" => {
                self.put(" |");
                self.space = false;
            }
            "tr" => {
                self.single = self.single.saturating_sub(1);
                self.lines(1);
            }
            "pre" => {
                self.verbatim = self.verbatim.saturating_sub(1);
                if !self.text.ends_with('\n') {
                    self.text.push('\n');
                }
                self.put("```");
                self.lines(2);
            }
            "ul" | "ol" => {
                self.lists.pop();
                self.lines(if self.lists.is_empty() { 2 } else { 1 });
            }
            "li" | "dd" | "dt" => self.lines(1),
            _ if BLOCKS.contains(&name) => self.lines(2),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.verbatim > 0 {
            return self.put(text);
        }
        for (n, word) in text.split(char::is_whitespace).enumerate() {
            // Between two pieces there was space.
            self.space |= n > 0;
            if !word.is_empty() {
                self.put(word);
            }
        }
    }

    /// Line ends before what comes, at least so many.
    fn lines(&mut self, count: usize) {
        if self.single > 0 {
            self.space = true;
        } else {
            self.due = self.due.max(count);
            self.space = false;
        }
    }

    fn put(&mut self, text: &str) {
        let due = std::mem::take(&mut self.due);
        let space = std::mem::take(&mut self.space);
        if due > 0 && !self.text.is_empty() {
            let there = self.text.len() - self.text.trim_end_matches('\n').len();
            (there..due).for_each(|_| self.text.push('\n'));
        } else if space && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
        self.text.push_str(text);
    }
}
