//! The keys, and how a record's name and time become bytes that sort as they should.

use philia_ports::store::{Key, Kind, PartitionId, Position};
use philia_redis::{digest, digest_text};

/// How many shards there are. Part of the layout.
pub(crate) const SHARDS: u16 = 256;
/// Bytes of a time, and of a version.
pub(crate) const NUMBER: usize = 8;

/// The keys of a partition.
pub(crate) struct Home {
    shard: u16,
    /// Its `generation`, `head`, and number of `records`.
    pub(crate) meta: String,
}

impl Home {
    pub(crate) fn of(partition: &PartitionId) -> Self {
        let digest = digest(partition);
        let shard = u16::from(digest[0]);
        Self { shard, meta: format!("philia:{{{shard:03}}}:{}", digest_text(digest)) }
    }

    pub(crate) fn people(&self) -> String {
        people(self.shard)
    }

    pub(crate) fn due(&self) -> String {
        due(self.shard)
    }

    pub(crate) fn traces(&self) -> String {
        traces(self.shard)
    }

    pub(crate) fn records(&self, kind: Kind) -> String {
        format!("{}:{kind}", self.meta)
    }

    pub(crate) fn blobs(&self, kind: Kind) -> String {
        format!("{}:{kind}:blob", self.meta)
    }

    pub(crate) fn times(&self, kind: Kind) -> String {
        format!("{}:{kind}:time", self.meta)
    }

    pub(crate) fn seqs(&self, kind: Kind) -> String {
        format!("{}:{kind}:seq", self.meta)
    }

    /// The four keys of a kind, as the scripts expect them.
    pub(crate) fn kind(&self, kind: Kind) -> [String; 4] {
        [self.records(kind), self.blobs(kind), self.times(kind), self.seqs(kind)]
    }
}

/// The list of a shard's partitions that hold any record.
pub(crate) fn people(shard: u16) -> String {
    format!("philia:{{{shard:03}}}:people")
}

/// The list of a shard's jobs.
pub(crate) fn due(shard: u16) -> String {
    format!("philia:{{{shard:03}}}:due")
}

/// How many erasures may still be read from the server's files.
pub(crate) fn traces(shard: u16) -> String {
    format!("philia:{{{shard:03}}}:traces")
}

/// A time as bytes that sort as it does.
pub(crate) fn time(micros: i64) -> [u8; NUMBER] {
    (micros.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The time of [`time`].
pub(crate) fn micros(bytes: [u8; NUMBER]) -> i64 {
    (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed()
}

/// A place in a list by time.
pub(crate) fn place(position: &Position) -> Vec<u8> {
    [&time(position.at), position.id.as_bytes()].concat()
}

/// A partition as bytes that sort as it does: names hold no zeros.
pub(crate) fn person(partition: &PartitionId) -> Vec<u8> {
    format!("{}\0{}", partition.account(), partition.subject()).into_bytes()
}

/// The partition of [`person`].
pub(crate) fn parse_person(bytes: &[u8]) -> Option<PartitionId> {
    let (account, subject) = std::str::from_utf8(bytes).ok()?.split_once('\0')?;
    PartitionId::parse(&format!("{account}/{subject}")).ok()
}

/// Whose a job is, and its name, from the list of jobs.
pub(crate) fn parse_job(bytes: &[u8]) -> Option<(PartitionId, Key)> {
    let place = bytes.get(NUMBER..)?;
    let end = place.iter().rposition(|byte| *byte == 0)?;
    let id = std::str::from_utf8(&place[end + 1..]).ok()?;
    Some((parse_person(&place[..end])?, Key::new(Kind::Job, id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn times_sort_as_bytes_to_the_ends_of_time() {
        let ends = [Timestamp::MIN, Timestamp::MAX].map(philia_ports::store::micros);
        let all = [i64::MIN, ends[0], -(1 << 53) - 1, -(1 << 53), -1, 0, 1, 1 << 53, (1 << 53) + 1, ends[1], i64::MAX];
        assert!(all.map(time).is_sorted_by(|one, two| one < two));
        assert_eq!(all.map(|at| micros(time(at))), all);
    }

    #[test]
    fn people_sort_as_partitions_do() {
        let id = |account: &str, subject: &str| PartitionId::new(account, subject).unwrap();
        let mut people = vec![id("a b", "x"), id("a", "x"), id("a", "x!"), id("a-", "{}"), id("ä", "\u{1F436}")];
        people.push(PartitionId::system());
        let mut bytes: Vec<_> = people.iter().map(person).collect();
        people.sort();
        bytes.sort();
        assert_eq!(bytes.iter().map(|bytes| parse_person(bytes).unwrap()).collect::<Vec<_>>(), people);
    }

    #[test]
    fn a_job_is_found_from_its_place() {
        let id = PartitionId::new("home", "ana").unwrap();
        let job = [&time(5)[..], &person(&id), b"\0", "j:\u{1F436}".as_bytes()].concat();
        assert_eq!(parse_job(&job), Some((id, Key::new(Kind::Job, "j:\u{1F436}"))));
        assert_eq!((parse_job(b""), parse_job(b"12345678abc"), parse_job(b"12345678\0\0a")), (None, None, None));
    }
}
