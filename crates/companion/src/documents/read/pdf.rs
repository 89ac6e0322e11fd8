//! A PDF as text: its pages' words in the order they are drawn, put together to lines and paragraphs by where they
//! stand; what is set larger than the rest becomes a heading.
//!
//! `lopdf` takes the file apart (see docs/adr/); this reads the drawing of text (ISO 32000-1, 9.4).

use super::{DocumentKind, Text, Unreadable};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Error, LoadOptions, Object};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most bytes that one stream may unpack to.
const UNPACKED: usize = 64 * 1024 * 1024;
/// The most pages that are read.
const MOST_PAGES: usize = 10_000;
/// A line set so much larger than most is a heading.
const LARGER: f32 = 1.15;

/// Reads a PDF, `most` bytes of text at most.
pub(super) fn read(bytes: &[u8], most: usize) -> Result<Text, Unreadable> {
    let options = LoadOptions { max_decompressed_size: Some(UNPACKED), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => locked(),
        error => broken(&error),
    })?;
    if document.is_encrypted() || document.trailer.get(b"Encrypt").is_ok() {
        return Err(locked());
    }
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(Unreadable::because("it is a PDF without pages, or a broken one"));
    }
    if pages.len() > MOST_PAGES {
        return Err(Unreadable(format!("it has {} pages; up to {MOST_PAGES} can be read", pages.len())));
    }
    let mut sheets = Vec::with_capacity(pages.len());
    let mut failed = None;
    let mut length = 0;
    for page in pages.into_values() {
        let lines = match drawn(&document, page) {
            Ok(runs) => lines(runs),
            Err(error) => {
                failed = Some(error);
                Vec::new()
            }
        };
        length += lines.iter().map(|line| line.text.len() + 1).sum::<usize>();
        if length > most {
            return Err(Unreadable(format!("it holds more than {} of text", crate::documents::bytes_in_words(most))));
        }
        sheets.push(lines);
    }
    if let (0, Some(error)) = (length, failed) {
        return Err(broken(&error));
    }
    without_running_lines(&mut sheets);
    let (text, pages) = written(&sheets);
    Ok(Text { kind: DocumentKind::Pdf, title: title(&document), text, pages })
}

fn locked() -> Unreadable {
    Unreadable::because("it is an encrypted PDF; remove its password first")
}

fn broken(error: &Error) -> Unreadable {
    Unreadable(format!("it is a broken PDF ({error})"))
}

fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").and_then(|info| document.dereference(info)).ok()?.1.as_dict().ok()?;
    lopdf::decode_text_string(info.get(b"Title").ok()?).ok()
}

/// Words drawn at a place, in units of the page.
struct Run {
    x: f32,
    end: f32,
    y: f32,
    size: f32,
    text: String,
}

/// An affine map of the plane: `[a b c d e f]` of the specification.
#[derive(Clone, Copy)]
struct Map([f32; 6]);

impl Map {
    const SAME: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this, then the other.
    fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [m, n, o, p, q, r]) = (self.0, other.0);
        Self([a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + q, e * n + f * p + r])
    }

    fn origin(self) -> (f32, f32) {
        (self.0[4], self.0[5])
    }

    /// How much it enlarges what stands upright.
    fn scale(self) -> f32 {
        self.0[2].hypot(self.0[3])
    }
}

/// Reads the bytes of a string in a font's encoding.
type Decode<'a> = Box<dyn Fn(&[u8]) -> Option<String> + 'a>;

/// A font: how its bytes are read, and how wide its characters are (1000 is its size).
struct Font<'a> {
    decode: Option<Decode<'a>>,
    /// Two bytes a character.
    wide: bool,
    widths: HashMap<u32, f32>,
    otherwise: f32,
}

