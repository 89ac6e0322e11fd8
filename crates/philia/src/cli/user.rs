//! `philia user`: who may come in, and how much.

use super::Context;
use super::paint::{Paint, harmless, note, print};
use crate::wire;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use philia_companion::accounts::{AccountView, Accounts, Actor, NewAccount, OwnLimits, Role, Standing};
use serde_json::json;
use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia user add ana --admin               the first one; what was said here before becomes hers
  philia user add bob                       prints a link by which he sets his password
  echo \"$PASSWORD\" | philia user add bob --password-stdin
  philia user list
  philia user approve carla
  philia user limits bob --per-minute 30 --per-hour 0
  philia user reset-link bob
  philia user erase bob --yes

A user is named by name or id. While `philia serve` is running it holds the data: ask its API instead (docs/api.md).";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    what: What,
    /// As JSON lines
    #[arg(long, global = true)]
    json: bool,
}

/// What somebody is.
#[derive(Clone, Copy, ValueEnum)]
enum Rank {
    /// Runs the house
    Admin,
    /// Lives in it
    Public,
}

#[derive(Subcommand)]
enum What {
    /// Make an account
    Add {
        /// The name they sign in by
        name: String,
        /// They run the house
        #[arg(long)]
        admin: bool,
        /// Read their password from stdin, its first line; without it, a link is printed by which they set one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Everybody, oldest first
    List,
    /// One of them
    Show {
        /// Whom
        user: String,
    },
    /// Let somebody in who waits
    Approve {
        /// Whom
        user: String,
    },
    /// Stop somebody for now: only care answers them
    Suspend {
        /// Whom
        user: String,
    },
    /// Close an account; what is kept stays
    Deactivate {
        /// Whom
        user: String,
    },
    /// Open an account that was stopped or closed
    Reactivate {
        /// Whom
        user: String,
    },
    /// Set limits of somebody's own; what is not named is their role's. 0 is no limit
    Limits {
        /// Whom
        user: String,
        /// Messages in a minute
        #[arg(long, value_name = "N")]
        per_minute: Option<u32>,
        /// Messages in an hour
        #[arg(long, value_name = "N")]
        per_hour: Option<u32>,
        /// Messages at once
        #[arg(long, value_name = "N")]
        burst: Option<u32>,
        /// Other requests in a minute
        #[arg(long, value_name = "N")]
        requests_per_minute: Option<u32>,
        /// What may run at the same time
        #[arg(long, value_name = "N")]
        concurrent: Option<u32>,
    },
    /// Print a link by which somebody sets their password, once
    ResetLink {
        /// Whom
        user: String,
    },
    /// Make somebody an admin, or no longer one
    Role {
        /// Whom
        user: String,
        /// What they are from now on
        role: Rank,
    },
    /// Where somebody is signed in, counted; or sign them out everywhere
    Sessions {
        /// Whom
        user: String,
        /// End them all
        #[arg(long)]
        end: bool,
    },
    /// Erase an account and everything of everybody it speaks for, for good
    Erase {
        /// Whom
        user: String,
        /// Yes, for good
        #[arg(long)]
        yes: bool,
    },
}

impl UserArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let accounts = wire::philia(&context.config).await?.accounts();
        let by = Actor::command_line();
        let shown = |account: &AccountView| show(account, self.json, context.paint);
        let stand = async |user: &str, standing| -> anyhow::Result<String> {
            shown(&accounts.set_standing(user, standing, &by).await?)
        };
        let out = match &self.what {
            What::Add { name, admin, password_stdin } => {
                let password = password_stdin.then(password).transpose()?;
                let role = if *admin { Role::Admin } else { Role::Public };
                let new = NewAccount { name, password: password.as_deref(), role };
                let account = accounts.add(&new, &by).await.map_err(first)?;
                let mut out = shown(&account)?;
                if password.is_none() {
                    out.push_str(&self.link(&accounts, &account.id, &context.config.server.listen.to_string()).await?);
                }
                out
            }
            What::List => all(&accounts).await?.iter().map(shown).collect::<anyhow::Result<_>>()?,
            What::Show { user } => shown(&accounts.show(user).await?)?,
            What::Approve { user } => shown(&accounts.approve(user, &by).await?)?,
            What::Reactivate { user } => stand(user, Standing::Active).await?,
            What::Suspend { user } => stand(user, Standing::Suspended).await?,
            What::Deactivate { user } => stand(user, Standing::Deactivated).await?,
            What::Limits { user, per_minute, per_hour, burst, requests_per_minute, concurrent } => {
                let limits = OwnLimits {
                    per_minute: *per_minute,
                    per_hour: *per_hour,
                    burst: *burst,
                    requests_per_minute: *requests_per_minute,
                    concurrent: *concurrent,
                };
                shown(&accounts.set_limits(user, limits, &by, |_| true).await?)?
            }
            What::ResetLink { user } => self.link(&accounts, user, &context.config.server.listen.to_string()).await?,
            What::Role { user, role } => {
                let role = match role {
                    Rank::Admin => Role::Admin,
                    Rank::Public => Role::Public,
                };
                shown(&accounts.set_role(user, role, &by).await?)?
            }
            What::Sessions { user, end } => {
                let sessions = match end {
                    true => accounts.sign_out_of(user, &by).await?,
                    false => accounts.show(user).await?.sessions,
                };
                match (self.json, end) {
                    (true, true) => format!("{}\n", json!({ "ended": sessions })),
                    (true, false) => format!("{}\n", json!({ "sessions": sessions })),
                    (false, true) => format!("Signed out of {sessions} sessions.\n"),
                    (false, false) => format!("Signed in at {sessions} places.\n"),
                }
            }
            What::Erase { user, yes } => {
                let account = accounts.show(user).await?;
                if !yes {
                    bail!(
                        "{} and everything they ever said would be gone for good; add --yes if that is what you want",
                        account.name
                    );
                }
                let people = accounts.erase(&account.id, &by).await?;
                match self.json {
                    true => format!("{}\n", json!({ "erased": account.id, "people": people })),
                    false => format!("{} is erased, with everything that was kept.\n", harmless(&account.name)),
                }
            }
        };
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }

    /// A new link by which somebody sets their password.
    async fn link(&self, accounts: &Accounts, user: &str, listen: &str) -> anyhow::Result<String> {
        let link = accounts.reset_link(user, &Actor::command_line()).await?;
        let address = format!("http://{listen}/login#reset={}", link.token);
        Ok(match self.json {
            true => format!("{}\n", json!({ "link": address, "token": link.token, "expires_at": link.expires_at })),
            false => format!("By this link they set their password, once, until {}:\n  {address}\n", link.expires_at),
        })
    }
}

