-- Bytes that hang on other records, in parts: what an attachment holds.
--
-- Once released, this file never changes; what comes later comes in a file of its own.

-- Bytes in parts; the id is the SHA-256 of the whole and the number of the part, the first of which also says how
-- many there are.
CREATE TABLE blob (
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
CREATE INDEX blob_by_time ON blob (partition, at, id);
CREATE INDEX blob_by_change ON blob (partition, seq, id);
