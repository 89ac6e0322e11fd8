//! Tasks as people give them, with the times they mean.

use super::*;

/// A Wednesday, noon in Berlin.
fn now() -> Timestamp {
    "2026-05-13T10:00:00Z".parse().unwrap()
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(2)))
}

fn local(at: Timestamp) -> String {
    at.to_zoned(zone()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn a_task_has_its_text_and_its_time() {
    let tasks = Tasks::new();
    let cases: &[(&str, &str, &str)] = &[
        ("Remind me to call mum on Sunday", "call mum", "2026-05-17 09:00"),
        ("remind me to call mum on Sunday at 5", "call mum", "2026-05-17 17:00"),
        ("Please remind me to call mum at 5pm on Sunday.", "call mum", "2026-05-17 17:00"),
        ("Can you remind me to take out the bins tonight?", "take out the bins", "2026-05-13 20:00"),
        ("remind me in two hours to check the oven", "check the oven", "2026-05-13 14:00"),
        ("Remind me about the dentist tomorrow at 8:30", "the dentist", "2026-05-14 08:30"),
        ("remind me tomorrow morning to water the plants", "water the plants", "2026-05-14 09:00"),
        ("I have to finish the report by Friday", "finish the report", "2026-05-15 09:00"),
        ("I need to pay the rent by the 1st", "pay the rent", "2026-06-01 09:00"),
        ("I must renew my passport before 3 June", "renew my passport", "2026-06-03 09:00"),
        ("I've got to call the bank tomorrow", "call the bank", "2026-05-14 09:00"),
        ("I gotta hand in the essay next week", "hand in the essay", "2026-05-18 09:00"),
        ("Don't let me forget to buy flowers", "buy flowers", ""),
        ("don't let me forget the cake on Saturday", "the cake", "2026-05-16 09:00"),
        ("I promised to help Ana move on Saturday", "help Ana move", "2026-05-16 09:00"),
        ("I promised my brother I'd fix his bike", "fix his bike", ""),
        ("todo: book flights", "book flights", ""),
        ("TODO - renew insurance by 30 May", "renew insurance", "2026-05-30 09:00"),
        ("Note to self: print the tickets", "print the tickets", ""),
        ("Remind me at noon to stretch", "stretch", "2026-05-14 12:00"),
        ("remind me at half past six to feed the cat", "feed the cat", "2026-05-13 18:30"),
        ("remind me in half an hour to move the car", "move the car", "2026-05-13 12:30"),
        ("Remind me in three days to reply to Tom", "reply to Tom", "2026-05-16 09:00"),
        ("Remind me on 2026-06-03 to send the form", "send the form", "2026-06-03 09:00"),
        ("I mustn't forget to post the letter tomorrow", "post the letter", "2026-05-14 09:00"),
        ("I need to submit the tax return by the end of the month", "submit the tax return", "2026-05-31 09:00"),
        ("Remind me to take my pills at 22:00", "take my pills", "2026-05-13 22:00"),
        ("I'm supposed to pick up the kids at 3", "pick up the kids", "2026-05-13 15:00"),
    ];
    for (text, what, due) in cases {
        let found = tasks.find(text, now(), &zone());
        let seen: Vec<_> = found.iter().map(|t| (t.text.as_str(), t.due.map(local).unwrap_or_default())).collect();
        assert_eq!(seen, vec![(*what, (*due).to_owned())], "{text}");
        assert_eq!(found[0].said, text.trim());
    }
    let two = tasks.find("Remind me to buy milk and bread and call mum tomorrow", now(), &zone());
    assert_eq!(two.iter().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["buy milk and bread", "call mum"]);
}

#[test]
fn what_is_no_task_is_none() {
    let tasks = Tasks::new();
    for text in [
        "I need a holiday",
        "I have to say, that was lovely",
        "I have to admit I was tired yesterday",
        "I need to be alone today",
        "Do I have to call mum on Sunday?",
        "If I have to work on Friday I'll scream",
        "I don't have to work tomorrow",
        "I had to call the bank on Monday",
        "My boss said I have to finish it by Friday",
        "He wrote \"remind me to call mum on Sunday\"",
        "> remind me to pay by Friday",
        "Did you remind me to call mum?",
        "You remind me of my sister",
        "Remind me",
        "I should have called yesterday",
        "",
    ] {
        assert_eq!(tasks.find(text, now(), &zone()), Vec::new(), "{text}");
    }
}

#[test]
fn what_is_done_and_put_off_is_heard() {
    let tasks = Tasks::new();
    for (text, what) in [
        ("I've called mum", Some("called mum")),
        ("I just paid the rent!", Some("paid the rent")),
        ("Done with the tax return", Some("the tax return")),
        ("I finished the report.", Some("the report")),
        ("OK, I've finally booked the flights", Some("booked the flights")),
        ("The report is done", Some("report")),
        ("mark the dentist as done", Some("the dentist")),
        ("I haven't called mum", None),
        ("Have I called mum?", None),
        ("I called mum and she was sad about the garden", None),
        ("I'm done", None),
    ] {
        assert_eq!(tasks.done(text), what, "{text}");
    }
    let snoozed = |text: &str| tasks.snoozed(text, now(), &zone()).map(|(what, until)| (what, local(until)));
    assert_eq!(snoozed("snooze that until tomorrow"), Some(("that".into(), "2026-05-14 09:00".into())));
    assert_eq!(
        snoozed("Please snooze the dentist till Friday"),
        Some(("the dentist".into(), "2026-05-15 09:00".into()))
    );
    assert_eq!(snoozed("remind me again in an hour"), Some(("that".into(), "2026-05-13 13:00".into())));
    assert_eq!(snoozed("push it to next week"), Some(("that".into(), "2026-05-18 09:00".into())));
    assert_eq!(snoozed("I snoozed until ten"), None);
    assert_eq!(snoozed("snooze that"), None);
}
