//! What is taken in.

use crate::collections::{Collections, Point};
use crate::entry::{Head, Kept, is, owner, point_id};
use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Bag;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, IndexError};
use philia_ports::store::PartitionId;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Points written at once.
const BATCH: usize = 256;
/// Two on each side are neighbours.
const REACH: usize = 2;

/// Entries, read. Of two with the same id the later is meant.
pub(crate) struct Coming {
    entries: BTreeMap<String, (Entry, Bag, Option<Vec<f32>>)>,
    /// The length of every vector among them.
    dimensions: Option<usize>,
}

impl Coming {
    pub(crate) fn read(analyzer: &Analyzer, upserts: Vec<Entry>) -> Result<Self, IndexError> {
        let mut dimensions = None;
        let mut entries = BTreeMap::new();
        for mut entry in upserts {
            let vector = entry.vector.take();
            if let Some(vector) = &vector {
                let expected = *dimensions.get_or_insert(vector.len());
                if expected != vector.len() {
                    return Err(IndexError::Dimensions { expected, found: vector.len() });
                }
            }
            let bag = Bag::of(analyzer, &std::mem::take(&mut entry.text));
            entries.insert(entry.id.to_string(), (entry, bag, vector.and_then(direction)));
        }
        Ok(Self { entries, dimensions })
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
}

/// The same with a length of 1; none if it is no direction.
pub(crate) fn direction(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    (length > 0.0 && length.is_finite()).then_some(vector)
}

impl Collections {
    /// Takes in what fits.
    pub(crate) async fn take_in(
        &self,
        id: &PartitionId,
        mut head: Head,
        coming: Coming,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let (owner, person) = (owner(id), head.person(id));
        head.busy = true;
        self.set_head(id, &head).await?;
        let has_vectors = coming.entries.values().any(|(.., vector)| vector.is_some());
        if let Some(dimensions) = coming.dimensions.filter(|_| has_vectors && head.dimensions == 0) {
            self.move_to(&person, dimensions).await?;
            head.dimensions = dimensions;
        }
        let name = self.entries(head.dimensions).await?;

        let named = removals.iter().map(|id| point_id(&person, id));
        let named: BTreeSet<String> =
            named.chain(coming.entries.values().map(|(e, ..)| point_id(&person, &e.id))).collect();
        let there = if head.entries > 0 { self.points(&name, &Vec::from_iter(named)).await? } else { Vec::new() };
        let there: HashMap<String, Kept> = there.into_iter().map(|point| (point.id, point.kept)).collect();
        let mut new: BTreeMap<String, (Kept, Value)> = BTreeMap::new();
        for (entry, bag, vector) in coming.entries.into_values() {
            let (indices, values): (Vec<u32>, Vec<f32>) = bag.impacts().into_iter().unzip();
            let mut vectors = json!({ "words": { "indices": indices, "values": values } });
            if let Some(vector) = vector {
                vectors["meaning"] = json!(vector);
            }
            new.insert(point_id(&person, &entry.id), (Kept::new(&owner, &person, &bag, &entry), vectors));
        }
        let gone: Vec<&String> = there.keys().filter(|point| !new.contains_key(*point)).collect();

        let moved = self.meet(&name, &person, &there, &mut new, &gone).await?;
        for kept in there.values() {
            head.count(&kept.said_by(), false);
            (head.length, head.window) = (head.length - u64::from(kept.length), head.window - u64::from(kept.window));
        }
        for (kept, _) in new.values() {
            head.count(&kept.said_by(), true);
            (head.length, head.window) = (head.length + u64::from(kept.length), head.window + u64::from(kept.window));
        }
        for (before, kept) in moved.values() {
            head.window = head.window + u64::from(kept.window) - u64::from(*before);
        }
        head.entries = head.entries + new.len() - there.len();

        if !gone.is_empty() {
            let path = format!("/collections/{name}/points/delete?wait=true");
            self.server.tell(Method::POST, &path, &json!({ "points": gone })).await?;
        }
        let new: Vec<(String, (Kept, Value))> = new.into_iter().collect();
        for batch in new.chunks(BATCH) {
            let point = |(id, (kept, vectors)): &(String, (Kept, Value))| json!({ "id": id, "vector": vectors, "payload": kept });
            let points: Vec<Value> = batch.iter().map(point).collect();
            let path = format!("/collections/{name}/points?wait=true");
            self.server.tell(Method::PUT, &path, &json!({ "points": points })).await?;
        }
        let moved: Vec<(&String, &Kept)> = moved.iter().map(|(id, (_, kept))| (id, kept)).collect();
        for batch in moved.chunks(BATCH) {
            let set = |(id, kept): &(&String, &Kept)| json!({ "set_payload": { "payload": { "near": kept.near, "window": kept.window }, "points": [id] } });
            let operations: Vec<Value> = batch.iter().map(set).collect();
            let path = format!("/collections/{name}/points/batch?wait=true");
            self.server.tell(Method::POST, &path, &json!({ "operations": operations })).await?;
        }
        self.set_head(id, &Head { busy: false, upto, ..head }).await
    }