/// What to do when the first is none.
fn first(error: philia_companion::Error) -> anyhow::Error {
    match error {
        philia_companion::Error::Forbidden(words) => anyhow::anyhow!("{words}: add --admin"),
        other => other.into(),
    }
}

/// The first line of stdin.
fn password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        note("The password, and Enter (it is shown as you type):");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("stdin cannot be read")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut text = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut text).context("stdin cannot be read")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

async fn all(accounts: &Accounts) -> anyhow::Result<Vec<AccountView>> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = accounts.list(1000, cursor).await?;
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// An account in a line, or as JSON.
fn show(account: &AccountView, json: bool, paint: Paint) -> anyhow::Result<String> {
    if json {
        return Ok(format!("{}\n", serde_json::to_string(account)?));
    }
    let role = if account.role == Role::Admin { "admin" } else { "public" };
    let standing = match account.standing {
        Standing::Active => "active".to_owned(),
        Standing::Pending => paint.warn("waits to be let in"),
        Standing::Suspended => paint.warn("suspended"),
        Standing::Deactivated => paint.bad("closed"),
    };
    let limit = |number: u32| if number == 0 { "no limit".to_owned() } else { number.to_string() };
    let limits = account.limits;
    let seen = account.last_seen_at.map_or("never".to_owned(), day);
    Ok(format!(
        "{}  {role}, {standing}, since {}, last seen {seen}  {}\n  messages: {} a minute, {} an hour, {} at once; {} keys, {} sessions{}\n",
        paint.bold(&harmless(&account.name)),
        day(account.created_at),
        paint.dim(&account.id),
        limit(limits.per_minute),
        limit(limits.per_hour),
        limit(limits.burst),
        account.keys,
        account.sessions,
        if account.has_password { "" } else { "; no password yet" },
    ))
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
