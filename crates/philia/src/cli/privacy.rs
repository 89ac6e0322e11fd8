//! `philia privacy`: where somebody's words may go, and how they are kept.

use super::paint::{note, print};
use super::progress::Progress;
use super::{Context, Who};
use crate::wire;
use clap::{Args, ValueEnum};
use philia_companion::privacy::{Phase, PrivacyView};
use philia_companion::{Person, Philia};
use philia_mind::profile::PrivacyTier;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia privacy                 what holds now
  philia privacy local           sealed on the disk, and nothing goes to a remote model
  philia privacy hybrid          sealed on the disk; remote models may be asked
  philia privacy cloud --json    as stored; remote models may be asked
  philia privacy --rotate        a new key for your own records, which are sealed anew
  philia privacy --rotate-master a new master key: everybody's keys are wrapped anew, no record is touched

Sealing what is there takes a moment; if it is interrupted, it goes on with the next start.
Without its master key nothing that is sealed can ever be read again: keep a copy of it (docs/privacy.md).";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Privacy {
    #[command(flatten)]
    who: Who,
    /// The tier to change to
    #[arg(value_enum, value_name = "TIER")]
    tier: Option<Tier>,
    /// Change the key that the person's records are sealed with
    #[arg(long, conflicts_with = "tier")]
    rotate: bool,
    /// Change the master key, which wraps everybody's
    #[arg(long, conflicts_with_all = ["tier", "rotate", "json"])]
    rotate_master: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tier {
    /// As stored; remote models may be asked
    Cloud,
    /// Sealed on the disk; remote models may be asked
    Hybrid,
    /// Sealed on the disk; nothing goes to a remote model or embedder
    Local,
}

impl From<Tier> for PrivacyTier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Cloud => Self::Cloud,
            Tier::Hybrid => Self::Hybrid,
            Tier::Local => Self::Local,
        }
    }
}

impl Privacy {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        if self.rotate_master {
            return rotate_master(&philia).await;
        }
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        if self.rotate {
            person.rotate_key().await?;
            note("Everything is sealed with a new key; the former one is gone when that is done.");
        }
        if let Some(tier) = self.tier {
            person.update_profile(|profile| profile.privacy = tier.into()).await?;
        }
        settle(&person).await?;
        let view = person.privacy().await?;
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(&view)?))?;
        } else {
            print(&in_words(&view))?;
            if self.tier.is_some() && view.sealed.is_some() {
                note(&format!("The master key is in {}; without it nothing of this can be read.", key_place(context)));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn rotate_master(philia: &Philia) -> anyhow::Result<ExitCode> {
    match philia.rotate_master_key().await? {
        None => print("Nobody is sealed, so there is no master key to change.\n")?,
        Some((people, left)) => {
            let people = if people == 1 { "1 person's keys are".into() } else { format!("{people} people's keys are") };
            print(&format!("{people} wrapped with a new master key.\n"))?;
            if let Some(left) = left {
                note(&format!("Now {left}."));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Finishes what is under way, with a bar.
async fn settle(person: &Person) -> anyhow::Result<()> {
    let progress = Progress::new("records");
    person.settle_privacy(|done, all| progress.tell(done, all)).await?;
    progress.finish();
    Ok(())
}

fn key_place(context: &Context) -> String {
    match (&context.config.privacy.master_key, &context.config.privacy.passphrase) {
        (Some(_), _) => "privacy.master_key".into(),
        (_, Some(_)) => "privacy.passphrase".into(),
        _ => crate::keys::key_file(&context.config).display().to_string(),
    }
}

fn in_words(view: &PrivacyView) -> String {
    let tier = match view.tier {
        PrivacyTier::Cloud => "cloud",
        PrivacyTier::Hybrid => "hybrid",
        PrivacyTier::Local => "local",
    };
    let kept = match view.sealed {
        None => "as stored: whoever can read the disk can read it",
        Some(Phase::Sealed) => "sealed: only ciphertext is on the disk",
        Some(Phase::Sealing) => "being sealed",
        Some(Phase::Unsealing) => "being unsealed",
        Some(Phase::Rotating) => "sealed; being sealed anew with a new key",
    };
    let goes =
        if view.remote_models { "to the models that are configured" } else { "nowhere: they stay on this machine" };
    format!("tier        {tier}\nkept        {kept}\nwords go    {goes}\n")
}
