-- Keys of people whose content is sealed above the store. What is sealed has no clear document: the columns that other
-- tables generate from theirs are then empty.
--
-- Once released, this file never changes; what comes later comes in a file of its own.

-- The keys of a person, wrapped by the master key; in the program's own partition, which key that is.
CREATE TABLE data_key (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX data_key_by_time ON data_key (partition, at, id);
CREATE INDEX data_key_by_change ON data_key (partition, seq, id);
