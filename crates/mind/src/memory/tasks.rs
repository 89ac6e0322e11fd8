//! Tasks: where one stands in time, whether somebody asks for theirs, which one they say is done, and their words.

use super::Task;
use super::recall::times;
use crate::text::Analyzer;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// To be done, and not late.
    Open,
    /// To be done, and late.
    Overdue,
    /// Put off until later.
    Snoozed,
    /// Done.
    Done,
}

impl Task {
    /// Where it stands at an instant.
    pub fn state(&self, now: Timestamp) -> TaskState {
        match self {
            Self { done_at: Some(_), .. } => TaskState::Done,
            Self { snoozed_until: Some(until), .. } if *until > now => TaskState::Snoozed,
            _ if self.comes_up().is_some_and(|at| at <= now) => TaskState::Overdue,
            _ => TaskState::Open,
        }
    }

    /// When it comes up: when it is due, or until when it was put off; none without a time.
    pub fn comes_up(&self) -> Option<Timestamp> {
        self.snoozed_until.or(self.due)
    }
}

/// Which of their tasks somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In words: `in all`, `today`, `this week`.
    pub when: String,
    /// Only those that come up from then on; late ones are told anyway where this is today or earlier.
    pub from: Option<Timestamp>,
    /// Only those that come up before then.
    pub until: Option<Timestamp>,
}

/// What asks for tasks, folded as [`folded`] does. A time may follow, and little else.
const QUESTIONS: &[&str] = &[
    "what do i have to do",
    "what do i still have to do",
    "what do i need to do",
    "what do i still need to do",
    "what have i got to do",
    "what is there to do",
    "whats there to do",
    "what is on my list",
    "whats on my list",
    "what is still on my list",
    "whats still on my list",
    "what is on my todo list",
    "whats on my todo list",
    "what is on my task list",
    "whats on my task list",
    "what is on my plate",
    "whats on my plate",
    "what is on my agenda",
    "whats on my agenda",
    "what is left to do",
    "whats left to do",
    "what are my tasks",
    "what are my todos",
    "what are my reminders",
    "what tasks do i have",
    "which tasks do i have",
    "what todos do i have",
    "what reminders do i have",
    "what tasks are there",
    "what tasks are open",
    "what is due",
    "whats due",
    "what is overdue",
    "whats overdue",
    "what comes due",
    "is anything due",
    "is there anything due",
    "is anything overdue",
    "anything due",
    "anything overdue",
    "anything on my list",
    "is anything on my list",
    "is there anything on my list",
    "do i have anything due",
    "do i have anything to do",
    "do i have anything on my list",
    "do i have any tasks",
    "do i have any todos",
    "do i have any reminders",
    "do i have to do anything",
    "is there anything i have to do",
    "is there anything i need to do",
    "anything i have to do",
    "anything i need to do",
    "any tasks",
    "any todos",
    "any reminders",
    "show me my tasks",
    "show my tasks",
    "show me my list",
    "show me my todo list",
    "show my todo list",
    "list my tasks",
    "tell me my tasks",
    "read me my list",
    "my tasks",
    "my todos",
    "my todo list",
];

/// What may stand before such a question.
const BEFORE: &[&str] = &["so", "hey", "hi", "hello", "ok", "okay", "and", "well", "please", "now", "then", "um"];

/// What may follow it.
const AFTER: &[&str] = &[
    "for",
    "on",
    "in",
    "by",
    "the",
    "this",
    "next",
    "coming",
    "of",
    "today",
    "tonight",
    "tomorrow",
    "week",
    "weekend",
    "month",
    "year",
    "day",
    "days",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "now",
    "still",
    "left",
    "then",
    "morning",
    "afternoon",
    "evening",
    "again",
    "at",
    "moment",
    "open",
    "please",
    "yet",
    "soon",
    "currently",
    "right",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "me",
    "and",
];

