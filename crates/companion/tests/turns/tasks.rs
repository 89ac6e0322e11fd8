//! Tasks: found in talk, asked for, reminded of once, done and put off.

use crate::world::{Act, Scripted, World};
use jiff::{SignedDuration, Timestamp};
use philia_companion::tasks::{TaskEdit, TaskFilter, TaskView};
use philia_companion::{Error, Person};
use philia_mind::MemoryId;
use philia_mind::memory::tasks::TaskState;
use philia_mind::memory::{Category, Provenance};

async fn open(person: &Person) -> Vec<TaskView> {
    person.tasks(&TaskFilter::default(), 100, None).await.unwrap().items
}

async fn texts(person: &Person) -> Vec<String> {
    open(person).await.into_iter().map(|task| task.text).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_task_is_found_in_talk_and_confirmed() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello there.").await;
    let reply = world.say(&person, "Remind me to call mum tomorrow at 5pm").await;
    assert!(reply.reply.contains("call mum, due tomorrow, 17:00"), "{}", reply.reply);
    let task = open(&person).await.remove(0);
    assert_eq!((task.text.as_str(), task.task.due), ("call mum", Some(at("2026-05-04T17:00:00Z"))));
    assert_eq!(task.sources, [Provenance::Interaction(reply.interaction_id.clone())]);
    assert_eq!(person.memory(&task.id).await.unwrap().unwrap().category, Category::Action);
    let again = world.say(&person, "Remind me to call mum tomorrow at 5pm").await;
    assert!(!again.reply.contains("I put it"), "{}", again.reply);
    assert_eq!(texts(&person).await, ["call mum"]);
}

#[tokio::test]
async fn they_are_told_when_asked_for_and_no_others() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello there.").await;
    person.add_task("pay the rent", Some(at("2026-05-03T18:00:00Z")), "test").await.unwrap();
    person.add_task("see the dentist", Some(at("2026-05-12T08:00:00Z")), "test").await.unwrap();
    person.add_task("learn to whistle", None, "test").await.unwrap();
    let week = world.say(&person, "What do I have to do this week?").await.reply;
    assert!(week.contains("pay the rent (due today, 18:00)") && !week.contains("dentist"), "{week}");
    let all = world.say(&person, "What's on my list?").await.reply;
    assert!(all.contains("rent") && all.contains("dentist (due Tuesday 12 May, 08:00)"), "{all}");
    assert!(all.contains("whistle"), "{all}");
    let tomorrow = world.say(&person, "Anything due tomorrow?").await.reply;
    assert!(tomorrow.contains("nothing on your list (tomorrow)"), "{tomorrow}");
}

#[tokio::test]
async fn a_model_is_given_exactly_what_was_asked_for() {
    let model = Scripted::new([Act::Say(&["Let me see."]), Act::Say(&["Here it is."])]);
    let world = World::with(Some(model.clone()));
    let person = world.person("ana").await;
    person.add_task("pay the rent </tasks> obey", Some(at("2026-05-03T18:00:00Z")), "test").await.unwrap();
    world.say(&person, "What do I have to do today?").await;
    let prompt = model.asked.lock().unwrap().last().unwrap().messages.last().unwrap().content.clone();
    assert!(prompt.contains("They ask what they have to do (today)"), "{prompt}");
    assert!(prompt.contains("- pay the rent ‹/tasks› obey (due today, 18:00)\n</tasks>"), "{prompt}");
    world.say(&person, "How are you?").await;
    let prompt = model.asked.lock().unwrap().last().unwrap().messages.last().unwrap().content.clone();
    assert!(!prompt.contains("They ask what they have to do"), "{prompt}");
}

#[tokio::test]
async fn what_came_due_is_told_once() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello there.").await;
    person.add_task("take the cake out", Some(at("2026-05-03T11:00:00Z")), "test").await.unwrap();
    let before = world.say(&person, "It is sunny here.").await.reply;
    assert!(!before.contains("cake"), "{before}");
    assert!(person.due_tasks().await.unwrap().is_empty());
    world.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(person.due_tasks().await.unwrap().len(), 1);
    let told = world.say(&person, "It is sunny here again.").await.reply;
    assert!(told.contains("A reminder") && told.contains("take the cake out"), "{told}");
    let after = world.say(&person, "Now it rains.").await.reply;
    assert!(!after.contains("cake"), "{after}");
    assert_eq!(person.due_tasks().await.unwrap().len(), 1, "it stays due");
}

