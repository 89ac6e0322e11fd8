//! `philia task` and `philia block`, and tasks in the chat.

use crate::home::Home;
use serde_json::Value;

#[test]
fn tasks_are_kept_from_run_to_run() {
    let home = Home::new();
    let added = home.run(["task", "add", "call mum tomorrow at 5pm"], "");
    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(added.stdout.contains("call mum (due tomorrow, 17:00)"), "{}", added.stdout);
    home.run(["task", "add", "late thing", "--due", "2026-01-01T08:00:00Z"], "");
    let due = home.run(["task", "list", "--due", "--json"], "").stdout;
    let task: Value = serde_json::from_str(due.trim()).unwrap();
    assert_eq!((&task["text"], &task["state"]), (&"late thing".into(), &"overdue".into()));

    let said = home.run(["chat"], "hello\nWhat's on my list?\n/done mum\n/tasks\n");
    assert!(said.stdout.contains("call mum (due tomorrow"), "{said:?}");
    assert!(said.stdout.contains("Ticked off: call mum"), "{said:?}");
    let snoozed = home.run(["task", "snooze", "late", "next week"], "");
    assert!(snoozed.stdout.contains("put off until"), "{snoozed:?}");
    home.run(["task", "edit", "late", "--text", "later thing", "--due", "never"], "");
    let left = home.run(["task", "list"], "").stdout;
    assert!(left.contains("later thing  t-") && !left.contains("mum"), "{left}");
    assert_eq!(home.run(["task", "remove", "later"], "").code, Some(0));
    assert!(home.run(["task", "list"], "").stdout.contains("nothing on your list"));
    let wrong = home.run(["task", "done", "nothing like it"], "");
    assert!(wrong.code == Some(1) && wrong.stderr.contains("philia task list"), "{wrong:?}");
    assert!(home.run(["task", "add", "x", "--due", "blue"], "").stderr.contains("names no time"));
}

#[test]
fn blocks_are_written_shown_and_removed() {
    let home = Home::new();
    assert_eq!(home.run(["block", "set", "human", "Ana, a gardener."], "").code, Some(0));
    let listed = home.run(["block", "list"], "").stdout;
    assert!(listed.contains("persona") && listed.contains("Ana, a gardener."), "{listed}");
    assert!(home.run(["block", "remove", "human"], "").stdout.contains("Removed"));
    assert!(home.run(["block", "show", "human"], "").stdout.contains("keeps itself"));
    assert!(home.run(["block", "set", "No", "x"], "").stderr.contains("label: "));
}
