//! Reading one partition.

use crate::RedisStore;
use crate::error::Place as _;
use crate::names::{self, Home, NUMBER};
use crate::scripts::{CHANGES, SCAN};
use philia_ports::store::{
    Doc, Feed, Key, Kind, MAX_CHANGES, Order, Page, PartitionId, Position, Record, Scan, StoreError, Touched,
    check_feed, from_micros, micros,
};
use philia_redis::Request;
use redis::pipe;

/// Records whose blobs are read at once: of the largest, 35 MB.
const BLOBS_AT_ONCE: usize = 100;

/// Bytes as they come, or none.
pub(crate) type Bytes = Option<Vec<u8>>;

fn place_of(record: &Record) -> Position {
    Position { at: micros(record.at), id: record.key.id.clone() }
}

impl RedisStore {
    /// A record from its value and its blob.
    pub(crate) fn record(&self, key: Key, value: &[u8], blob: Bytes) -> Result<Record, StoreError> {
        let wrong = |what: &str| self.link.corrupt(format!("{key} has {what}"));
        let (at, rest) = value.split_first_chunk::<NUMBER>().ok_or_else(|| wrong("no time"))?;
        let (version, doc) = rest.split_first_chunk::<NUMBER>().ok_or_else(|| wrong("no version"))?;
        let at = from_micros(names::micros(*at)).ok_or_else(|| wrong("a time outside of all"))?;
        let doc = str::from_utf8(doc).ok().and_then(Doc::kept).ok_or_else(|| wrong("a document that is none"))?;
        Ok(Record { at, version: u64::from_be_bytes(*version), doc, blob, key })
    }

    pub(crate) async fn read_named(&self, id: &PartitionId, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let home = Home::of(id);
        let mut places: Vec<Option<Record>> = vec![None; keys.len()];
        let mut both = pipe();
        both.atomic();
        let mut asked: Vec<Vec<usize>> = Vec::new();
        for kind in Kind::ALL {
            let of_kind: Vec<usize> = (0..keys.len()).filter(|place| keys[*place].kind == *kind).collect();
            if of_kind.is_empty() {
                continue;
            }
            for from in [home.records(*kind), home.blobs(*kind)] {
                both.cmd("HMGET").arg(from);
                for place in &of_kind {
                    both.arg(&keys[*place].id);
                }
            }
            asked.push(of_kind);
        }
        if asked.is_empty() {
            return Ok(places);
        }
        let found: Vec<Vec<Bytes>> = self.ask(Request::Pipeline(&both)).await?;
        let mut found = found.into_iter();
        for of_kind in asked {
            let (values, blobs) = (found.next().unwrap_or_default(), found.next().unwrap_or_default());
            for ((place, value), blob) in of_kind.into_iter().zip(values).zip(blobs) {
                places[place] = value.map(|value| self.record(keys[place].clone(), &value, blob)).transpose()?;
            }
        }
        Ok(places)
    }

    pub(crate) async fn read_range(&self, id: &PartitionId, scan: &Scan) -> Result<Page<Record>, StoreError> {
        let (after, before) = scan.range()?;
        if after >= before {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let home = Home::of(id);
        // One more than the page holds, to know whether there is a next.
        let wanted = scan.page_size() + 1;
        let most = if scan.blobs { wanted.min(BLOBS_AT_ONCE) } else { wanted };
        let (mut after, mut before) = (after, before);
        let mut items = Vec::new();
        while items.len() < wanted {
            let most = most.min(wanted - items.len());
            let some = self.read_part(&home, scan, &after, &before, most).await?;
            let is_last = some.len() < most;
            items.extend(some);
            let Some(last) = items.last().filter(|_| !is_last) else { break };
            match scan.order {
                Order::Ascending => after = place_of(last),
                Order::Descending => before = place_of(last),
            }
        }
        let more = items.len() > scan.page_size();
        items.truncate(scan.page_size());
        let next = items.last().filter(|_| more).map(|last| place_of(last).to_cursor());
        Ok(Page { items, next })
    }

    /// At most so many records between two places.
    async fn read_part(
        &self,
        home: &Home,
        scan: &Scan,
        after: &Position,
        before: &Position,
        most: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let beyond = |position: &Position| [b"(", &names::place(position)[..]].concat();
        let mut script = SCAN.key(home.records(scan.kind));
        script.key(home.blobs(scan.kind)).key(home.times(scan.kind));
        script.arg(beyond(after)).arg(beyond(before));
        script.arg(if scan.order == Order::Descending { "REV" } else { "" }).arg(most).arg(u8::from(scan.blobs));
        let (ids, values, blobs): (Vec<String>, Vec<Bytes>, Vec<Bytes>) = self.ask(Request::Script(&script)).await?;
        let mut blobs = blobs.into_iter();
        let found = ids.into_iter().zip(values).map(|(id, value)| {
            let key = Key::new(scan.kind, id);
            let value = value.ok_or_else(|| self.link.corrupt(format!("{key} is listed and not there")))?;
            self.record(key, &value, blobs.next().flatten())
        });
        found.collect()
    }

    pub(crate) async fn read_changes(
        &self,
        id: &PartitionId,
        kind: Kind,
        since: u64,
        limit: usize,
    ) -> Result<Feed, StoreError> {
        check_feed(kind, limit)?;
        let home = Home::of(id);
        let mut script = CHANGES.key(&home.meta);
        // The last commit on the page is read to its end, and one beyond, to know whether there is more.
        let most = i64::try_from(limit.saturating_add(MAX_CHANGES)).unwrap_or(i64::MAX);
        script.key(home.records(kind)).key(home.seqs(kind)).arg(since).arg(most);
        let (generation, head, ids, commits, there): (u64, u64, Vec<String>, Vec<u64>, Vec<bool>) =
            self.ask(Request::Script(&script)).await?;
        let mut feed = Feed { generation, head, touched: Vec::new(), more: false };
        for ((id, seq), there) in ids.into_iter().zip(commits).zip(there) {
            if feed.touched.len() >= limit && feed.touched.last().is_some_and(|last| last.seq != seq) {
                feed.more = true;
                break;
            }
            feed.touched.push(Touched { seq, id, deleted: !there });
        }
        Ok(feed)
    }
}
