//! `philia key`: API keys, for programs that ask on somebody's behalf.

use super::Context;
use super::paint::{Paint, harmless, note, print};
use crate::wire;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use philia_companion::accounts::{Actor, KeyView, NewKey, Reach, Scope};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia key add bob --label script                     everything that bob may
  philia key add bob --label bot --scopes chat,memories --subject kid --days 90
  philia key list bob
  philia key revoke bob 0198f2

The key itself goes to stdout, this once; it is not kept. A key is named by its id, or by as much of it as is unique.
While `philia serve` is running it holds the data: ask its API instead (docs/api.md).";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    what: What,
    /// As JSON lines
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Make a key
    Add {
        /// Whose, by name or id
        user: String,
        /// What to call it
        #[arg(long, default_value = "made at the command line")]
        label: String,
        /// What it may do: chat, memories, personality, personas, documents, tasks, settings, admin, all
        #[arg(long, value_delimiter = ',', value_parser = scope, default_value = "all")]
        scopes: Vec<Scope>,
        /// The only person it may speak for; anybody of the account if none is named
        #[arg(long, value_name = "NAME")]
        subject: Option<String>,
        /// For how many days it holds
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Somebody's keys, without what opens
    List {
        /// Whose, by name or id
        user: String,
    },
    /// Revoke a key, at once
    Revoke {
        /// Whose, by name or id
        user: String,
        /// Which
        id: String,
    },
}

fn scope(text: &str) -> Result<Scope, String> {
    serde_json::from_value(json!(text)).map_err(|error| error.to_string())
}

impl KeyArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let accounts = wire::philia(&context.config).await?.accounts();
        let by = Actor::command_line();
        match self.what {
            What::Add { user, label, scopes, subject, days } => {
                let reach = subject.map_or(Reach::Any, Reach::One);
                let new = NewKey { label, scopes: scopes.into_iter().collect::<BTreeSet<_>>(), reach, days };
                let (key, view) = accounts.add_key_for(&user, new, &by).await?;
                if self.json {
                    let mut made = json!(view);
                    made["key"] = json!(key);
                    print(&format!("{made}\n"))?;
                } else {
                    note("This key is shown this once; send it as Authorization: Bearer.");
                    print(&format!("{key}\n"))?;
                }
            }
            What::List { user } => {
                let keys = accounts.keys_of(&user).await?;
                if keys.is_empty() && !self.json {
                    print("There are no keys. `philia key add NAME` makes one.\n")?;
                }
                for key in &keys {
                    print(&shown(key, self.json, context.paint)?)?;
                }
            }
            What::Revoke { user, id } => {
                let keys = accounts.keys_of(&user).await?;
                let mut fitting = keys.iter().filter(|key| key.id.starts_with(&id));
                let key = match (fitting.next(), fitting.next()) {
                    (Some(key), None) => key,
                    (None, _) => return Err(anyhow!("there is no key {id:?}; `philia key list {user}` shows them")),
                    _ => return Err(anyhow!("{id:?} fits several keys; give more of the id")),
                };
                accounts.revoke_key_of(&user, &key.id, &by).await?;
                print(&match self.json {
                    true => format!("{}\n", json!({ "revoked": key.id })),
                    false => format!("Revoked: {}\n", harmless(&key.label)),
                })?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A key in a line, or as JSON.
fn shown(key: &KeyView, json: bool, paint: Paint) -> anyhow::Result<String> {
    if json {
        return Ok(format!("{}\n", serde_json::to_string(key)?));
    }
    let scopes: Vec<String> =
        key.scopes.iter().map(|scope| json!(scope).as_str().unwrap_or_default().to_owned()).collect();
    let whom = match &key.reach {
        Reach::Any => String::new(),
        Reach::Own => ", for its owner only".to_owned(),
        Reach::One(subject) => format!(", for {} only", harmless(subject)),
    };
    let used = key.used_at.map_or(", never used".to_owned(), |at| format!(", last used {at}"));
    let until = key.expires_at.map(|end| format!(", until {end}")).unwrap_or_default();
    let (label, id) = (paint.bold(&harmless(&key.label)), paint.dim(&key.id));
    Ok(format!("{label}  {}{whom}{until}{used}  {id}\n", scopes.join(", ")))
}
