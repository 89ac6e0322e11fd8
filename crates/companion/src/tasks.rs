//! Tasks: what a person has to do, found in talk or added by hand.
//!
//! A task is a memory of the category action. Beside it lies a small record of the same id, ordered by when the task
//! comes up, so that what is due is known without a look at every memory.

use crate::error::{Error, Result};
use crate::learn::Lecture;
use crate::person::Person;
use crate::records::read;
use crate::unit::Unit;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::memory::tasks::{self, Asked, TaskState, line, moment};
use philia_mind::memory::{Category, MemoryKind, Provenance, Speaker, Task};
use philia_mind::{Interaction, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Cursor, Key, Kind, Page, Scan};
use serde::Serialize;

/// The longest text of a task, in characters.
const LONGEST: usize = 500;
/// Where tasks without a time stand: behind all others.
const SOMETIME: Timestamp = Timestamp::constant(253_370_764_800, 0);
/// Open tasks that are looked at in a turn.
const LOOKED_AT: usize = 1000;
/// What came due that is told in one turn.
const TOLD: usize = 10;
/// How important a task is, where nothing else is known.
const IMPORTANCE: f64 = 0.6;

/// A task as people see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskView {
    /// Its memory.
    pub id: MemoryId,
    /// What is to be done.
    pub text: String,
    /// Where it stands now.
    pub state: TaskState,
    /// Its times.
    #[serde(flatten)]
    pub task: Task,
    /// When it was added.
    pub created_at: Timestamp,
    /// The door it came through.
    pub source: String,
    /// The words behind it.
    pub sources: Vec<Provenance>,
}

/// Which tasks are listed.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Only those that stand there; all that are not done, if nothing is said.
    pub states: Vec<TaskState>,
    /// Only those that come up from then on.
    pub from: Option<Timestamp>,
    /// Only those that come up before then.
    pub until: Option<Timestamp>,
}

/// What is to be changed of a task; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct TaskEdit {
    /// What is to be done.
    pub text: Option<String>,
    /// When it is due; none takes the time away.
    pub due: Option<Option<Timestamp>>,
    /// Whether it is done.
    pub done: Option<bool>,
}

/// What a message does to the tasks, and what is to be said of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskNews {
    /// What came due since they last talked.
    pub(crate) came_due: Vec<String>,
    /// They ask for their tasks.
    pub(crate) asked: Option<(String, Vec<String>)>,
    /// What changes, in a sentence each.
    pub(crate) changed: Vec<String>,
    /// The same, to be learned.
    pub(crate) effects: Option<Effects>,
}

impl TaskNews {
    /// In the words of the offline voice: what answers the message, and what is told besides.
    pub(crate) fn in_words(&self) -> (Option<String>, Option<String>) {
        let list = |tasks: &[String]| tasks.iter().map(|task| format!("\n- {task}")).collect::<String>();
        let mut parts = self.changed.clone();
        if let Some((when, tasks)) = &self.asked {
            let when = if when == "in all" { String::new() } else { format!(" ({when})") };
            parts.push(if tasks.is_empty() {
                format!("There is nothing on your list{when}.")
            } else {
                format!("This is on your list{when}:{}", list(tasks))
            });
        }
        let due = match self.came_due.as_slice() {
            [] => None,
            [one] => Some(format!("A reminder, since we last talked: {one}.")),
            more => Some(format!("Some reminders, since we last talked:{}", list(more))),
        };
        ((!parts.is_empty()).then(|| parts.join("\n")), due)
    }
}

/// What a message does to the tasks that are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    found: Vec<(String, Option<Timestamp>)>,
    done: Option<TaskView>,
    snoozed: Option<(TaskView, Timestamp)>,
}

impl Person {
    /// Tasks by when they come up, those without a time last. A page may hold fewer than `limit` and still have a next
    /// one.
    pub async fn tasks(&self, filter: &TaskFilter, limit: usize, cursor: Option<Cursor>) -> Result<Page<TaskView>> {
        let now = self.now();
        let scan = Scan { from: filter.from, until: filter.until, cursor, limit, ..Scan::of(Kind::Task) };
        let page = self.app.parts.store.scan(&self.partition, &scan).await?;
        let mut keys = Vec::new();
        for record in page.items {
            let key = Key::new(Kind::Memory, record.key.id.clone());
            let state = read::<Task>(record)?.value.state(now);
            let wanted =
                if filter.states.is_empty() { state != TaskState::Done } else { filter.states.contains(&state) };
            if wanted {
                keys.push(key);
            }
        }
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let items = found.into_iter().flatten().map(|record| Ok(read::<Memory>(record)?.value));
        let items: Vec<Memory> = items.collect::<Result<_>>()?;
        Ok(Page { items: items.into_iter().filter_map(|memory| view(memory, now)).collect(), next: page.next })
    }