    /// Who stands next to whom, in the places where somebody comes or goes. Notes it in what is new, and returns who else
    /// has other neighbours now, with how long their neighbourhood was.
    async fn meet(
        &self,
        name: &str,
        person: &str,
        there: &HashMap<String, Kept>,
        new: &mut BTreeMap<String, (Kept, Value)>,
        gone: &[&String],
    ) -> Result<BTreeMap<String, (u32, Kept)>, IndexError> {
        let comes = new.values().filter_map(|(kept, _)| kept.place.clone());
        let places: BTreeSet<String> = there.values().filter_map(|kept| kept.place.clone()).chain(comes).collect();
        let mut moved = BTreeMap::new();
        for place in places {
            let here = json!({ "must": [is("person", person), is("place", &place)] });
            let old = self.scroll(name, &here, false).await?;
            let stays = |point: &Point| !gone.contains(&&point.id) && !new.contains_key(&point.id);
            let mut standing: Vec<(String, Kept)> =
                old.into_iter().filter(stays).map(|point| (point.id, point.kept)).collect();
            let come = new.iter().filter(|(_, (kept, _))| kept.place.as_ref() == Some(&place));
            standing.extend(come.map(|(id, (kept, _))| (id.clone(), kept.clone())));
            standing.sort_by(|a, b| (a.1.order, &a.1.id).cmp(&(b.1.order, &b.1.id)));
            for (at, (id, kept)) in standing.iter().enumerate() {
                let around = at.saturating_sub(REACH)..(at + REACH + 1).min(standing.len());
                let others = around.filter(|other| *other != at).map(|other| &standing[other]);
                let near: Vec<String> = others.clone().map(|(id, _)| id.clone()).collect();
                let window = kept.length + others.map(|(_, other)| other.length).sum::<u32>();
                if let Some((kept, _)) = new.get_mut(id) {
                    (kept.near, kept.window) = (near, window);
                } else if (&kept.near, kept.window) != (&near, window) {
                    moved.insert(id.clone(), (kept.window, Kept { near, window, ..kept.clone() }));
                }
            }
        }
        Ok(moved)
    }

    /// The first vector has come: what was there before goes where it has room for one.
    async fn move_to(&self, person: &str, dimensions: usize) -> Result<(), IndexError> {
        let (from, to) = (self.entries(0).await?, self.entries(dimensions).await?);
        let theirs = json!({ "must": [is("person", person)] });
        let points = self.scroll(&from, &theirs, true).await?;
        for batch in points.chunks(BATCH) {
            let point = |point: &Point| json!({ "id": point.id, "vector": point.vectors, "payload": point.kept });
            let points: Vec<Value> = batch.iter().map(point).collect();
            let path = format!("/collections/{to}/points?wait=true");
            self.server.tell(Method::PUT, &path, &json!({ "points": points })).await?;
        }
        let path = format!("/collections/{from}/points/delete?wait=true");
        self.server.tell(Method::POST, &path, &json!({ "filter": theirs })).await.map(drop)
    }
}
