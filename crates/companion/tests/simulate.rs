//! What a simulated year shows of the mind: praise, hostility, silence, grief, and how it writes first.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use philia_companion::simulate::{Received, Row, Scenario, What, Year, csv, picture, simulate};
use philia_companion::{Error, Personas};
use philia_mind::bond::Level;
use philia_mind::{Pad, Persona};
use std::sync::{Arc, LazyLock};

const ORDINARY: &str = include_str!("../../../scenarios/ordinary_year.toml");
const HARD: &str = include_str!("../../../scenarios/hard_year.toml");
const HOSTILE: &str = include_str!("../../../scenarios/hostile_month.toml");
const SILENCE: &str = include_str!("../../../scenarios/long_silence.toml");
const BLAND: &str = include_str!("../../../scenarios/bland_year.toml");

fn persona(id: &str) -> Arc<Persona> {
    Personas::built_in().unwrap().get(id).unwrap()
}

fn live(text: &str, days: u32, seed: u64) -> (Scenario, Year) {
    let scenario = Scenario::parse(text).unwrap();
    let year = simulate(&scenario, &persona(&scenario.persona), days, seed, |_| {}).unwrap();
    (scenario, year)
}

/// Each shipped year, lived once for all tests.
static YEARS: LazyLock<Vec<(Scenario, Year)>> =
    LazyLock::new(|| [ORDINARY, HARD, HOSTILE, SILENCE, BLAND].iter().map(|text| live(text, 365, 7)).collect());

fn year(name: &str) -> &'static Year {
    &YEARS.iter().find(|(scenario, _)| scenario.name == name).unwrap().1
}

/// The rows of a year from one day to another.
fn rows(year: &Year, from: u32, to: u32) -> impl DoubleEndedIterator<Item = &Row> {
    year.rows.iter().filter(move |row| (from..=to).contains(&row.day))
}

fn turns(year: &Year, from: u32, to: u32) -> impl DoubleEndedIterator<Item = &Row> {
    rows(year, from, to).filter(|row| row.what == What::Turn)
}

/// At noon of a day: what it rests at is seen, and what it wishes for.
fn noon(year: &Year, day: u32) -> &Row {
    rows(year, day, day).find(|row| row.what == What::Noon).unwrap()
}