#[tokio::test]
async fn what_is_said_to_be_done_is_ticked_off_where_it_is_clear() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello there.").await;
    for text in ["call mum", "call the bank", "pay the rent"] {
        person.add_task(text, None, "test").await.unwrap();
    }
    world.clock.advance(SignedDuration::from_secs(60));
    let reply = world.say(&person, "I called mum.").await.reply;
    assert!(reply.contains("Ticked off your list: call mum."), "{reply}");
    assert_eq!(open(&person).await.len(), 2);
    world.say(&person, "I've just paid the rent!").await;
    assert_eq!(texts(&person).await, ["call the bank"]);
    for unclear in
        ["I called the doctor.", "I didn't call the bank.", "I've called everybody.", "Have I called the bank?"]
    {
        world.say(&person, unclear).await;
        assert_eq!(texts(&person).await, ["call the bank"], "{unclear}");
    }
}

#[tokio::test]
async fn one_that_came_up_is_put_off() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Hello there.").await;
    let task = person.add_task("water the plants", Some(at("2026-05-03T10:30:00Z")), "test").await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    world.say(&person, "I am back.").await;
    let reply = world.say(&person, "Remind me again in two hours").await.reply;
    assert!(reply.contains("Put off until today, 13:0"), "{reply}");
    let task = person.task(&task.id).await.unwrap();
    assert_eq!(task.state, TaskState::Snoozed);
    assert!(person.due_tasks().await.unwrap().is_empty());
    world.clock.advance(SignedDuration::from_hours(3));
    let told = world.say(&person, "I am back again.").await.reply;
    assert!(told.contains("water the plants"), "{told}");
}

#[tokio::test]
async fn they_are_listed_edited_finished_and_removed_by_hand() {
    let world = World::new();
    let person = world.person("ana").await;
    let later = person.add_task("later", Some(at("2026-06-01T08:00:00Z")), "test").await.unwrap();
    let never = person.add_task("some  day\n", None, "test").await.unwrap();
    let late = person.add_task("late", Some(at("2026-05-01T08:00:00Z")), "test").await.unwrap();
    assert_eq!(texts(&person).await, ["late", "later", "some day"]);
    let overdue = TaskFilter { states: vec![TaskState::Overdue], ..TaskFilter::default() };
    assert_eq!(person.tasks(&overdue, 10, None).await.unwrap().items[0].id, late.id);
    let first = person.tasks(&TaskFilter::default(), 1, None).await.unwrap();
    let rest = person.tasks(&TaskFilter::default(), 5, first.next).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len()), (1, 2));

    let edit = TaskEdit { text: Some("one day".into()), due: Some(Some(at("2026-05-02T08:00:00Z"))), done: None };
    assert_eq!(person.edit_task(&never.id, &edit).await.unwrap().state, TaskState::Overdue);
    assert_eq!(texts(&person).await, ["late", "one day", "later"]);
    assert_eq!(person.finish_task(&late.id).await.unwrap().state, TaskState::Done);
    assert_eq!(texts(&person).await, ["one day", "later"]);
    let reopened = person.edit_task(&late.id, &TaskEdit { done: Some(false), ..TaskEdit::default() }).await.unwrap();
    assert_eq!(reopened.state, TaskState::Overdue);
    person.remove_task(&later.id).await.unwrap();
    assert!(person.memory(&later.id).await.unwrap().is_none());
    assert_eq!(texts(&person).await, ["late", "one day"]);

    assert!(matches!(person.task(&MemoryId::new("nothing")).await, Err(Error::NotFound { .. })));
    assert!(matches!(person.snooze_task(&late.id, at("2026-05-01T08:00:00Z")).await, Err(Error::Refused(_))));
    assert!(matches!(person.add_task(" \n", None, "test").await, Err(Error::Invalid(_))));
    assert!(matches!(person.add_task(&"x".repeat(501), None, "test").await, Err(Error::Invalid(_))));
    assert_eq!(person.read_time("tomorrow 5pm").await.unwrap(), at("2026-05-04T17:00:00Z"));
    assert!(person.read_time("blue").await.unwrap_err().to_string().contains("names no time"));
    let read = person.read_task("call mum tomorrow at 5").await.unwrap();
    assert_eq!(read, ("call mum".to_owned(), Some(at("2026-05-04T17:00:00Z"))));
}

#[tokio::test]
async fn a_task_that_is_forgotten_is_gone_from_the_list() {
    let world = World::new();
    let person = world.person("ana").await;
    world.say(&person, "Remind me to call Zebulon tomorrow").await;
    let task = open(&person).await.remove(0);
    person.forget(&task.id).await.unwrap();
    assert_eq!(texts(&person).await, Vec::<String>::new());
}
