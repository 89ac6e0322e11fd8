//! What is taken in, by whoever has claimed the person.

use crate::collections::{Collections, Point, Vectors};
use crate::entry::{Kept, Standing, is, owner, point_id};
use crate::head::Head;
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Bag;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, IndexError, dimensions_of, unit};
use philia_ports::store::PartitionId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many on each side are neighbours.
const REACH: usize = 2;

/// Entries, read.
pub(crate) struct Coming {
    /// Of two with the same id the later one is meant.
    entries: BTreeMap<String, (Entry, Bag)>,
    /// The length of every vector among them.
    dimensions: Option<usize>,
}

impl Coming {
    pub(crate) fn read(analyzer: &Analyzer, upserts: Vec<Entry>) -> Result<Self, IndexError> {
        let dimensions = dimensions_of(&upserts)?;
        let read = |mut entry: Entry| {
            let bag = Bag::of(analyzer, &std::mem::take(&mut entry.text));
            entry.vector = entry.vector.take().and_then(unit);
            (entry.id.to_string(), (entry, bag))
        };
        Ok(Self { entries: upserts.into_iter().map(read).collect(), dimensions })
    }

    /// Do the vectors fit?
    pub(crate) fn check(&self, head: &Head) -> Result<(), IndexError> {
        match self.dimensions {
            Some(found) if head.dimensions > 0 && found != head.dimensions => {
                Err(IndexError::Dimensions { expected: head.dimensions, found })
            }
            _ => Ok(()),
        }
    }

    fn has_vectors(&self) -> bool {
        self.entries.values().any(|(entry, _)| entry.vector.is_some())
    }
}

impl Collections {
    /// Takes in what fits; how far it has come then.
    pub(crate) async fn take_in(
        &self,
        id: &PartitionId,
        mut head: Head,
        coming: Coming,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<Head, IndexError> {
        let person = head.person.clone();
        if let Some(dimensions) = coming.dimensions.filter(|_| head.dimensions == 0 && coming.has_vectors()) {
            self.ensure_entries(dimensions).await?;
            if head.entries > 0 {
                self.move_to(&person, dimensions).await?;
            }
            head.dimensions = dimensions;
        }
        self.ensure_entries(head.dimensions).await?;
        let name = self.entries(head.dimensions);

        let named = removals.iter().chain(coming.entries.values().map(|(entry, _)| &entry.id));
        let named: BTreeSet<String> = named.map(|id| point_id(&person, id)).collect();
        let named: Vec<String> = if head.entries > 0 { named.into_iter().collect() } else { Vec::new() };
        let there: Vec<Point<Standing>> = self.points(&name, &named, &json!(Standing::FIELDS), &[]).await?;
        let there: HashMap<String, Standing> = there.into_iter().map(|point| (point.id, point.payload)).collect();
        let mut new: BTreeMap<String, Point> = BTreeMap::new();
        for (entry, bag) in coming.entries.into_values() {
            let point = point_id(&person, &entry.id);
            let payload = Kept::new(owner(id), &person, &bag, &entry);
            let vector = Vectors { meaning: entry.vector, words: Some(bag.impacts().into()) };
            new.insert(point.clone(), Point { id: point, payload, vector: Some(vector) });
        }
        let moved = self.meet(&name, &head, &there, &mut new).await?;

        for standing in there.values() {
            head.count(&standing.said_by(), false);
            head.length -= u64::from(standing.length);
            head.window -= u64::from(standing.window);
        }
        for standing in new.values().map(|point| &point.payload.standing) {
            head.count(&standing.said_by(), true);
            head.length += u64::from(standing.length);
            head.window += u64::from(standing.window);
        }
        for (before, now) in moved.values() {
            head.window = head.window + u64::from(now.window) - u64::from(before.window);
        }
        head.entries = head.entries + new.len() - there.len();
        head.upto = upto;

        let gone: Vec<&String> = there.keys().filter(|point| !new.contains_key(*point)).collect();
        if !gone.is_empty() {
            self.write(&name, "delete", &json!({ "points": gone })).await?;
        }
        self.put(&name, &new.into_values().collect::<Vec<_>>()).await?;
        let fields = |now: Standing| json!({ "near": now.near, "window": now.window });
        let moved: Vec<(String, Value)> = moved.into_iter().map(|(point, (_, now))| (point, fields(now))).collect();
        self.amend(&name, &moved).await?;
        Ok(head)
    }

    /// Who stands next to whom, in the places where somebody comes or goes. Notes it in what is new, and returns who else
    /// has other neighbours now: as they were, and as they are.
    async fn meet(
        &self,
        name: &str,
        head: &Head,
        there: &HashMap<String, Standing>,
        new: &mut BTreeMap<String, Point>,
    ) -> Result<BTreeMap<String, (Standing, Standing)>, IndexError> {
        let mut places: BTreeMap<String, Vec<(String, Standing)>> = BTreeMap::new();
        for place in there.values().filter_map(|standing| standing.place.clone()) {
            places.entry(place).or_default();
        }
        for (id, standing) in new.iter().map(|(id, point)| (id, &point.payload.standing)) {
            if let Some(place) = standing.place.clone() {
                places.entry(place).or_default().push((id.clone(), standing.clone()));
            }
        }
        let mut moved = BTreeMap::new();
        for (place, mut standing) in places {
            let here = json!({ "must": [is("person", &head.person), is("place", place)] });
            let old: Vec<Point<Standing>> = match head.entries {
                0 => Vec::new(),
                _ => self.scroll(name, &here, &json!(Standing::FIELDS), &[]).await?,
            };
            let stays = |point: &Point<Standing>| !there.contains_key(&point.id) && !new.contains_key(&point.id);
            standing.extend(old.into_iter().filter(stays).map(|point| (point.id, point.payload)));
            for (id, before, now) in arranged(standing) {
                match new.get_mut(&id) {
                    Some(point) => point.payload.standing = now,
                    None if before != now => drop(moved.insert(id, (before, now))),
                    None => {}
                }
            }
        }
        Ok(moved)
    }

    /// The first vector has come: what was there before goes where it has room for one.
    async fn move_to(&self, person: &str, dimensions: usize) -> Result<(), IndexError> {
        let (from, to) = (self.entries(0), self.entries(dimensions));
        let theirs = json!({ "must": [is("person", person)] });
        let points: Vec<Point> = self.scroll(&from, &theirs, &json!(true), &["words"]).await?;
        self.put(&to, &points).await?;
        self.write(&from, "delete", &json!({ "filter": theirs })).await
    }
}

/// All who stand in one place, as they were and with their neighbours as they are now.
fn arranged(mut standing: Vec<(String, Standing)>) -> Vec<(String, Standing, Standing)> {
    standing.sort_by(|(_, a), (_, b)| (a.order, &a.id).cmp(&(b.order, &b.id)));
    let now = |at: usize| {
        let around = at.saturating_sub(REACH)..(at + REACH + 1).min(standing.len());
        let (_, own) = &standing[at];
        let others = || around.clone().filter(|other| *other != at).map(|other| &standing[other]);
        let window = own.length + others().map(|(_, other)| other.length).sum::<u32>();
        Standing { near: others().map(|(point, _)| point.clone()).collect(), window, ..own.clone() }
    };
    let now: Vec<Standing> = (0..standing.len()).map(now).collect();
    standing.into_iter().zip(now).map(|((point, before), now)| (point, before, now)).collect()
}