/// Does the whole message ask for the tasks, and for which? "What do I have to do to become a pilot?" does not.
pub fn asked(message: &str, now: Timestamp, zone: &TimeZone) -> Option<Asked> {
    let plain = folded(message);
    let mut words: Vec<&str> = plain.split(' ').collect();
    while words.len() > 1 && BEFORE.contains(&words[0]) {
        words.remove(0);
    }
    let said = words.join(" ");
    let follows = |question: &&&str| {
        let rest = said.strip_prefix(**question)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim().to_owned())
    };
    let rest = QUESTIONS.iter().filter_map(|question| follows(&question)).min_by_key(String::len)?;
    if !rest.split(' ').filter(|word| !word.is_empty()).all(|word| AFTER.contains(&word) || is_number(word)) {
        return None;
    }
    if said.contains("overdue") {
        return Some(Asked { when: "overdue".into(), from: None, until: Some(now) });
    }
    let in_all = Asked { when: "in all".into(), from: None, until: None };
    let today = now.to_zoned(zone.clone()).date();
    let midnight = |days: i64| {
        let day = today.checked_add(Span::new().days(days)).ok()?;
        Some(day.to_zoned(zone.clone()).ok()?.timestamp())
    };
    // "On Monday" means the next one: what is to be done is to come.
    let ahead = weekday(&rest).map(|wanted| {
        (1..=7).find(|days| today.checked_add(Span::new().days(*days)).is_ok_and(|day| day.weekday() == wanted))
    });
    if let Some(Some(days)) = ahead {
        return Some(Asked { when: rest.clone(), from: midnight(days), until: midnight(days + 1) });
    }
    match times(&rest, now, zone).into_iter().find(|range| range.weight >= 1.0 && range.until > now) {
        Some(range) => Some(Asked { when: rest, from: Some(range.from), until: Some(range.until) }),
        None if said.contains(" due") || said.starts_with("anything due") => {
            Some(Asked { when: "today".into(), from: None, until: midnight(1) })
        }
        None => Some(in_all),
    }
}

impl Asked {
    /// Is a task with this time asked for? One that is late is, unless a later day is meant.
    pub fn takes(&self, task: &Task, now: Timestamp) -> bool {
        if task.done_at.is_some() {
            return false;
        }
        match task.comes_up() {
            None => self.from.is_none() && self.until.is_none(),
            Some(at) => {
                let late = at <= now && self.from.is_none_or(|from| from <= now);
                late || (self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until))
            }
        }
    }
}

fn weekday(text: &str) -> Option<jiff::civil::Weekday> {
    use jiff::civil::Weekday::*;
    let named = text.split(' ').next_back()?;
    let days = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    names.iter().position(|name| *name == named).map(|at| days[at])
}

fn is_number(word: &str) -> bool {
    word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse::<u16>().is_ok()
}

