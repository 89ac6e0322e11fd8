//! The panels, from top to bottom.

use super::super::{Received, Scenario, TRAITS, Year};
use super::days::{BASELINE, BOND, Day, MOOD, NEEDS, TRAIT};
use super::svg::Point;
use super::{LEFT, RIGHT, Sheet};
use philia_mind::bond::{Level, Thresholds};
use philia_mind::needs::Need;

/// Between two panels.
pub(super) const GAP: f64 = 14.0;

/// Above the drawing of a panel, for its name.
const HEAD: f64 = 24.0;

/// Right of the days, for names at the end of lines.
const NAMES: f64 = RIGHT + 10.0;

/// The least distance between two names, one above the other.
const LINE: f64 = 15.0;

/// A panel's place for its numbers: the lowest value at the bottom.
#[derive(Clone, Copy)]
struct Scale {
    top: f64,
    height: f64,
    least: f64,
    most: f64,
}

impl Scale {
    fn y(&self, value: f64) -> f64 {
        let share = (value - self.least) / (self.most - self.least).max(f64::MIN_POSITIVE);
        self.top + self.height * (1.0 - share.clamp(0.0, 1.0))
    }
}

impl Sheet<'_> {
    pub(super) fn title(&mut self, scenario: &Scenario) {
        self.svg.text("title", (LEFT, 38.0), &scenario.title);
        self.svg.text("about", (LEFT, 60.0), &scenario.about);
        let Year { days, seed, persona, .. } = self.year;
        let facts = format!("{persona}, {days} days, {} messages heard, seed {seed}", self.year.turns());
        self.svg.text("about end", (super::WIDTH - 24.0, 38.0), &facts);
    }

    pub(super) fn mood(&mut self) {
        let (least, most) = self.days.range(MOOD..BASELINE + 3);
        let scale = self.panel("Mood, by day; dashed: where it rests", 190.0, (least - 0.05, most + 0.05));
        for step in steps(scale, 0.2) {
            self.rule(scale, step, &format!("{step:+.1}"));
        }
        let names = ["pleasure", "arousal", "dominance"];
        let band = |day: &Day, i: usize| (day.least[MOOD + i], day.most[MOOD + i]);
        let there: Vec<Point> = self.points(|day| scale.y(band(day, 0).1));
        let back = self.points(|day| scale.y(band(day, 0).0));
        self.svg.area("band f0", &there.into_iter().chain(back.into_iter().rev()).collect::<Vec<_>>());
        for i in 0..names.len() {
            let rest = self.points(|day| scale.y(day.last[BASELINE + i]));
            self.svg.path(&format!("rest c{i}"), &rest);
            let trend = self.points(|day| scale.y(day.mean[MOOD + i]));
            self.svg.path(&format!("trend c{i}"), &trend);
        }
        let last = |i: usize| self.days.0.last().map_or(0.0, |day| day.last[BASELINE + i]);
        let ends = names.iter().enumerate().map(|(i, name)| (i, scale.y(last(i)), format!("{name} {:+.2}", last(i))));
        self.names(ends.collect());
        self.end(scale);
    }

    pub(super) fn needs(&mut self) {
        let strip = 26.0;
        let height = strip * Need::ALL.len() as f64;
        let scale = self.panel("Needs, the least of each day; red: where they become urgent", height, (0.0, 1.0));
        for (i, need) in Need::ALL.iter().enumerate() {
            let strip = Scale { top: scale.top + strip * i as f64 + 3.0, height: strip - 6.0, least: 0.0, most: 1.0 };
            let floor = strip.top + strip.height;
            let mut shape = self.points(|day| strip.y(day.least[NEEDS + i]));
            if let (Some(first), Some(last)) = (shape.first().copied(), shape.last().copied()) {
                shape.extend([(last.0, floor), (first.0, floor)]);
            }
            self.svg.area(&format!("fill f{i}"), &shape);
            self.svg.line("limit", (LEFT, strip.y(self.year.urgent)), (RIGHT, strip.y(self.year.urgent)));
            self.svg.line("grid", (LEFT, floor), (RIGHT, floor));
            self.svg.text(&format!("label f{i}"), (NAMES, floor - 5.0), need.as_str());
        }
        self.end(scale);
    }

    pub(super) fn traits(&mut self) {
        let (least, most) = self.days.range(TRAIT..BOND);
        let scale = self.panel("Traits, 0 to 100", 120.0, (least - 4.0, most + 4.0));
        for step in steps(scale, 10.0) {
            self.rule(scale, step, &format!("{step:.0}"));
        }
        let mut ends = Vec::new();
        for (i, name) in TRAITS.iter().enumerate() {
            let line = self.points(|day| scale.y(day.last[TRAIT + i]));
            self.svg.path(&format!("trend c{i}"), &line);
            let (born, now) = (self.year.born_traits[i], self.days.0.last().map_or(0.0, |day| day.last[TRAIT + i]));
            let moved = if (now - born).abs() < 0.05 { String::new() } else { format!(" ({:+.1})", now - born) };
            ends.push((i, scale.y(now), format!("{} {now:.0}{moved}", name.replace('_', " "))));
        }
        self.names(ends);
        self.end(scale);
    }

    pub(super) fn bond(&mut self) {
        let scale = self.panel("Bond, by level", 150.0, (0.0, 100.0));
        let Thresholds { acquaintance, friend, close_friend, soulmate } = self.year.thresholds;
        let floors = [0.0, acquaintance, friend, close_friend, soulmate, 100.0];
        for (i, (level, edges)) in Level::ALL.iter().zip(floors.windows(2)).enumerate() {
            let &[low, high] = edges else { continue };
            let (top, bottom) = (scale.y(high), scale.y(low));
            self.svg.rect(&format!("level l{i}"), (LEFT, top), (RIGHT - LEFT, bottom - top));
            self.svg.text("soft", (NAMES, (top + bottom) / 2.0 + 4.0), &level.as_str().replace('_', " "));
            self.svg.text("soft end", (LEFT - 8.0, bottom + 4.0), &format!("{low:.0}"));
        }
        let line = self.points(|day| scale.y(day.last[BOND]));
        self.svg.path("trend c3", &line);
        if let Some((&(x, y), day)) = line.last().zip(self.days.0.last()) {
            self.svg.circle("f3", (x, y), 3.5);
            self.svg.text(
                "label f3 end",
                (x - 8.0, (y - 8.0).max(scale.top + 12.0)),
                &format!("{:.0}", day.last[BOND]),
            );
        }
        self.end(scale);
    }

    pub(super) fn reaching(&mut self) {
        let scale = self.panel(
            "Wish to write first, by its score; from the red line on it writes, if it has a reason",
            64.0,
            (0.0, 1.0),
        );
        for step in [0.0, 0.5, 1.0] {
            self.rule(scale, step, &format!("{step:.1}"));
        }
        let needed = scale.y(self.year.threshold);
        self.svg.line("limit", (LEFT, needed), (RIGHT, needed));
        for (i, day) in self.days.0.iter().enumerate() {
            if let Some(score) = day.score {
                let at = (self.x(i), scale.y(score));
                self.svg.circle("score", at, 1.8);
            }
        }
        self.end(scale);
        self.sent();
    }

    /// The messages it sent, in a lane for each way to receive one.
    fn sent(&mut self) {
        let lanes = [
            (Received::Answered, "t3", "f3", "answered"),
            (Received::Declined, "t5", "f5", "declined"),
            (Received::Unanswered, "t6", "f6", "unanswered"),
        ];
        let lane = 16.0;
        let head = format!("Messages it sent unasked: {}", self.year.sent.len());
        let scale = self.panel(&head, lane * lanes.len() as f64, (0.0, 1.0));
        let Some(first) = self.days.0.first().map(|day| day.date) else { return };
        for (i, (received, tick, name_class, name)) in lanes.iter().enumerate() {
            let (top, bottom) = (scale.top + lane * i as f64 + 3.0, scale.top + lane * (i + 1) as f64 - 3.0);
            for sent in self.year.sent.iter().filter(|sent| sent.received == *received) {
                let day = sent.at.date().since(first).map_or(0, |span| span.get_days());
                let x = self.x(usize::try_from(day).unwrap_or(0));
                self.svg.line(tick, (x, top), (x, bottom));
            }
            let count = self.year.received(*received);
            self.svg.text(&format!("label {name_class}"), (NAMES, bottom), &format!("{name} {count}"));
        }
        self.end(scale);
    }

    /// What happened, over all panels: spells as shades, events as lines, both with their names above.
    pub(super) fn spells(&mut self, scenario: &Scenario, top: f64, bottom: f64) {
        let mut names: Vec<(f64, &str)> = Vec::new();
        let days = self.days.0.len();
        let within = |day: u32| usize::try_from(day).unwrap_or(usize::MAX).clamp(1, days.max(1)) - 1;
        let happens = |day: u32| usize::try_from(day).is_ok_and(|day| day <= days);
        for spell in scenario.calendar.iter().filter(|spell| happens(spell.from)) {
            if let Some(label) = &spell.label {
                let (from, to) = (self.x(within(spell.from)), self.x(within(spell.to)));
                self.svg.rect("spell", (from, top), ((to - from).max(1.0), bottom - top));
                names.push((from, label));
            }
        }
        for event in scenario.events.iter().filter(|event| happens(event.day)) {
            let x = self.x(within(event.day));
            self.svg.line("mark", (x, top), (x, bottom));
            names.push((x, &event.label));
        }
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Each in the lowest of three rows in which it has room.
        let mut rows = [f64::NEG_INFINITY; 3];
        for (x, name) in names {
            let row = rows.iter().position(|end| *end < x).unwrap_or(rows.len() - 1);
            let width = name.chars().count() as f64 * 6.2 + 12.0;
            let at = x.min(super::WIDTH - width);
            rows[row] = rows[row].max(at + width);
            self.svg.text("label", (at, top - 6.0 - 14.0 * row as f64), name);
        }
    }

    /// The months, or the years of a long time, below.
    pub(super) fn months(&mut self, bottom: f64) {
        let long = self.days.0.len() > 500;
        for i in 0..self.days.0.len() {
            let Some(date) = self.days.0.get(i).map(|day| day.date) else { continue };
            let begins = date.day() == 1 && (!long || date.month() == 1);
            if !begins && i > 0 {
                continue;
            }
            let x = self.x(i);
            self.svg.line("mark", (x, bottom), (x, bottom + 5.0));
            let name = if long || date.month() == 1 || i == 0 { "%b %Y" } else { "%b" };
            let next = self.days.0.iter().skip(i + 1).position(|day| day.date.day() == 1).unwrap_or(99);
            if i > 0 || long || next > 16 {
                self.svg.text("soft", (x + 3.0, bottom + 18.0), &date.strftime(name).to_string());
            }
        }
    }

    fn x(&self, day: usize) -> f64 {
        let share = (day as f64 + 0.5) / self.days.0.len().max(1) as f64;
        LEFT + (RIGHT - LEFT) * share.min(1.0)
    }

    fn points(&self, y: impl Fn(&Day) -> f64) -> Vec<Point> {
        self.days.0.iter().enumerate().map(|(i, day)| (self.x(i), y(day))).collect()
    }

    /// A panel with its name; where its numbers go.
    fn panel(&mut self, name: &str, height: f64, (least, most): (f64, f64)) -> Scale {
        self.svg.text("head", (LEFT, self.top + 16.0), name);
        let scale = Scale { top: self.top + HEAD, height, least, most };
        self.svg.rect("panel", (LEFT, scale.top), (RIGHT - LEFT, height));
        scale
    }

    fn end(&mut self, scale: Scale) {
        self.top = scale.top + scale.height + GAP;
    }

    fn rule(&mut self, scale: Scale, value: f64, name: &str) {
        let y = scale.y(value);
        self.svg.line("grid", (LEFT, y), (RIGHT, y));
        self.svg.text("soft end", (LEFT - 8.0, y + 4.0), name);
    }

    /// Names at the end of lines, moved apart where they would lie on each other.
    fn names(&mut self, mut ends: Vec<(usize, f64, String)>) {
        ends.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut last = f64::NEG_INFINITY;
        for (i, y, name) in ends {
            last = y.max(last + LINE);
            self.svg.text(&format!("label f{i}"), (NAMES, last + 4.0), &name);
        }
    }
}

/// The round numbers within a scale.
fn steps(scale: Scale, step: f64) -> impl Iterator<Item = f64> {
    let (from, to) = ((scale.least / step).ceil(), (scale.most / step).floor());
    // Adding zero turns a negative zero into one without a sign.
    std::iter::successors(Some(from), |n| Some(n + 1.0)).take_while(move |n| *n <= to).map(move |n| n * step + 0.0)
}