    /// Tasks that are due now, the longest overdue first.
    pub async fn due_tasks(&self) -> Result<Vec<TaskView>> {
        let until = self.now().saturating_add(jiff::SignedDuration::from_micros(1)).ok();
        let filter = TaskFilter { states: vec![TaskState::Overdue], until, ..TaskFilter::default() };
        Ok(self.tasks(&filter, LOOKED_AT, None).await?.items)
    }

    /// One task.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none of that id.
    pub async fn task(&self, id: &MemoryId) -> Result<TaskView> {
        let memory = self.memory(id).await?;
        memory.and_then(|memory| view(memory, self.now())).ok_or_else(|| no_such(id))
    }

    /// Adds a task by hand, through the door `source`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is not allowed.
    pub async fn add_task(&self, text: &str, due: Option<Timestamp>, source: &str) -> Result<TaskView> {
        let text = checked(text)?;
        let now = self.now();
        let id = MemoryId::new(format!("t-{}", self.philia().fresh_id()));
        let memory = new_task(Memory::new(id, text, Speaker::User, source, now, Provenance::Hand), due);
        let mut unit = Unit::new(self);
        self.write_new(&mut unit, &memory).await?;
        self.commit(unit.changes()).await?;
        view(memory.clone(), now).ok_or_else(|| no_such(&memory.id))
    }

    /// Changes a task.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a text that is not allowed.
    pub async fn edit_task(&self, id: &MemoryId, edit: &TaskEdit) -> Result<TaskView> {
        let text = edit.text.as_deref().map(checked).transpose()?;
        let now = self.now();
        self.change_task(id, |memory, task| {
            if let Some(text) = &text {
                memory.content.clone_from(text);
            }
            if let Some(due) = edit.due {
                (task.due, task.snoozed_until) = (due, None);
            }
            match edit.done {
                Some(true) if task.done_at.is_none() => task.done_at = Some(now),
                Some(false) => task.done_at = None,
                _ => {}
            }
        })
        .await
    }

