//! `philia task`: what there is to do.

use super::paint::{Paint, harmless, print};
use super::show::one_line;
use super::{Context, Who};
use crate::wire;
use anyhow::bail;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_companion::Person;
use philia_companion::tasks::{TaskEdit, TaskFilter, TaskView};
use philia_mind::MemoryId;
use philia_mind::memory::tasks::{TaskState, line};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia task add \"call mum tomorrow at 5pm\"
  philia task add \"call mum\" --due \"tomorrow 5pm\"
  philia task list --due
  philia task done t-0198
  philia task snooze t-0198 Friday

A task is named by its id, or by as much of it as is unique.";

/// Tasks that are looked at.
const MOST: usize = 1000;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TaskArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    who: Who,
    /// As JSON lines
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// What there is to do, by when it comes up
    List {
        /// Only what is due now
        #[arg(long)]
        due: bool,
        /// What is done, too
        #[arg(long)]
        all: bool,
    },
    /// Add a task; a time in its words is when it is due
    Add {
        /// What is to be done
        text: String,
        /// When, in words ("tomorrow 5pm", "Friday") or as an instant; the text is then taken as it is
        #[arg(long, value_name = "WHEN")]
        due: Option<String>,
    },
    /// Tick a task off
    Done {
        /// Which
        id: String,
    },
    /// Put a task off
    Snooze {
        /// Which
        id: String,
        /// Until when, in words or as an instant
        until: String,
    },
    /// Change a task
    Edit {
        /// Which
        id: String,
        /// What is to be done
        #[arg(long)]
        text: Option<String>,
        /// When, in words or as an instant; `never` takes the time away
        #[arg(long, value_name = "WHEN")]
        due: Option<String>,
    },
    /// Remove a task
    Remove {
        /// Which
        id: String,
    },
}

impl TaskArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let tasks = match self.what {
            What::List { due: true, .. } => person.due_tasks().await?,
            What::List { all, .. } => listed(&person, all).await?,
            What::Add { text, due: Some(due) } => {
                vec![person.add_task(&text, Some(person.read_time(&due).await?), "cli").await?]
            }
            What::Add { text, due: None } => {
                let (text, due) = person.read_task(&text).await?;
                vec![person.add_task(&text, due, "cli").await?]
            }
            What::Done { id } => vec![person.finish_task(&find(&person, &id).await?).await?],
            What::Snooze { id, until } => {
                let until = person.read_time(&until).await?;
                vec![person.snooze_task(&find(&person, &id).await?, until).await?]
            }
            What::Edit { id, text, due } => {
                let due = match due.as_deref() {
                    Some("never") => Some(None),
                    Some(words) => Some(Some(person.read_time(words).await?)),
                    None => None,
                };
                vec![person.edit_task(&find(&person, &id).await?, &TaskEdit { text, due, done: None }).await?]
            }
            What::Remove { id } => {
                let task = person.task(&find(&person, &id).await?).await?;
                person.remove_task(&task.id).await?;
                print(&format!("Removed: {}\n", one_line(&task.text)))?;
                return Ok(ExitCode::SUCCESS);
            }
        };
        if self.json {
            let lines: Vec<String> = tasks.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
        } else {
            print(&shown(&person, &tasks, context.paint).await?)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Tasks in lines, each with its id.
pub(crate) async fn shown(person: &Person, tasks: &[TaskView], paint: Paint) -> anyhow::Result<String> {
    if tasks.is_empty() {
        return Ok("There is nothing on your list.\n".into());
    }
    let zone = TimeZone::get(&person.profile().await?.time_zone).unwrap_or(TimeZone::UTC);
    let now: Timestamp = person.philia().now();
    let row = |task: &TaskView| {
        let mark = if task.state == TaskState::Overdue { "!" } else { "-" };
        let told = harmless(&line(&one_line(&task.text), &task.task, now, &zone));
        format!("{mark} {told}  {}\n", paint.dim(task.id.as_str()))
    };
    Ok(tasks.iter().map(row).collect())
}

/// Tasks by when they come up.
pub(crate) async fn listed(person: &Person, with_done: bool) -> anyhow::Result<Vec<TaskView>> {
    let all = vec![TaskState::Open, TaskState::Overdue, TaskState::Snoozed, TaskState::Done];
    let filter = TaskFilter { states: if with_done { all } else { Vec::new() }, ..TaskFilter::default() };
    Ok(person.tasks(&filter, MOST, None).await?.items)
}

/// The task of that id, or the only one whose id or text holds those characters.
pub(crate) async fn find(person: &Person, id: &str) -> anyhow::Result<MemoryId> {
    let tasks = listed(person, true).await?;
    let low = id.to_lowercase();
    let fits = |task: &&TaskView| task.id.as_str().starts_with(id) || task.text.to_lowercase().contains(&low);
    let exact = tasks.iter().find(|task| task.id.as_str() == id);
    let mut found = tasks.iter().filter(fits);
    match (exact, found.next(), found.next()) {
        (Some(task), ..) | (None, Some(task), None) => Ok(task.id.clone()),
        (None, None, _) => bail!("there is no task {id:?}; `philia task list` shows them"),
        _ => bail!("{id:?} fits several tasks; give more of the id"),
    }
}
