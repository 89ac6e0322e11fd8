//! Cutting a document into parts of a memory's size, by its structure.
//!
//! A part holds whole paragraphs, lists, code and tables where they fit, whole sentences where they do not, and never
//! cuts a word that is shorter than a part. It begins anew under a heading, and knows the headings above it and its
//! page. Parts that follow each other in running text overlap a little, so that what stands at a seam is found whole.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// How big parts are, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// What a part is filled up to. A table or code may take half as much again to stay whole.
    pub target: usize,
    /// What it repeats of the part before, at most.
    pub overlap: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { target: 800, overlap: 120 }
    }
}

impl Sizes {
    /// The most characters of a part, its overlap apart.
    pub fn most(self) -> usize {
        self.target.max(1).saturating_mul(3) / 2 + 1
    }
}

/// How a text shows its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Paragraphs with empty lines between them.
    Plain,
    /// Headings, lists, fenced code and tables too.
    Markdown,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where it stands, in bytes, with what it repeats of the part before.
    pub range: Range<usize>,
    /// The same without the repetition: these ranges follow each other without a gap and cover the text.
    pub own: Range<usize>,
    /// The headings above it, the outermost first.
    pub path: Vec<String>,
    /// The first and the last page it stands on, counted from 1; none where the text has no pages.
    pub pages: Option<(u32, u32)>,
}

/// The most characters of a heading that are kept in a path.
const HEADING: usize = 120;

/// Cuts a text. `pages` are the bytes at which its pages begin, in order; none if it has no pages. Parts without a
/// word (the space at the end of a text) are joined to the one before.
pub fn chunks(text: &str, form: Form, pages: &[usize], sizes: Sizes) -> Vec<Chunk> {
    let mut packer = Packer { text, pages, sizes, path: Vec::new(), open: None, done: Vec::new() };
    for block in blocks(text, form) {
        packer.take(&block);
    }
    packer.close();
    packer.overlapped()
}

/// What a run of lines is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Heading(usize),
    Paragraph,
    List,
    Code,
    Table,
}

/// A run of lines of one shape, with the empty lines after it.
#[derive(Debug)]
struct Block {
    shape: Shape,
    range: Range<usize>,
}

/// The text as blocks, without a gap.
fn blocks(text: &str, form: Form) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<&str> = None;
    // An empty line ends what stands before it.
    let mut ended = true;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let bare = line.trim();
        let marks = fence_of(bare);
        let shape = match fence {
            Some(open) => {
                if bare.len() >= open.len() && bare.starts_with(open) && bare.trim_start_matches(&open[..1]).is_empty()
                {
                    fence = None;
                }
                Some(Shape::Code)
            }
            None if bare.is_empty() => None,
            None if form == Form::Plain => Some(Shape::Paragraph),
            None => match marks {
                Some(open) => {
                    fence = Some(open);
                    ended = true;
                    Some(Shape::Code)
                }
                None => Some(shape_of(line, bare)),
            },
        };
        match (shape, blocks.last_mut()) {
            (None, Some(last)) => {
                last.range.end = range.end;
                ended = true;
            }
            (Some(shape), Some(last)) if goes_on(last.shape, shape, ended, line) => {
                last.range.end = range.end;
                ended = false;
            }
            (shape, _) => {
                blocks.push(Block { shape: shape.unwrap_or(Shape::Paragraph), range });
                ended = shape.is_none();
            }
        }
        if marks.is_some() && fence.is_none() && shape == Some(Shape::Code) {
            ended = true;
        }
    }
    blocks
}

/// Does a line belong to the block before it?
fn goes_on(last: Shape, shape: Shape, ended: bool, line: &str) -> bool {
    match (last, shape) {
        (Shape::Heading(_), _) | (_, Shape::Heading(_)) => false,
        // A list goes on over empty lines, and with what stands indented under an item.
        (Shape::List, Shape::List) => true,
        (Shape::List, Shape::Paragraph) => !ended || line.starts_with("  ") || line.starts_with('\t'),
        (Shape::Paragraph, Shape::Paragraph) | (Shape::Table, Shape::Table) | (Shape::Code, Shape::Code) => !ended,
        _ => false,
    }
}

