//! How far the index has come with a person, and who may write of them.
//!
//! Qdrant has no transactions. So a person has a point that says how far the index has come, with the stamp of whoever
//! wrote last. Whoever wants to write puts a stamp of their own there and *busy*, on condition that the stamp they have
//! seen stands there still (a change of payload by a filter, which Qdrant does in one step), and reads who it is now. When
//! everything is written, they say so on the same condition. So
//!
//! - of two who bring the same changes one writes, and the other is told that they came too late;
//! - how far the index has come moves when the points are there, and never back;
//! - whoever is cut off leaves *busy* behind. After a while somebody takes over and fills the index anew, under another
//!   name of the person: what is still on its way from the first is found by nobody.

use crate::collections::{Collections, Point, Vectors};
use crate::entry::{head_id, is};
use philia_mind::memory::Speaker;
use philia_ports::IndexError;
use philia_ports::store::PartitionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long it is waited between two looks at somebody who is busy.
const PAUSE: Duration = Duration::from_millis(20);

/// The number of the format that heads and entries are kept in.
pub(crate) const FORMAT: u32 = 1;

/// A person's point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Head {
    /// The format of what is kept: in that of another program nothing is there.
    pub(crate) format: u32,
    /// Who wrote last, or is writing.
    pub(crate) stamp: String,
    /// Something is being written: what is there may be half of it.
    pub(crate) busy: bool,
    /// The name under which their entries are kept: another one whenever everything is taken in anew.
    pub(crate) person: String,
    pub(crate) generation: u64,
    pub(crate) upto: u64,
    /// The length of every vector; 0 before the first.
    pub(crate) dimensions: usize,
    pub(crate) entries: usize,
    /// The words of all entries, and of all their neighbourhoods.
    pub(crate) length: u64,
    pub(crate) window: u64,
    /// Others by name, with how many entries are theirs.
    pub(crate) speakers: BTreeMap<String, u64>,
}

impl Head {
    pub(crate) fn count(&mut self, speaker: &Speaker, come: bool) {
        if let Speaker::Other(name) = speaker {
            let entries = self.speakers.entry(name.clone()).or_default();
            *entries = if come { *entries + 1 } else { entries.saturating_sub(1) };
            if *entries == 0 {
                self.speakers.remove(name);
            }
        }
    }
}

impl Collections {
    /// How far it has come with somebody; none if nothing is known of them.
    pub(crate) async fn head(&self, id: &PartitionId) -> Result<Option<Head>, IndexError> {
        let found: Vec<Point<Head>> = self.points(&self.people(), &[head_id(id)], &json!(true), &[]).await?;
        Ok(found.into_iter().next().map(|point| point.payload))
    }

    /// The same when nobody writes any more, or has written on for `patience` without coming to an end.
    pub(crate) async fn settled(&self, id: &PartitionId, patience: Duration) -> Result<Option<Head>, IndexError> {
        let (mut stamp, mut since) = (None, Instant::now());
        loop {
            let head = self.head(id).await?;
            let Some(busy) = head.as_ref().filter(|head| head.busy) else { return Ok(head) };
            if stamp.as_ref() != Some(&busy.stamp) {
                (stamp, since) = (Some(busy.stamp.clone()), Instant::now());
            } else if since.elapsed() >= patience {
                return Ok(head);
            }
            sleep(PAUSE).await;
        }
    }

    /// Lets nobody else write of a person from now on, who stands as was found.
    pub(crate) async fn claim(&self, id: &PartitionId, found: Option<Head>, stamp: String) -> Result<Head, IndexError> {
        let found = match found {
            Some(found) => found,
            None => {
                // Who does this at the same time may undo another's claim, who learns of it when all is written.
                let blank = Head { busy: true, ..Head::default() };
                let point = Point { id: head_id(id), payload: blank, vector: Some(Vectors::default()) };
                self.put(&self.people(), std::slice::from_ref(&point)).await?;
                point.payload
            }
        };
        let mine = Head { stamp: stamp.clone(), busy: true, ..found.clone() };
        self.turn(id, &found.stamp, &json!({ "stamp": stamp, "busy": true })).await?;
        match self.head(id).await? {
            Some(head) if head == mine => Ok(mine),
            _ => Err(IndexError::NotLoaded),
        }
    }

    /// Says that everything is written.
    pub(crate) async fn settle(&self, id: &PartitionId, mut head: Head) -> Result<(), IndexError> {
        head.busy = false;
        self.turn(id, &head.stamp, &json!(head)).await?;
        if self.head(id).await?.as_ref() == Some(&head) { Ok(()) } else { Err(IndexError::NotLoaded) }
    }

    /// Forgets how far it has come, unless somebody else has written since.
    pub(crate) async fn withdraw(&self, id: &PartitionId, stamp: &str) -> Result<(), IndexError> {
        self.write(&self.people(), "delete", &json!({ "filter": stands(id, stamp) })).await
    }

    /// Changes a head that bears that stamp.
    async fn turn(&self, id: &PartitionId, stamp: &str, fields: &Value) -> Result<(), IndexError> {
        self.write(&self.people(), "payload", &json!({ "payload": fields, "filter": stands(id, stamp) })).await
    }
}

/// The head of a person, if it bears that stamp.
fn stands(id: &PartitionId, stamp: &str) -> Value {
    json!({ "must": [{ "has_id": [head_id(id)] }, is("stamp", stamp)] })
}