#[test]
fn praise_lifts_pleasure_and_has_worn_off_two_days_later() {
    // Quiet before, three messages of praise, quiet after.
    let text = with(
        BLAND,
        "[days.bland]",
        r#"
[[events]]
label = "praise"
day = 5
hour = 10
say = ["You are so kind, I love talking to you.", "You are wonderful, thank you for all of this."]

[days.bland]"#,
    )
    .replace("messages = [10, 10]", "messages = [0, 0]");
    let (_, year) = live(&text, 10, 7);
    let (before, after) = (noon(&year, 4), turns(&year, 5, 5).last().unwrap());
    assert!(after.mood.pleasure > before.mood.pleasure + 0.3, "{} {}", before.mood.pleasure, after.mood.pleasure);
    let later = noon(&year, 7);
    let left = (later.mood.pleasure - later.baseline.pleasure).abs();
    assert!(left < 0.01, "{left} is left of it");

    // The same in the midst of an ordinary year: the week of praise is higher than the two weeks around it.
    let ordinary = self::year("ordinary_year");
    let mean = |from, to| {
        let all: Vec<f64> = turns(ordinary, from, to).map(|row| row.mood.pleasure).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    assert!(mean(61, 67) > mean(54, 60) + 0.1 && mean(61, 67) > mean(69, 76) + 0.1);
}

#[test]
fn a_month_of_hostility_costs_closeness_and_lowers_the_baseline_but_makes_no_other_being() {
    let year = year("hostile_month");
    let (before, after) = (noon(year, 91), noon(year, 121));
    assert!(after.bond < before.bond - 20.0, "{} to {}", before.bond, after.bond);
    let fell = before.baseline.pleasure - after.baseline.pleasure;
    assert!(fell > 0.0, "the baseline did not fall: {fell}");
    let moods: Vec<f64> = turns(year, 91, 120).map(|row| row.mood.pleasure).collect();
    let distance = before.baseline.pleasure - moods.iter().sum::<f64>() / moods.len() as f64;
    let most = (distance * (1.0 - 0.99_f64.powi(30))).min(0.25);
    assert!(fell <= most, "it fell by {fell}, more than {most}");
    // However long it lasts, the baseline stays near to where the temperament puts it.
    let (_, whole) = live(&with(HOSTILE, "from = 91\nto = 120", "from = 1\nto = 365"), 365, 7);
    let lowest = whole.rows.iter().map(|row| row.baseline.pleasure).fold(1.0, f64::min);
    assert!((lowest - (whole.born.pleasure - 0.25)).abs() < 1e-9, "{lowest}");
    // An apology and good days bring closeness back.
    assert!(noon(year, 200).bond > after.bond + 10.0);
    // Nobody is made colder by being hurt.
    assert!(noon(year, 121).traits[0] >= noon(year, 91).traits[0]);
}

#[test]
fn silence_raises_the_wish_for_company_and_takes_neither_closeness_nor_habits() {
    let year = year("long_silence");
    for (from, to) in [(101, 121), (231, 320)] {
        let silent: Vec<&Row> = rows(year, from, to).collect();
        assert!(silent.iter().all(|row| row.what != What::Turn), "somebody spoke");
        let last = turns(year, 1, from - 1).last().unwrap();
        assert!(last.bond > 0.0 && last.quirks > 0, "nothing to lose is no test");
        let social: Vec<f64> = silent.iter().map(|row| row.needs[0]).collect();
        assert!(social.is_sorted() && social[social.len() - 1] == 1.0);
        assert!(social[social.len() - 1] > last.needs[0]);
        assert!(silent.iter().all(|row| row.bond == last.bond));
        // The night after the last talk may still find a new habit; from then on none comes or goes.
        let nights: Vec<usize> = silent.iter().skip_while(|row| row.day == from).map(|row| row.quirks).collect();
        assert!(nights.iter().all(|quirks| *quirks >= last.quirks && *quirks == nights[0]));
    }
}

#[test]
fn ten_bland_messages_a_day_for_a_year_make_no_soulmate() {
    let year = year("bland_year");
    assert_eq!(year.turns(), 3650);
    let end = year.rows.last().unwrap();
    assert_eq!((end.level, end.bond), (Level::Stranger, 0.0));
}

#[test]
fn a_grieving_person_does_not_lose_closeness() {
    let year = year("hard_year");
    for (from, to) in [(40, 75), (150, 185)] {
        let bonds: Vec<f64> = rows(year, from, to).map(|row| row.bond).collect();
        assert!(bonds.is_sorted(), "it fell between day {from} and {to}");
    }
    // What is said in the first weeks is not always kind, and the test would be none if it were.
    let harsh = turns(year, 150, 165).filter(|row| row.why.contains("they were rude")).count();
    assert!(harsh > 0);
    // Sad weeks are felt, though.
    assert!(turns(year, 150, 165).any(|row| row.mood.pleasure < row.baseline.pleasure - 0.1));
}

#[test]
fn it_keeps_every_limit_of_writing_first_all_year_long() {
    for (scenario, _) in YEARS.iter() {
        for seed in [7, 8] {
            let year = simulate(scenario, &persona(&scenario.persona), 365, seed, |_| {}).unwrap();
            let sent: Vec<&Row> = year.rows.iter().filter(|row| row.sent).collect();
            assert!(sent.len() > 10, "{}: {} messages are no test", scenario.name, sent.len());
            let heard: Vec<&Row> = year.rows.iter().filter(|row| row.what == What::Turn).collect();
            for (i, row) in sent.iter().enumerate() {
                assert!((8..23).contains(&row.at.hour()), "{}: in quiet hours, {}", scenario.name, row.at);
                assert!(sent.iter().filter(|other| other.at.date() == row.at.date()).count() <= 3);
                let declined = heard.iter().rfind(|turn| turn.at <= row.at && turn.why.contains("they declined"));
                assert!(declined.is_none_or(|turn| hours(turn, row) >= 24.0), "after a decline: {}", row.at);
                if i > 0 {
                    assert!(hours(sent[i - 1], row) >= 4.0, "within 4 hours: {}", row.at);
                }
                if i > 1 {
                    let answered = heard.iter().any(|turn| turn.at >= sent[i - 2].at && turn.at <= row.at);
                    assert!(answered, "{}: a third without an answer, {}", scenario.name, row.at);
                }
            }
        }
    }
}

fn hours(from: &Row, to: &Row) -> f64 {
    to.at.timestamp().duration_since(from.at.timestamp()).as_secs_f64() / 3600.0
}

#[test]
fn two_days_of_silence_are_broken_once() {
    // An ordinary month, then nothing at all.
    let text =
        format!("{ORDINARY}\n[days.gone]\nmessages = [0, 0]\nanswers = 0\n\n[[calendar]]\nday = \"gone\"\nfrom = 41\n");
    for seed in 1..=10 {
        let (_, year) = live(&text, 60, seed);
        let last = year.rows.iter().rfind(|row| row.what == What::Turn).unwrap();
        let since: Vec<f64> =
            year.rows.iter().filter(|row| row.sent && row.at > last.at).map(|row| hours(last, row)).collect();
        let soon = since.iter().filter(|after| **after <= 48.0).count();
        assert_eq!(soon, 1, "seed {seed}: {since:?}");
        assert!(since.len() <= 2, "seed {seed}: the next word is theirs after two, {since:?}");
    }
}

#[test]
fn without_consent_it_never_writes() {
    let (_, year) = live(&ORDINARY.replace("consent = true", "consent = false"), 60, 7);
    assert!(year.sent.is_empty() && year.rows.iter().all(|row| !row.sent));
    assert!(noon(&year, 30).score.is_none());
}

#[test]
fn traits_grow_slowly_within_their_bounds_and_no_faster_than_allowed() {
    let mut grew = 0;
    for (scenario, year) in YEARS.iter() {
        grew += year.moved().len();
        for i in 0..5 {
            for day in 8..=365 {
                let (then, now) = (noon(year, day - 7).traits[i], noon(year, day).traits[i]);
                assert!((now - then).abs() <= 3.0 + 1e-9, "{}: {then} to {now} by day {day}", scenario.name);
            }
        }
    }
    assert!(grew > 0, "nobody grew in any of the years");
}

#[test]
fn a_sign_a_day_is_weighed_once_there_are_enough_of_them() {
    // A laugh an evening: too little for one night, enough for some of them.
    let say = r#"
[[events]]
label = "a laugh"
day = DAY
hour = 19
say = ["I fell over the cat on the stairs this morning.", "Haha, that made me laugh."]
"#;
    let days: String = (1..=6).map(|day: u32| say.replace("DAY", &day.to_string())).collect();
    let (_, year) = live(&format!("{}{days}", BLAND.replace("[10, 10]", "[0, 0]")), 10, 7);
    let humor = |day| noon(&year, day).traits[3];
    assert_eq!(humor(3), humor(1));
    assert!(humor(8) > humor(1));
    assert!(humor(8) - humor(1) < 2.0, "each laugh counts once");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    for (scenario, first) in YEARS.iter() {
        let again = simulate(scenario, &persona(&scenario.persona), 365, 7, |_| {}).unwrap();
        assert_eq!(csv(first), csv(&again), "{}", scenario.name);
        assert_eq!(picture(scenario, first), picture(scenario, &again));
    }
    let (scenario, first) = &YEARS[0];
    let other = simulate(scenario, &persona(&scenario.persona), 365, 8, |_| {}).unwrap();
    assert_ne!(csv(first), csv(&other));
}

#[test]
fn every_number_is_one_and_in_its_range() {
    for (scenario, year) in YEARS.iter() {
        let pad = |pad: Pad| [pad.pleasure, pad.arousal, pad.dominance].iter().all(|x| (-1.0..=1.0).contains(x));
        for row in &year.rows {
            assert!(pad(row.mood) && pad(row.baseline), "{row:?}");
            assert!(row.needs.iter().all(|need| (0.0..=1.0).contains(need)), "{row:?}");
            assert!(row.traits.iter().chain([&row.bond]).all(|value| (0.0..=100.0).contains(value)), "{row:?}");
            assert!(row.score.is_none_or(|score| (0.0..=1.0).contains(&score)), "{row:?}");
        }
        assert!(year.rows.is_sorted_by(|a, b| a.at <= b.at), "{}: out of order", scenario.name);
        let (table, drawing) = (csv(year), picture(scenario, year));
        for text in [&table, &drawing] {
            assert!(!text.contains("NaN") && !text.contains(",inf"));
        }
        let columns = table.lines().next().unwrap().split(',').count();
        assert_eq!(columns, 25);
        assert_eq!(table.lines().count(), year.rows.len() + 1);
    }
}

#[test]
fn a_year_has_a_noon_for_each_day_and_counts_what_it_sent() {
    for (_, year) in YEARS.iter() {
        assert_eq!(year.rows.iter().filter(|row| row.what == What::Noon).count(), 365);
        let counted: usize = [Received::Answered, Received::Declined, Received::Unanswered]
            .into_iter()
            .map(|received| year.received(received))
            .sum();
        assert_eq!(counted, year.sent.len());
        assert_eq!(counted, year.rows.iter().filter(|row| row.sent).count());
    }
}

#[test]
fn the_pictures_name_what_happened() {
    let (scenario, year) = &YEARS[1];
    let drawing = picture(scenario, year);
    for words in ["A hard year", "break-up", "a death", "bad weeks", "pleasure", "validation", "soulmate", "Dec"] {
        assert!(drawing.contains(words), "{words} is missing");
    }
    let hostile = picture(&Scenario { title: "<b>&".into(), ..scenario.clone() }, year);
    assert!(hostile.contains("&lt;b&gt;&amp;") && !hostile.contains("<b>"));
}

#[test]
fn one_day_and_ten_years_can_be_lived_and_none_or_more_cannot() {
    let scenario = Scenario::parse(SILENCE).unwrap();
    let mira = persona("curious_companion");
    let day = simulate(&scenario, &mira, 1, 7, |_| {}).unwrap();
    assert!(picture(&scenario, &day).contains("Long silences") && !picture(&scenario, &day).contains("NaN"));
    for days in [0, 3661, u32::MAX] {
        let error = simulate(&scenario, &mira, days, 7, |_| {}).unwrap_err().to_string();
        assert_eq!(error, format!("days is {days}; allowed: 1 to 3660"));
    }
}

/// A scenario with one thing in it replaced.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not there to be replaced");
    text.replacen(from, to, 1)
}