fn fence_of(bare: &str) -> Option<&str> {
    let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = bare.len() - bare.trim_start_matches(mark).len();
    (length >= 3).then(|| &bare[..length])
}

fn shape_of(line: &str, bare: &str) -> Shape {
    let level = bare.len() - bare.trim_start_matches('#').len();
    if (1..=6).contains(&level) && bare[level..].starts_with([' ', '\t']) {
        return Shape::Heading(level);
    }
    if bare.starts_with('|') || (bare.len() > 2 && bare.ends_with('|') && bare[..bare.len() - 1].contains('|')) {
        return Shape::Table;
    }
    let bullet = ["- ", "* ", "+ ", "• "].iter().any(|mark| bare.starts_with(mark));
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = (1..=4).contains(&digits) && (bare[digits..].starts_with(". ") || bare[digits..].starts_with(") "));
    if bullet || number {
        return Shape::List;
    }
    if line.starts_with("    ") || line.starts_with('\t') {
        return Shape::Code;
    }
    Shape::Paragraph
}

/// A part that is being filled.
struct Open {
    range: Range<usize>,
    characters: usize,
    path: Vec<(usize, String)>,
    /// It begins with a heading.
    headed: bool,
    /// It holds nothing but headings so far.
    bare: bool,
}

struct Packer<'a> {
    text: &'a str,
    pages: &'a [usize],
    sizes: Sizes,
    /// The headings above what comes, with their levels.
    path: Vec<(usize, String)>,
    open: Option<Open>,
    done: Vec<Open>,
}

