//! What every parser yields.

use super::Format;
use jiff::Timestamp;
use philia_mind::memory::Speaker;

/// One conversation from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// The format it came in.
    pub format: Format,
    /// What makes it this conversation and no other of its format. The same in every later export of it.
    pub identity: String,
    /// Its name for a person; becomes the thread's.
    pub title: String,
    /// What was said, in order.
    pub turns: Vec<SpokenTurn>,
    /// What the parser left out, and why.
    pub skipped: Vec<Skipped>,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq)]
pub struct SpokenTurn {
    /// Who said it.
    pub speaker: Speaker,
    /// What was said, verbatim.
    pub text: String,
    /// When. None only if nothing in the conversation is dated.
    pub at: Option<Timestamp>,
    /// The source's own name for it.
    pub native_id: Option<String>,
    /// The source's own name of the session it belongs to; none leaves sessions to the gaps in time.
    pub session: Option<String>,
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// What it was and why, for a person.
    pub why: String,
    /// How many.
    pub count: usize,
}

impl Conversation {
    /// An empty conversation.
    pub(super) fn new(format: Format, identity: String, title: String) -> Self {
        Self { format, identity, title, turns: Vec::new(), skipped: Vec::new() }
    }

    /// Counts something that was left out.
    pub(super) fn skip(&mut self, why: &str) {
        skip(&mut self.skipped, why, 1);
    }

    /// Gives turns without a date that of the turn before them, or of the first one after, or `otherwise`.
    pub(super) fn date_the_undated(&mut self, otherwise: Option<Timestamp>) {
        let mut last = self.turns.iter().find_map(|turn| turn.at).or(otherwise);
        for turn in &mut self.turns {
            turn.at = turn.at.or(last);
            last = turn.at;
        }
    }
}

/// Counts something that was left out, beside what was left out for the same reason.
pub(super) fn skip(skipped: &mut Vec<Skipped>, why: &str, count: usize) {
    match skipped.iter_mut().find(|known| known.why == why) {
        Some(known) => known.count += count,
        None => skipped.push(Skipped { why: why.to_owned(), count }),
    }
}
