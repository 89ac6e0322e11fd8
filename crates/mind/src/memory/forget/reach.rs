//! How far forgetting reaches: the turns that what is forgotten came from, all else that rests on them, what was
//! concluded from it, and the replies that quote it.

use crate::text::Analyzer;
use crate::{InteractionId, MemoryId};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is known of a memory when it is asked whether it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its name.
    pub id: MemoryId,
    /// The turns it came from.
    pub turns: Vec<InteractionId>,
    /// The memories it was made from.
    pub memories: Vec<MemoryId>,
    /// It also came from somewhere else (a document, a hand).
    pub elsewhere: bool,
    /// The memories it is linked to.
    pub links: Vec<MemoryId>,
    /// The companion said it.
    pub by_companion: bool,
    /// It is about what is to be forgotten.
    pub named: bool,
    /// It stays, whatever it rests on.
    pub spared: bool,
}

/// What is known of a turn of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its name.
    pub id: InteractionId,
    /// The memories that were in its prompt.
    pub used: Vec<MemoryId>,
    /// The message speaks of what is to be forgotten.
    pub message: bool,
    /// The reply does.
    pub reply: bool,
}

/// Everything that goes, and what must be mended because of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Memories to delete.
    pub memories: BTreeSet<MemoryId>,
    /// Turns whose texts go.
    pub turns: BTreeSet<InteractionId>,
    /// Turns of which only the reply goes.
    pub replies: BTreeSet<InteractionId>,
    /// Memories that stay and have a link to, or a source in, what goes.
    pub mended: BTreeSet<MemoryId>,
    /// Turns that stay and had something in their prompt that goes: do their replies quote it?
    pub quoting: BTreeSet<InteractionId>,
}

/// Follows what was named to everything that rests on it.
///
/// A memory that goes takes the turns it came from (the companion's own words only their reply); a turn that goes
/// takes every memory that rests on nothing else; what was concluded from a memory that goes, goes too, and can be
/// concluded again from what stays.
pub fn reach(memories: &[Remembered], turns: &[Said]) -> Reach {
    let mut reach = Reach::default();
    let spared: HashSet<&InteractionId> =
        memories.iter().filter(|memory| memory.spared).flat_map(|memory| &memory.turns).collect();
    for turn in turns.iter().filter(|turn| !spared.contains(&turn.id)) {
        if turn.message {
            reach.turns.insert(turn.id.clone());
        } else if turn.reply {
            reach.replies.insert(turn.id.clone());
        }
    }
    loop {
        let before = (reach.memories.len(), reach.turns.len(), reach.replies.len());
        for memory in memories.iter().filter(|memory| !memory.spared) {
            if reach.memories.contains(&memory.id) {
                continue;
            }
            let in_turns = |turn| reach.turns.contains(turn) || memory.by_companion && reach.replies.contains(turn);
            let rests_on_turns = !memory.turns.is_empty() || !memory.memories.is_empty();
            let nothing_else = rests_on_turns
                && !memory.elsewhere
                && memory.turns.iter().all(in_turns)
                && memory.memories.iter().all(|id| reach.memories.contains(id));
            let concluded = memory.memories.iter().any(|id| reach.memories.contains(id));
            if !(memory.named || nothing_else || concluded) {
                continue;
            }
            reach.memories.insert(memory.id.clone());
            for turn in memory.turns.iter().filter(|turn| !spared.contains(turn)) {
                if !memory.by_companion {
                    reach.turns.insert(turn.clone());
                } else if !reach.turns.contains(turn) {
                    reach.replies.insert(turn.clone());
                }
            }
        }
        if before == (reach.memories.len(), reach.turns.len(), reach.replies.len()) {
            break;
        }
    }
    let Reach { memories: gone, turns: redacted, replies, mended, quoting } = &mut reach;
    replies.retain(|turn| !redacted.contains(turn));
    let leans = |memory: &&Remembered| {
        memory.links.iter().chain(&memory.memories).any(|id| gone.contains(id))
            || memory.turns.iter().any(|turn| redacted.contains(turn))
    };
    mended.extend(memories.iter().filter(|m| !gone.contains(&m.id)).filter(leans).map(|m| m.id.clone()));
    let drew = |turn: &&Said| {
        !redacted.contains(&turn.id) && !replies.contains(&turn.id) && turn.used.iter().any(|id| gone.contains(id))
    };
    quoting.extend(turns.iter().filter(drew).map(|turn| turn.id.clone()));
    reach
}

/// Does a reply say again what a text said: two of its words that are not in `asked`, or half of them?
pub fn quotes(analyzer: &Analyzer, reply: &str, text: &str, asked: &str) -> bool {
    let asked: HashSet<String> = analyzer.terms(asked).into_iter().collect();
    let mut own: HashMap<String, bool> =
        analyzer.terms(text).into_iter().filter(|term| !asked.contains(term)).map(|term| (term, false)).collect();
    for term in analyzer.terms(reply) {
        own.entry(term).and_modify(|said| *said = true);
    }
    let said = own.values().filter(|said| **said).count();
    said >= 2 || (said > 0 && said * 2 >= own.len())
}
