//! Resume: what was heard by an earlier run of the program and cut off before it was answered is answered now.
//!
//! The person may be gone by then; the answer is in the log, where every door finds it, and a delivery that is repeated
//! gets it. Each person's turns are answered in the order they were heard, before anything they say now.

use super::hear::{Turn, left_unanswered};
use super::{Result, Sink, answer};
use crate::person::Person;
use crate::philia::Philia;
use philia_mind::InteractionId;
use philia_ports::{Partition, PartitionId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// So many people are answered at once: whoever talks now wants the model, too.
const AT_ONCE: usize = 8;

/// A turn that was heard and not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    pub(crate) partition: Partition,
    pub(crate) interaction: InteractionId,
}

impl Philia {
    /// Takes up what [`Philia::recover`] found unanswered, in the order in which it was heard, and returns how many
    /// turns that are. They are answered in the background, and [`Philia::idle`] waits for them. Call it before any
    /// door opens, so that they come before whatever is said then.
    pub async fn resume(&self, unanswered: Vec<Unanswered>) -> usize {
        let mut people: HashMap<PartitionId, (Person, Vec<Turn>)> = HashMap::new();
        for Unanswered { partition, interaction } in unanswered {
            let person = self.of(partition);
            match left_unanswered(&person, &interaction).await {
                Ok(Some(turn)) => {
                    people.entry(person.id().clone()).or_insert_with(|| (person, Vec::new())).1.push(turn);
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, %interaction, "a turn cannot be resumed; its message is kept"),
            }
        }
        let count = people.values().map(|(_, turns)| turns.len()).sum();
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        for (person, turns) in people.into_values() {
            let (running, permits) = (self.0.running.token(), permits.clone());
            tokio::spawn(async move {
                // Nobody closes it.
                let _permit = permits.acquire().await;
                for turn in turns {
                    let id = turn.interaction.id.clone();
                    if let Err(error) = take_up(&person, turn).await {
                        tracing::error!(%error, interaction = %id, "a turn was not resumed; its message is kept");
                    }
                }
                drop(running);
            });
        }
        count
    }
}

async fn take_up(person: &Person, turn: Turn) -> Result<()> {
    let (sink, began) = (Sink { listener: None, watched: false }, Instant::now());
    let read = person.app.care.examine(&turn.interaction.message);
    answer(person, turn, read, &sink).await?.end(person, sink, began).await;
    Ok(())
}
