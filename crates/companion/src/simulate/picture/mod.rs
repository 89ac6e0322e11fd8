//! A simulated time as one picture: mood, needs, traits, bond and the messages it sent, one above the other over the
//! same days. Light or dark, as whoever looks at it has chosen.

mod days;
mod panels;
mod svg;

use super::{Scenario, Year};
use days::Days;
use svg::{Svg, escaped};

const WIDTH: f64 = 1200.0;

/// Where the days begin and end; left and right of them there is room for scales and names.
const LEFT: f64 = 74.0;
const RIGHT: f64 = 1016.0;

/// The look. Colours are mid-tones that hold on light and on dark ground.
const STYLE: &str = "\
text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #3c4048 }
.ground { fill: #fbfaf8 } .panel { fill: #ffffff; stroke: #e3e0da } .title { font-size: 22px; font-weight: 650 }
.about { font-size: 13px; fill: #6b7079 } .head { font-size: 13px; font-weight: 650 } .soft { fill: #80858f; font-size: 11px }
.end { text-anchor: end } .mid { text-anchor: middle } .grid { stroke: #eceae5 } .month { stroke: #f1efeb }
.spell { fill: #8a8f99; opacity: .10 } .mark { stroke: #6b7079; stroke-dasharray: 2 3; opacity: .8 } .label { font-size: 11px; font-weight: 600 }
path, line { fill: none; stroke-width: 1 } .trend { stroke-width: 2; stroke-linejoin: round } .rest { stroke-width: 1.4; stroke-dasharray: 5 4 }
.c0 { stroke: #e0812f } .c1 { stroke: #c2549a } .c2 { stroke: #3f86c9 } .c3 { stroke: #4c9f70 } .c4 { stroke: #8d74c9 }
.f0 { fill: #e0812f } .f1 { fill: #c2549a } .f2 { fill: #3f86c9 } .f3 { fill: #4c9f70 } .f4 { fill: #8d74c9 } .f5 { fill: #c9504a } .f6 { fill: #80858f }
.band { stroke: none; opacity: .20 } .fill { stroke: none; opacity: .45 } .limit { stroke: #c9504a; stroke-dasharray: 3 3; opacity: .8 }
.level { stroke: none; fill: #4c9f70 } .l0 { opacity: .03 } .l1 { opacity: .08 } .l2 { opacity: .14 } .l3 { opacity: .21 } .l4 { opacity: .29 }
.t3 { stroke: #4c9f70; stroke-width: 1.6 } .t5 { stroke: #c9504a; stroke-width: 1.6 } .t6 { stroke: #80858f; stroke-width: 1.6 } .score { stroke: none; fill: #80858f; opacity: .55 }
@media (prefers-color-scheme: dark) {
text { fill: #d6d8dd } .ground { fill: #17191d } .panel { fill: #1e2126; stroke: #33373e } .about { fill: #a0a5af } .soft { fill: #8d929c }
.grid { stroke: #2b2f36 } .month { stroke: #272a30 } .mark { stroke: #a0a5af } .spell { opacity: .16 }
.f0 { fill: #e0812f } .f1 { fill: #c2549a } .f2 { fill: #3f86c9 } .f3 { fill: #4c9f70 } .f4 { fill: #8d74c9 } .f5 { fill: #c9504a } .f6 { fill: #80858f }
}";

/// Draws a simulated time of this scenario, as SVG, 1200 wide.
pub fn picture(scenario: &Scenario, year: &Year) -> String {
    let days = Days::of(year);
    let mut sheet = Sheet { svg: Svg::default(), days: &days, year, top: 118.0 };
    sheet.title(scenario);
    let first = sheet.top;
    sheet.mood();
    sheet.needs();
    sheet.traits();
    sheet.bond();
    sheet.reaching();
    let last = sheet.top - panels::GAP;
    sheet.spells(scenario, first, last);
    sheet.months(last);
    let height = last + 44.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
         height=\"{height:.0}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height:.0}\"/>\n{}</svg>\n",
        escaped(&scenario.title),
        sheet.svg.finish()
    )
}

/// The picture while it is drawn, from top to bottom.
struct Sheet<'a> {
    svg: Svg,
    days: &'a Days,
    year: &'a Year,
    /// Where the next panel begins.
    top: f64,
}