    /// Completes a task. One that is done stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn finish_task(&self, id: &MemoryId) -> Result<TaskView> {
        self.edit_task(id, &TaskEdit { done: Some(true), ..TaskEdit::default() }).await
    }

    /// Puts a task off.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] for an instant that is not to come, or a task that is done.
    pub async fn snooze_task(&self, id: &MemoryId, until: Timestamp) -> Result<TaskView> {
        if until <= self.now() {
            return Err(Error::Refused(format!("until: {until} is not to come; name a later time")));
        }
        if self.task(id).await?.state == TaskState::Done {
            return Err(Error::Refused("the task is done; set done to false to have it again".into()));
        }
        self.change_task(id, |_, task| task.snoozed_until = Some(until)).await
    }

    /// Removes a task. The turn it was found in stays.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_task(&self, id: &MemoryId) -> Result<()> {
        self.task(id).await?;
        let gone = [Kind::Memory, Kind::Task, Kind::Access].map(|kind| Key::new(kind, id.as_str()));
        self.commit(gone.map(|key| Change::Delete { key, expected: None }).to_vec()).await?;
        self.catch_up().await?;
        Ok(())
    }

    /// The instant that words name: `tomorrow 5pm` in the person's time zone, or `2026-05-03T08:00:00Z`.
    ///
    /// # Errors
    /// [`Error::Refused`] if they name none.
    pub async fn read_time(&self, words: &str) -> Result<Timestamp> {
        if let Ok(instant) = words.trim().parse() {
            return Ok(instant);
        }
        let zone = self.zone(&self.profile().await?);
        // What is written as an instant and is none is no other time.
        let found = match is_written_as_instant(words) {
            true => None,
            false => self.app.extractor.tasks().due(words, self.now(), &zone),
        };
        found.ok_or_else(|| {
            let words: String = words.chars().take(60).collect();
            Error::Refused(format!("{words:?} names no time; say it as in \"tomorrow 5pm\" or \"Friday\""))
        })
    }

    /// A line that may name its time, as in `call mum tomorrow at 5`, as a task and when it is due.
    pub async fn read_task(&self, line: &str) -> Result<(String, Option<Timestamp>)> {
        let zone = self.zone(&self.profile().await?);
        let found = self.app.extractor.tasks().find(&format!("todo: {line}"), self.now(), &zone);
        match found.as_slice() {
            [one] => Ok((one.text.clone(), one.due)),
            // Several, or none that is understood: as it was typed.
            _ => Ok((line.to_owned(), None)),
        }
    }

    /// What is to be said of the tasks in a turn. `since` is when they last talked.
    pub(crate) async fn task_news(
        &self,
        turn: &Interaction,
        zone: &TimeZone,
        since: Option<Timestamp>,
    ) -> Result<TaskNews> {
        let now = turn.at;
        let told = |task: &TaskView| line(&task.text, &task.task, now, zone);
        let mut news = TaskNews::default();
        if let Some(asked) = tasks::asked(&turn.message, now, zone) {
            let open = self.tasks(&TaskFilter::default(), LOOKED_AT, None).await?.items;
            news.asked = Some(listed(&asked, &open, now, &told));
        }
        let effects = self.effects(turn, zone).await?;
        for (text, due) in &effects.found {
            let when = due.map(|due| format!(", due {}", moment(due, now, zone))).unwrap_or_default();
            news.changed.push(format!("I put it on your list: {text}{when}."));
        }
        news.changed.extend(effects.done.as_ref().map(|task| format!("Ticked off your list: {}.", task.text)));
        news.changed.extend(
            effects
                .snoozed
                .as_ref()
                .map(|(task, until)| format!("Put off until {}: {}.", moment(*until, now, zone), task.text)),
        );
        let just_after = |at: Timestamp| at.saturating_add(jiff::SignedDuration::from_micros(1)).ok();
        let filter = TaskFilter { from: since.and_then(just_after), until: just_after(now), ..TaskFilter::default() };
        let mut due = self.tasks(&filter, LOOKED_AT, None).await?.items;
        // Whoever asks is told anyway, and what is done or put off now needs no reminder.
        let settled = effects.done.iter().chain(effects.snoozed.as_ref().map(|(task, _)| task));
        let settled: Vec<&MemoryId> = settled.map(|task| &task.id).collect();
        due.retain(|task| news.asked.is_none() && !settled.contains(&&task.id));
        news.came_due = due.iter().take(TOLD).map(told).collect();
        news.effects = Some(effects);
        Ok(news)
    }

    /// Takes in what a turn says of tasks: new ones, one that is done, one that is put off. Returns the new ones.
    pub(crate) async fn learn_tasks(
        &self,
        unit: &mut Unit<'_>,
        turn: &Interaction,
        lecture: &Lecture,
    ) -> Result<Vec<Memory>> {
        let effects = match &lecture.effects {
            Some(effects) => effects.clone(),
            None => self.effects(turn, &lecture.zone).await?,
        };
        let Effects { found, done, snoozed } = effects;
        let mut new = Vec::new();
        for (n, (text, due)) in found.into_iter().enumerate() {
            let id = MemoryId::of(&turn.id, &format!("t{n}"));
            let from = Provenance::Interaction(turn.id.clone());
            let memory = new_task(Memory::new(id, text, Speaker::User, &turn.channel, turn.at, from), due);
            self.write_new(unit, &memory).await?;
            new.push(memory);
        }
        if let Some(task) = done {
            change(unit, &task.id, |_, task| task.done_at = Some(turn.at)).await?;
        }
        if let Some((task, until)) = snoozed {
            change(unit, &task.id, |_, task| task.snoozed_until = Some(until)).await?;
        }
        Ok(new)
    }

    /// What a message does to the tasks that are there. The same for the same tasks, however often it is asked.
    async fn effects(&self, turn: &Interaction, zone: &TimeZone) -> Result<Effects> {
        if turn.security.is_some() || turn.speaker.is_some() || turn.message.is_empty() {
            return Ok(Effects::default());
        }
        let (app, message, now) = (&self.app, turn.message.as_str(), turn.at);
        let talk = app.extractor.tasks();
        let found = talk.find(message, now, zone);
        let (done, put_off) = (talk.done(message), talk.snoozed(message, now, zone));
        let plain = message.len() < 200 && message.trim_start().starts_with("I ");
        if found.is_empty() && done.is_none() && put_off.is_none() && !plain {
            return Ok(Effects::default());
        }
        let mut open = self.tasks(&TaskFilter::default(), LOOKED_AT, None).await?.items;
        // What was said before a task was there is not about it, and what this very turn gave is new.
        let own = MemoryId::of(&turn.id, "t");
        open.retain(|task| task.created_at <= now && !task.id.as_str().starts_with(own.as_str()));
        let texts: Vec<&str> = open.iter().map(|task| task.text.as_str()).collect();
        let finished = match done {
            Some(words) => tasks::meant(&app.analyzer, words, &texts),
            None if found.is_empty() && put_off.is_none() => {
                tasks::plainly_done(&app.analyzer, message, &texts, now, zone)
            }
            None => None,
        };
        let snoozed = put_off.and_then(|(what, until)| {
            let meant = match what.as_str() {
                // The one that came up last, or the only one there is.
                "that" | "it" | "this" => {
                    let latest = open.iter().rposition(|task| task.task.comes_up().is_some_and(|at| at <= now));
                    latest.or((open.len() == 1).then_some(0))
                }
                words => tasks::meant(&app.analyzer, words, &texts),
            };
            Some((open.get(meant?)?.clone(), until))
        });
        let same = |text: &str, due: Option<Timestamp>| {
            open.iter().any(|task| {
                crate::learn::folded(&task.text) == crate::learn::folded(text)
                    && (due.is_none() || due == task.task.due)
            })
        };
        let found = found.into_iter().map(|task| (task.text, task.due)).filter(|(text, due)| !same(text, *due));
        Ok(Effects {
            // "Remind me again in an hour" puts off; it is no task of its own.
            found: if snoozed.is_some() { Vec::new() } else { found.collect() },
            done: finished.and_then(|n| open.get(n).cloned()),
            snoozed,
        })
    }

    async fn write_new(&self, unit: &mut Unit<'_>, memory: &Memory) -> Result<()> {
        let vectors = self.vectors_of(std::slice::from_ref(memory)).await;
        let vector = vectors.as_ref().and_then(|vectors| vectors.first()).and_then(Option::as_ref);
        unit.write(self.memory_draft(memory.clone(), vector)?);
        let task = memory.task.clone().unwrap_or_default();
        unit.put(Kind::Task, memory.id.as_str(), place(&task), &task)
    }

    async fn change_task(&self, id: &MemoryId, how: impl Fn(&mut Memory, &mut Task) + Send + Sync) -> Result<TaskView> {
        loop {
            let mut unit = Unit::new(self);
            let Some((before, memory)) = change(&mut unit, id, &how).await? else { return Err(no_such(id)) };
            if memory.content != before {
                let vectors = self.vectors_of(std::slice::from_ref(&memory)).await;
                let vector = vectors.as_ref().and_then(|vectors| vectors.first()).and_then(Option::as_ref);
                unit.write(self.memory_draft(memory.clone(), vector)?);
            }
            match self.commit(unit.changes()).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    return view(memory, self.now()).ok_or_else(|| no_such(id));
                }
            }
        }
    }
}

