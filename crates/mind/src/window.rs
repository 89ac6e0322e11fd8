//! A window of the log: what was said and answered, as growth and quirks look back on it.

use crate::Persona;
use crate::signal::{Signals, Signposts};
use jiff::{SignedDuration, Timestamp};

/// A gap from which on talk is a new session.
pub const SESSION_GAP: SignedDuration = SignedDuration::from_mins(30);

/// One message and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// When the message came.
    pub at: Timestamp,
    /// What the person said.
    pub message: &'a str,
    /// What the companion answered.
    pub reply: &'a str,
    /// What the message shows.
    pub signals: Signals,
}

impl<'a> Exchange<'a> {
    /// An exchange, with its message read.
    pub fn read(at: Timestamp, message: &'a str, reply: &'a str, signposts: &Signposts, persona: &Persona) -> Self {
        Self { at, message, reply, signals: signposts.read(message, persona) }
    }
}

/// Each reply with the exchange that came after it in the same session: what was said, and how it was taken.
pub(crate) fn answered<'w, 'a>(
    window: &'w [Exchange<'a>],
) -> impl Iterator<Item = (&'w Exchange<'a>, &'w Exchange<'a>)> {
    window.windows(2).filter_map(|pair| match pair {
        [said, then] => {
            let gap = then.at.duration_since(said.at);
            (SignedDuration::ZERO..SESSION_GAP).contains(&gap).then_some((said, then))
        }
        _ => None,
    })
}