impl<'a> Font<'a> {
    fn of(document: &'a Document, font: &'a Dictionary) -> Self {
        let decode = font
            .get_font_encoding_with_limit(document, UNPACKED)
            .ok()
            .map(|encoding| Box::new(move |bytes: &[u8]| Document::decode_text(&encoding, bytes).ok()) as Decode<'a>);
        let deref = |dict: &'a Dictionary, name: &[u8]| dict.get_deref(name, document).ok();
        let wide = deref(font, b"Subtype").and_then(|kind| kind.as_name().ok()) == Some(b"Type0");
        let mut widths = HashMap::new();
        let mut otherwise = 500.0;
        if wide {
            let below = deref(font, b"DescendantFonts").and_then(|list| list.as_array().ok()?.first());
            let below = below.and_then(|font| document.dereference(font).ok()?.1.as_dict().ok());
            otherwise = below.and_then(|font| number(deref(font, b"DW")?)).unwrap_or(1000.0);
            if let Some(list) = below.and_then(|font| deref(font, b"W")?.as_array().ok()) {
                wide_widths(document, list, &mut widths);
            }
        } else if let Some(list) = deref(font, b"Widths").and_then(|list| list.as_array().ok()) {
            let first = deref(font, b"FirstChar").and_then(number).unwrap_or(0.0) as u32;
            for (code, width) in (first..).zip(list) {
                widths.extend(document.dereference(width).ok().and_then(|(_, w)| number(w)).map(|w| (code, w)));
            }
        }
        Self { decode, wide, widths, otherwise }
    }

    fn read(&self, bytes: &[u8]) -> String {
        let text = self.decode.as_ref().and_then(|decode| decode(bytes));
        text.unwrap_or_else(|| bytes.iter().map(|byte| char::from(*byte)).filter(char::is_ascii).collect())
    }

    /// How many characters, how many of them spaces, and how wide they are together.
    fn measure(&self, bytes: &[u8]) -> (usize, usize, f32) {
        let width = |code: u32| self.widths.get(&code).copied().unwrap_or(self.otherwise);
        if self.wide {
            let codes = bytes.chunks(2).map(|pair| pair.iter().fold(0, |code, byte| code * 256 + u32::from(*byte)));
            (bytes.len().div_ceil(2), 0, codes.map(width).sum())
        } else {
            let spaces = bytes.iter().filter(|byte| **byte == b' ').count();
            (bytes.len(), spaces, bytes.iter().map(|byte| width(u32::from(*byte))).sum())
        }
    }
}

/// `[1 [500 600] 10 20 550]`: from 1 on 500 and 600; 10 to 20 each 550.
fn wide_widths(document: &Document, list: &[Object], widths: &mut HashMap<u32, f32>) {
    let mut list = list.iter().map(|object| document.dereference(object).map_or(object, |(_, object)| object));
    while let (Some(first), Some(next)) = (list.next().and_then(number), list.next()) {
        let first = first as u32;
        if let Ok(each) = next.as_array() {
            widths.extend((first..).zip(each).filter_map(|(code, width)| Some((code, number(width)?))));
        } else if let (Some(last), Some(width)) = (number(next), list.next().and_then(number)) {
            // A damaged range may reach far.
            widths.extend((first..=(last as u32).min(first.saturating_add(65_535))).map(|code| (code, width)));
        }
    }
}

fn number(object: &Object) -> Option<f32> {
    object.as_float().ok().filter(|number| number.is_finite())
}

/// The state of drawing.
#[derive(Clone, Copy)]
struct Pen<'f, 'a> {
    page: Map,
    font: Option<&'f Font<'a>>,
    size: f32,
    leading: f32,
    between_characters: f32,
    between_words: f32,
    stretch: f32,
}

/// Everything that a page draws as text, in order.
fn drawn(document: &Document, page: lopdf::ObjectId) -> Result<Vec<Run>, Error> {
    let fonts: BTreeMap<Vec<u8>, Font<'_>> =
        document.get_page_fonts(page)?.into_iter().map(|(name, font)| (name, Font::of(document, font))).collect();
    let content = Content::decode(&document.get_page_content_with_limit(page, UNPACKED)?)?;
    let mut runs = Vec::new();
    let mut pen = Pen {
        page: Map::SAME,
        font: None,
        size: 1.0,
        leading: 0.0,
        between_characters: 0.0,
        between_words: 0.0,
        stretch: 1.0,
    };
    let mut kept = Vec::new();
    let (mut text, mut line) = (Map::SAME, Map::SAME);
    for operation in &content.operations {
        let operands = &operation.operands;
        let at = |n: usize| operands.get(n).and_then(number).unwrap_or(0.0);
        let map = || Map([at(0), at(1), at(2), at(3), at(4), at(5)]);
        let down = |line: Map, x: f32, y: f32| Map::shift(x, y).then(line);
        match operation.operator.as_str() {
            "q" => kept.push(pen),
            "Q" => pen = kept.pop().unwrap_or(pen),
            "cm" => pen.page = map().then(pen.page),
            "BT" => (text, line) = (Map::SAME, Map::SAME),
            "Tf" => {
                pen.font = operands.first().and_then(|name| fonts.get(name.as_name().ok()?));
                pen.size = at(1);
            }
            "Tc" => pen.between_characters = at(0),
            "Tw" => pen.between_words = at(0),
            "Tz" => pen.stretch = at(0) / 100.0,
            "TL" => pen.leading = at(0),
            "Td" | "TD" | "T*" | "'" | "\"" | "Tm" => {
                match operation.operator.as_str() {
                    "Tm" => line = map(),
                    "Td" => line = down(line, at(0), at(1)),
                    "TD" => {
                        pen.leading = -at(1);
                        line = down(line, at(0), at(1));
                    }
                    "\"" => {
                        (pen.between_words, pen.between_characters) = (at(0), at(1));
                        line = down(line, 0.0, -pen.leading);
                    }
                    _ => line = down(line, 0.0, -pen.leading),
                }
                text = line;
                if let ("'" | "\"", Some(Object::String(bytes, _))) = (operation.operator.as_str(), operands.last()) {
                    show(&mut runs, &pen, &mut text, bytes);
                }
            }
            "Tj" => {
                if let Some(Object::String(bytes, _)) = operands.first() {
                    show(&mut runs, &pen, &mut text, bytes);
                }
            }
            "TJ" => {
                for item in operands.first().and_then(|list| list.as_array().ok()).into_iter().flatten() {
                    match item {
                        Object::String(bytes, _) => show(&mut runs, &pen, &mut text, bytes),
                        item => {
                            let back = number(item).unwrap_or(0.0) / 1000.0 * pen.size * pen.stretch;
                            text = Map::shift(-back, 0.0).then(text);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(runs)
}

fn show(runs: &mut Vec<Run>, pen: &Pen<'_, '_>, text: &mut Map, bytes: &[u8]) {
    let Some(font) = pen.font else { return };
    let (characters, spaces, width) = font.measure(bytes);
    let wide =
        width / 1000.0 * pen.size + characters as f32 * pen.between_characters + spaces as f32 * pen.between_words;
    let begin = text.then(pen.page);
    *text = Map::shift(wide * pen.stretch, 0.0).then(*text);
    let ((x, y), (end, _)) = (begin.origin(), text.then(pen.page).origin());
    let words = font.read(bytes);
    if !words.is_empty() && x.is_finite() && y.is_finite() {
        runs.push(Run { x, end, y, size: (pen.size * begin.scale()).abs(), text: words });
    }
}

/// A line of a page.
struct Line {
    text: String,
    size: f32,
    /// Further from the line above than lines of one paragraph are.
    apart: bool,
}

fn lines(runs: Vec<Run>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut last: Option<Run> = None;
    for run in runs {
        match (&last, lines.last_mut()) {
            (Some(before), Some(line))
                if (run.y - before.y).abs() < 0.5 * before.size.max(run.size) && run.x > before.x - before.size =>
            {
                let gap = run.x - before.end;
                let spaced = line.text.ends_with(char::is_whitespace) || run.text.starts_with(char::is_whitespace);
                if gap > 0.17 * run.size && !spaced {
                    line.text.push(' ');
                }
                line.text.push_str(&run.text);
                line.size = line.size.max(run.size);
            }
            (before, _) => {
                let apart = before.as_ref().is_none_or(|before| {
                    let down = before.y - run.y;
                    down < 0.0 || down > 1.55 * before.size.max(run.size)
                });
                lines.push(Line { text: run.text.clone(), size: run.size, apart });
            }
        }
        last = Some(run);
    }
    for line in &mut lines {
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    // An empty line holds its neighbours apart.
    let mut apart = false;
    lines.retain_mut(|line| {
        line.apart |= std::mem::take(&mut apart);
        apart = line.text.is_empty() && line.apart;
        !line.text.is_empty()
    });
    lines
}

/// Takes away what stands at the head or the foot of most pages: the running title, the number of the page.
fn without_running_lines(sheets: &mut [Vec<Line>]) {
    if sheets.len() < 4 {
        return;
    }
    let told = |line: &Line| -> String { line.text.chars().filter(|c| !c.is_numeric()).collect() };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for sheet in sheets.iter() {
        let ends: HashSet<String> = sheet.first().into_iter().chain(sheet.last()).map(told).collect();
        ends.into_iter().for_each(|end| *counts.entry(end).or_default() += 1);
    }
    let running = |line: &Line, pages: usize| counts.get(&told(line)).is_some_and(|count| count * 2 > pages);
    let pages = sheets.len();
    for sheet in sheets {
        if sheet.last().is_some_and(|line| running(line, pages)) {
            sheet.pop();
        }
        if sheet.first().is_some_and(|line| running(line, pages)) {
            sheet.remove(0);
        }
    }
}

/// The pages as one text, and where each begins.
fn written(sheets: &[Vec<Line>]) -> (String, Vec<usize>) {
    // Sizes in tenths of a unit, by how much is set in them.
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    let tenths = |line: &Line| (line.size * 10.0).round().clamp(0.0, 1e6) as u32;
    for line in sheets.iter().flatten() {
        *sizes.entry(tenths(line)).or_default() += line.text.len();
    }
    let body = sizes.iter().max_by_key(|(_, length)| **length).map_or(0, |(size, _)| *size);
    let larger: Vec<u32> = sizes.keys().rev().copied().filter(|size| *size as f32 > body as f32 * LARGER).collect();
    let level = |line: &Line| {
        let at = larger.iter().position(|size| *size == tenths(line))?;
        (line.text.chars().count() <= 150 && line.text.contains(char::is_alphabetic)).then_some((at + 1).min(4))
    };

    let mut text = String::new();
    let mut pages = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        if !text.is_empty() {
            text.truncate(text.trim_end().len());
            text.push_str("\n\n");
        }
        pages.push(text.len());
        let mut heading: Option<usize> = None;
        for (n, line) in sheet.iter().enumerate() {
            let now = level(line);
            match (heading, now) {
                // A heading of two lines.
                (Some(before), Some(now)) if before == now && !line.apart => text.push(' '),
                (_, Some(now)) => {
                    apart(&mut text, n);
                    text.push_str(&"#".repeat(now));
                    text.push(' ');
                }
                (Some(_), None) => apart(&mut text, n),
                (None, None) if line.apart => apart(&mut text, n),
                (None, None) if n > 0 && goes_on(&text, &line.text) => text.truncate(text.len() - 1),
                (None, None) if n > 0 => text.push('\n'),
                (None, None) => {}
            }
            text.push_str(&line.text);
            heading = now;
        }
    }
    (text, pages)
}

fn apart(text: &mut String, line: usize) {
    if line > 0 {
        text.push_str("\n\n");
    }
}

/// A word that was divided at the end of a line.
fn goes_on(text: &str, next: &str) -> bool {
    let mut end = text.chars().rev();
    end.next() == Some('-')
        && end.next().is_some_and(char::is_alphabetic)
        && next.chars().next().is_some_and(char::is_lowercase)
}
