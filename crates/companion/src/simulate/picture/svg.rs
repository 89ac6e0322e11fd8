//! A small writer of SVG.

use std::fmt::{Display, Write as _};

/// A picture in the making.
#[derive(Debug, Default)]
pub(super) struct Svg(String);

/// A point on the picture.
pub(super) type Point = (f64, f64);

impl Svg {
    pub(super) fn rect(&mut self, class: &str, (x, y): Point, (width, height): Point) {
        self.put(format_args!(
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
        ));
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): Point, (x2, y2): Point) {
        self.put(format_args!(r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#));
    }

    pub(super) fn circle(&mut self, class: &str, (x, y): Point, radius: f64) {
        self.put(format_args!(r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/>"#));
    }

    pub(super) fn path(&mut self, class: &str, points: &[Point]) {
        self.shape(class, points, "");
    }

    /// A filled shape; the last point is joined to the first.
    pub(super) fn area(&mut self, class: &str, points: &[Point]) {
        self.shape(class, points, "Z");
    }

    fn shape(&mut self, class: &str, points: &[Point], end: &str) {
        if points.is_empty() {
            return;
        }
        let mut d = String::with_capacity(points.len() * 12);
        for (i, (x, y)) in points.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(d, "{}{x:.1},{y:.1}", if i == 0 { "M" } else { "L" });
        }
        self.put(format_args!(r#"<path class="{class}" d="{d}{end}"/>"#));
    }

    pub(super) fn text(&mut self, class: &str, (x, y): Point, text: &str) {
        self.put(format_args!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text)));
    }

    fn put(&mut self, what: impl Display) {
        let _ = writeln!(self.0, "{what}");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Text that stays text within markup. What XML does not allow at all is left out.
pub(super) fn escaped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut svg = Svg::default();
        svg.text("a", (1.0, 2.04), "<b> & \"c\"\u{7}");
        assert_eq!(svg.finish(), "<text class=\"a\" x=\"1.0\" y=\"2.0\">&lt;b&gt; &amp; &quot;c&quot;</text>\n");
    }

    #[test]
    fn no_points_no_path() {
        let mut svg = Svg::default();
        svg.path("a", &[]);
        assert_eq!(svg.finish(), "");
    }
}