/// Changes a task and its place in time. Returns its former text and the memory after it; none if there is no such task.
async fn change(
    unit: &mut Unit<'_>,
    id: &MemoryId,
    how: impl Fn(&mut Memory, &mut Task) + Send + Sync,
) -> Result<Option<(String, Memory)>> {
    let Some(mut memory) = unit.get::<Memory>(Kind::Memory, id.as_str()).await? else { return Ok(None) };
    let Some(mut task) = memory.task.take() else { return Ok(None) };
    let before = memory.content.clone();
    how(&mut memory, &mut task);
    memory.task = Some(task.clone());
    unit.get::<Task>(Kind::Task, id.as_str()).await?;
    unit.put(Kind::Memory, id.as_str(), memory.occurred_at, &memory)?;
    unit.put(Kind::Task, id.as_str(), place(&task), &task)?;
    Ok(Some((before, memory)))
}

/// Is it written like `2026-05-03T08:00:00Z`, whether or not there is such an instant?
fn is_written_as_instant(words: &str) -> bool {
    let date = words.trim().trim_start_matches(['-', '+']).split_once(['T', 't']).map(|(date, _)| date);
    date.is_some_and(|date| date.len() >= 8 && date.bytes().all(|sign| sign.is_ascii_digit() || sign == b'-'))
}

/// A memory as a task.
fn new_task(memory: Memory, due: Option<Timestamp>) -> Memory {
    Memory {
        kind: MemoryKind::Semantic,
        category: Category::Action,
        importance: IMPORTANCE,
        task: Some(Task { due, ..Task::default() }),
        ..memory
    }
}

/// Where a task stands among the others.
fn place(task: &Task) -> Timestamp {
    task.comes_up().unwrap_or(SOMETIME)
}

fn view(memory: Memory, now: Timestamp) -> Option<TaskView> {
    let task = memory.task?;
    Some(TaskView {
        id: memory.id,
        text: memory.content,
        state: task.state(now),
        task,
        created_at: memory.created_at,
        source: memory.source,
        sources: memory.sources,
    })
}

/// What they ask for, and what there is of it.
fn listed(
    asked: &Asked,
    open: &[TaskView],
    now: Timestamp,
    told: &dyn Fn(&TaskView) -> String,
) -> (String, Vec<String>) {
    (asked.when.clone(), open.iter().filter(|task| asked.takes(&task.task, now)).map(told).collect())
}

fn checked(text: &str) -> Result<String> {
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = kept.chars().count();
    if !(1..=LONGEST).contains(&length) {
        return Err(Error::Invalid(format!("text: {length} characters are not 1 to {LONGEST}")));
    }
    Ok(kept)
}

fn no_such(id: &MemoryId) -> Error {
    Error::NotFound { what: "task", name: id.as_str().to_owned(), nearest: None }
}