#[test]
fn every_mistake_in_a_scenario_is_named() {
    for (from, to, expected) in [
        ("consent = true", "consnet = true", "unknown field `consnet`"),
        ("name = \"bland_year\"", "name = \"../x\"", "name is \"../x\"; allowed: 1 to 64 lower-case letters"),
        ("start = \"2026-01-01\"", "start = \"2026-02-30\"", "start"),
        ("zone = \"UTC\"", "zone = \"Mars/Base\"", "there is no time zone \"Mars/Base\""),
        ("messages = [10, 10]", "messages = [10, 4]", "days.bland.messages is \"[10, 4]\""),
        ("messages = [10, 10]", "messages = [1, 101]", "the fewest and the most, 0 to 100"),
        ("hours = [9,", "hours = [24,", "days.bland.hours is \"24\"; allowed: 0 to 23"),
        ("hours = [9, 11, 13, 15, 17, 19]", "hours = []", "days.bland.hours is \"[]\"; allowed: at least one hour"),
        (
            "{ bland = 1 }",
            "{ blend = 1 }",
            "days.bland.lines is \"blend\"; the pools are bland; did you mean \"bland\"?",
        ),
        ("{ bland = 1 }", "{ bland = 0 }", "days.bland.lines.bland is \"0\"; allowed: a weight above 0"),
        ("{ bland = 1 }", "{ bland = nan }", "a weight above 0"),
        ("{ bland = 1 }", "{}", "at least one pool"),
        ("day = \"bland\"", "day = \"blond\"", "calendar[0].day is \"blond\"; the kinds of days are bland"),
        ("day = \"bland\"", "day = \"bland\"\nfrom = 0", "calendar[0].from is \"0\"; allowed: 1 to 3660"),
        (
            "day = \"bland\"",
            "day = \"bland\"\nfrom = 9\nto = 8",
            "calendar[0].to is \"8\"; allowed: not before its from, 9",
        ),
        ("day = \"bland\"", "day = \"bland\"\nchance = 1.5", "calendar[0].chance is \"1.5\"; allowed: 0 to 1"),
        ("day = \"bland\"", "day = \"bland\"\non = [\"someday\"]", "unknown variant `someday`"),
        ("bland = [\n", "empty = []\nbland = [\n", "pools.empty is \"[]\"; allowed: at least one line"),
        ("\"Fine.\"", "\" \"", "pools.bland is \" \"; allowed: lines of 1 to 2000 characters"),
    ] {
        let error = Scenario::parse(&with(BLAND, from, to)).unwrap_err();
        assert!(matches!(error, Error::Invalid(_)));
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let event = "\n[[events]]\nlabel = \"\"\nday = 0\nhour = 24\nsay = []\n";
    let matter = "\n[[matters]]\nwords = \"\"\nkind = \"task\"\ntold = 1\nimportance = 2.0\n";
    let answers =
        "\n[answers]\nchance = 0.5\nminutes = [9, 1]\nlines = \"bland\"\ndecline = 0.1\ndeclines = \"none\"\n";
    let error = Scenario::parse(&format!("{BLAND}{event}{matter}{answers}")).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 9, "all at once: {error}");
}

#[test]
fn an_unknown_persona_is_answered_with_the_nearest() {
    let scenario = Scenario::parse(&with(BLAND, "curious_companion", "curios_companion")).unwrap();
    let error = Personas::built_in().unwrap().get(&scenario.persona).unwrap_err().to_string();
    assert_eq!(error, "there is no persona \"curios_companion\"; did you mean \"curious_companion\"?");
}