impl Packer<'_> {
    fn take(&mut self, block: &Block) {
        let text = &self.text[block.range.clone()];
        let size = text.chars().count();
        if let Shape::Heading(level) = block.shape {
            // A short beginning takes the first of its subsections with it; otherwise a heading begins a part.
            let joins = self.open.as_ref().is_some_and(|open| {
                let own = open.path.last().map_or(0, |(level, _)| *level);
                level > own && (open.bare || open.characters < self.sizes.target / 4)
            });
            if !joins {
                self.close();
            }
            let title = text.trim().trim_start_matches('#').trim().trim_end_matches('#').trim();
            self.path.retain(|(above, _)| *above < level);
            self.path.push((level, title.chars().take(HEADING).collect()));
        }
        let whole = match block.shape {
            Shape::Code | Shape::Table => self.sizes.most(),
            _ => self.sizes.target.max(1),
        };
        if size <= whole {
            return self.add(block.range.clone(), size, block.shape);
        }
        for piece in pieces(text, block.shape, self.sizes.target.max(1)) {
            let size = text[piece.clone()].chars().count();
            self.add(block.range.start + piece.start..block.range.start + piece.end, size, block.shape);
        }
    }

    fn add(&mut self, range: Range<usize>, characters: usize, shape: Shape) {
        let heading = matches!(shape, Shape::Heading(_));
        let limit = match shape {
            // What must stay whole may follow its heading or a short lead.
            Shape::Code | Shape::Table => self.sizes.most(),
            _ => self.sizes.target.max(1),
        };
        let turned = |open: &Open| {
            self.page(open.range.start) != self.page(range.start) && open.characters >= self.sizes.target / 2
        };
        let full = self.open.as_ref().is_some_and(|open| {
            // A heading is not left behind by what it heads.
            let limit = if open.bare { self.sizes.most() } else { limit };
            open.characters + characters > limit || turned(open)
        });
        if full {
            self.close();
        }
        match &mut self.open {
            Some(open) => {
                open.range.end = range.end;
                open.characters += characters;
                if open.bare && heading {
                    open.path.clone_from(&self.path);
                }
                open.bare &= heading;
            }
            None => {
                let path = self.path.clone();
                self.open = Some(Open { range, characters, path, headed: heading, bare: heading });
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        match self.done.last_mut() {
            Some(last) if self.text[open.range.clone()].trim().is_empty() => last.range.end = open.range.end,
            _ => self.done.push(open),
        }
    }

    fn page(&self, at: usize) -> u32 {
        u32::try_from(self.pages.partition_point(|begins| *begins <= at)).unwrap_or(u32::MAX).max(1)
    }

    fn overlapped(mut self) -> Vec<Chunk> {
        let done = std::mem::take(&mut self.done);
        let mut chunks: Vec<Chunk> = Vec::with_capacity(done.len());
        for part in done {
            let own = part.range;
            let start = match chunks.last() {
                // Under a heading a text begins anew.
                Some(before) if !part.headed => self.lead(before.own.clone()),
                _ => own.start,
            };
            let words = self.text[own.clone()].trim_end();
            let last = own.start + words.len().saturating_sub(1);
            chunks.push(Chunk {
                pages: (!self.pages.is_empty()).then(|| (self.page(own.start), self.page(last))),
                range: start..own.end,
                own,
                path: part.path.into_iter().map(|(_, title)| title).collect(),
            });
        }
        chunks
    }

    /// Where the repetition of a part begins: its last sentence if that is short enough, else its last words.
    fn lead(&self, before: Range<usize>) -> usize {
        let text = &self.text[before.clone()];
        let from = text.char_indices().rev().take(self.sizes.overlap).last().map_or(text.len(), |(at, _)| at);
        let tail = &text[from..];
        let sentence = tail.split_sentence_bound_indices().nth(1).map(|(at, _)| at);
        // Of a word that stands across the beginning, nothing is taken.
        let word = || {
            let within = text[..from].chars().next_back().is_some_and(char::is_alphanumeric);
            let skip = usize::from(within && tail.starts_with(char::is_alphanumeric));
            tail.split_word_bound_indices()
                .skip(skip)
                .find(|(_, word)| word.starts_with(char::is_alphanumeric))
                .map_or(tail.len(), |(at, _)| at)
        };
        let at = sentence.filter(|at| *at < tail.trim_end().len()).unwrap_or_else(word);
        before.start + from + at
    }
}

/// A block that is too long, in pieces of at most `most` characters, without a gap: lines of a list, a table or code,
/// sentences of a paragraph; of what is longer still, words; of a word that is longer still, whole characters.
fn pieces(text: &str, shape: Shape, most: usize) -> Vec<Range<usize>> {
    let finer: [fn(&str) -> Vec<&str>; 4] = [
        |text| text.split_inclusive('\n').collect(),
        |text| text.split_sentence_bounds().collect(),
        |text| text.split_word_bounds().collect(),
        |text| text.graphemes(true).collect(),
    ];
    let from = usize::from(matches!(shape, Shape::Paragraph | Shape::Heading(_)));
    let mut found = Vec::new();
    split(text, 0, &finer[from..], most, &mut found);
    found
}

fn split(text: &str, offset: usize, finer: &[fn(&str) -> Vec<&str>], most: usize, found: &mut Vec<Range<usize>>) {
    let Some((cut, finer)) = finer.split_first() else {
        // A single character of many marks.
        let marks: Vec<usize> = text.char_indices().step_by(most).map(|(at, _)| at).chain([text.len()]).collect();
        found.extend(marks.windows(2).map(|pair| offset + pair[0]..offset + pair[1]));
        return;
    };
    let mut open: Option<(Range<usize>, usize)> = None;
    let mut at = offset;
    for part in cut(text) {
        let (range, size) = (at..at + part.len(), part.chars().count());
        at = range.end;
        match &mut open {
            Some((last, characters)) if *characters + size <= most => {
                last.end = range.end;
                *characters += size;
            }
            _ => {
                found.extend(open.take().map(|(range, _)| range));
                if size > most {
                    split(part, range.start, finer, most, found);
                } else {
                    open = Some((range, size));
                }
            }
        }
    }
    found.extend(open.map(|(range, _)| range));
}

#[cfg(test)]
mod tests;