/// Small letters, without punctuation; "to-do" and "to do list" are one word.
fn folded(text: &str) -> String {
    let text = text.to_lowercase().replace("to-do", "todo").replace("to do list", "todo list");
    let bare: String = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Past forms that a stemmer does not lead back to their verb.
const PAST: &[(&str, &str)] = &[
    ("paid", "pay"),
    ("bought", "buy"),
    ("sent", "send"),
    ("wrote", "write"),
    ("written", "write"),
    ("rang", "ring"),
    ("rung", "ring"),
    ("took", "take"),
    ("taken", "take"),
    ("gave", "give"),
    ("given", "give"),
    ("told", "tell"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("met", "meet"),
    ("saw", "see"),
    ("seen", "see"),
    ("made", "make"),
    ("did", "do"),
    ("done", "do"),
    ("fed", "feed"),
    ("brought", "bring"),
    ("got", "get"),
    ("went", "go"),
    ("found", "find"),
    ("left", "leave"),
    ("kept", "keep"),
    ("put", "put"),
    ("built", "build"),
    ("sold", "sell"),
    ("taught", "teach"),
    ("began", "begin"),
    ("chose", "choose"),
    ("drew", "draw"),
    ("drove", "drive"),
    ("flew", "fly"),
    ("swept", "sweep"),
    ("hung", "hang"),
];

/// Words that say nothing of which task is meant.
const EMPTY: &[&str] = &["task", "reminder", "todo", "thing", "list", "just", "final", "alreadi", "today", "now"];

fn content(analyzer: &Analyzer, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    analyzer.each(text, |term| {
        let low = term.surface.to_lowercase();
        let stem = match PAST.iter().find(|(past, _)| *past == low) {
            Some((_, verb)) => analyzer.stem(verb),
            None if term.stop => return,
            None => term.stem.to_owned(),
        };
        if !EMPTY.contains(&stem.as_str()) {
            found.insert(stem);
        }
    });
    found
}

/// Which of the open tasks is meant by words such as "called mum" or "the report", if it is clear: one of the two must
/// hold all the words of the other, and no other task does so as well.
pub fn meant(analyzer: &Analyzer, words: &str, tasks: &[&str]) -> Option<usize> {
    let said = content(analyzer, words);
    let mut best: Option<(usize, usize, bool)> = None;
    for (n, task) in tasks.iter().enumerate() {
        let task = content(analyzer, task);
        let shared = said.intersection(&task).count();
        if shared == 0 || (shared < said.len() && shared < task.len()) {
            continue;
        }
        best = match best {
            Some((_, most, _)) if shared == most => best.map(|(n, most, _)| (n, most, true)),
            Some((_, most, _)) if shared < most => best,
            _ => Some((n, shared, false)),
        };
    }
    best.filter(|(.., tied)| !tied).map(|(n, ..)| n)
}

/// Which of the open tasks a plain "I called mum" says is done: every word of the task must be said, in a short
/// sentence about what the person did, not long ago.
pub fn plainly_done(
    analyzer: &Analyzer,
    message: &str,
    tasks: &[&str],
    now: Timestamp,
    zone: &TimeZone,
) -> Option<usize> {
    const NOT: &[&str] = &[
        "not", "dont", "didnt", "havent", "never", "wish", "if", "should", "would", "could", "will", "to", "want",
        "need", "have", "almost", "nearly", "forgot", "tried", "cant", "when", "before", "until",
    ];
    let sentence = message.trim().trim_end_matches(['.', '!']);
    if sentence.contains(['.', '!', '?', ',', ';', '\n', '"']) {
        return None;
    }
    let plain = folded(sentence);
    let words: Vec<&str> = plain.split(' ').collect();
    if words[0] != "i" || !(3..=9).contains(&words.len()) || words.iter().any(|word| NOT.contains(word)) {
        return None;
    }
    let today = now.to_zoned(zone.clone()).start_of_day().ok()?.timestamp();
    if times(sentence, now, zone).iter().any(|range| range.until <= today || range.from > now) {
        return None;
    }
    // "I call mum" is a habit: the verb must stand in the past.
    let past = |word: &str| word.ends_with("ed") || PAST.iter().any(|(past, _)| *past == word);
    if !words[1..].iter().take(3).any(|word| past(word)) {
        return None;
    }
    let said = content(analyzer, sentence);
    let whole = |task: &&&str| {
        let task = content(analyzer, task);
        task.len() >= 2 && task.is_subset(&said)
    };
    let mut found = tasks.iter().enumerate().filter(|(_, task)| whole(task));
    match (found.next(), found.next()) {
        (Some((n, _)), None) => Some(n),
        _ => None,
    }
}

/// A task in a line: `call mum (due tomorrow, 09:00)`.
pub fn line(text: &str, task: &Task, now: Timestamp, zone: &TimeZone) -> String {
    let when = |at| moment(at, now, zone);
    match (task.state(now), task.due) {
        (TaskState::Done, _) => format!("{text} (done)"),
        (TaskState::Snoozed, _) => {
            format!("{text} (put off until {})", task.snoozed_until.map(when).unwrap_or_default())
        }
        (TaskState::Overdue, Some(due)) => format!("{text} (was due {})", when(due)),
        (_, Some(due)) => format!("{text} (due {})", when(due)),
        (_, None) => text.to_owned(),
    }
}

/// An instant in words, as seen from another: `today, 17:00`, `Sunday 17 May, 09:00`.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let days = now.date().until(at.date()).map_or(i32::MAX, |span| span.get_days());
    let day = match days {
        -1 => "yesterday".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ if at.year() == now.year() => at.strftime("%A %-d %B").to_string(),
        _ => at.strftime("%A %-d %B %Y").to_string(),
    };
    format!("{day}, {:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, noon in Berlin.
    fn now() -> Timestamp {
        "2026-05-13T10:00:00Z".parse().unwrap()
    }

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(2))
    }

    #[test]
    fn questions_for_tasks_are_known_with_their_time() {
        for (text, when, until) in [
            ("What do I have to do this week?", "this week", "2026-05-17T22:00:00Z"),
            ("What's on my list?", "in all", ""),
            ("Hey, what's on my to-do list?", "in all", ""),
            ("anything due today?", "today", "2026-05-13T22:00:00Z"),
            ("Is anything due?", "today", "2026-05-13T22:00:00Z"),
            ("What do I need to do tomorrow?", "tomorrow", "2026-05-14T22:00:00Z"),
            ("What do I have to do on Friday?", "on friday", "2026-05-15T22:00:00Z"),
            ("what's overdue?", "overdue", "2026-05-13T10:00:00Z"),
            ("Do I have any reminders?", "in all", ""),
            ("show me my tasks please", "in all", ""),
        ] {
            let asked = asked(text, now(), &zone()).unwrap_or_else(|| panic!("{text}"));
            let end = asked.until.map(|until| until.to_string()).unwrap_or_default();
            assert_eq!((asked.when.as_str(), end.as_str()), (when, until), "{text}");
        }
        for text in [
            "What do I have to do to become a pilot?",
            "What's on my mind is you",
            "My tasks are killing me",
            "What do I do now?",
            "Is anything due to the weather?",
            "I have to call mum",
            "",
        ] {
            assert_eq!(asked(text, now(), &zone()), None, "{text}");
        }
    }

    #[test]
    fn a_span_takes_what_comes_up_in_it_and_what_is_late() {
        let due = |at: &str| Task { due: Some(at.parse().unwrap()), ..Task::default() };
        let takes = |question: &str, task: &Task| asked(question, now(), &zone()).unwrap().takes(task, now());
        let (late, friday, monday) =
            (due("2026-05-12T10:00:00Z"), due("2026-05-15T10:00:00Z"), due("2026-05-18T10:00:00Z"));
        for (question, expected) in [
            ("what do I have to do this week?", [true, true, false, false]),
            ("what do I have to do today?", [true, false, false, false]),
            ("what do I have to do tomorrow?", [false, false, false, false]),
            ("what's on my list?", [true, true, true, true]),
            ("what's overdue?", [true, false, false, false]),
        ] {
            let all = [&late, &friday, &monday, &Task::default()].map(|task| takes(question, task));
            assert_eq!(all, expected, "{question}");
        }
        let done = Task { done_at: Some(now()), ..late };
        assert!(!takes("what's on my list?", &done));
    }

    #[test]
    fn what_is_done_is_matched_only_where_it_is_clear() {
        let analyzer = Analyzer::new();
        let tasks = ["call mum", "buy a present for mum", "finish the report", "pay the rent", "call the bank"];
        for (said, expected) in [
            ("called mum", Some(0)),
            ("paid the rent", Some(3)),
            ("the report", Some(2)),
            ("finished the report", Some(2)),
            ("bought a present for mum", Some(1)),
            ("mum", None),
            ("called", None),
            ("seen mum", None),
            ("walked the dog", None),
            ("it", None),
        ] {
            assert_eq!(meant(&analyzer, said, &tasks), expected, "{said}");
        }
        for (said, expected) in [
            ("I called mum", Some(0)),
            ("I paid the rent today!", Some(3)),
            ("I called mum yesterday", None),
            ("I call mum", None),
            ("I called mum and the bank", None),
            ("I called the doctor", None),
            ("I almost called mum", None),
            ("I didn't call mum", None),
            ("He called mum", None),
            ("I called mum?", None),
        ] {
            assert_eq!(plainly_done(&analyzer, said, &tasks, now(), &zone()), expected, "{said}");
        }
    }

    #[test]
    fn a_task_stands_somewhere_in_time_and_says_so() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        for (task, state, says) in [
            (Task::default(), TaskState::Open, "x"),
            (Task { due: at("2026-05-13T15:00:00Z"), ..Task::default() }, TaskState::Open, "x (due today, 17:00)"),
            (
                Task { due: at("2026-05-12T15:00:00Z"), ..Task::default() },
                TaskState::Overdue,
                "x (was due yesterday, 17:00)",
            ),
            (
                Task { due: at("2026-05-17T07:00:00Z"), ..Task::default() },
                TaskState::Open,
                "x (due Sunday 17 May, 09:00)",
            ),
            (
                Task { due: at("2026-05-12T15:00:00Z"), snoozed_until: at("2027-01-01T11:00:00Z"), done_at: None },
                TaskState::Snoozed,
                "x (put off until Friday 1 January 2027, 13:00)",
            ),
            (Task { done_at: at("2026-05-12T15:00:00Z"), ..Task::default() }, TaskState::Done, "x (done)"),
        ] {
            assert_eq!((task.state(now()), line("x", &task, now(), &zone()).as_str()), (state, says));
        }
    }
}
