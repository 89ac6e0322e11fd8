-- What was said, so that saying it again finds the memory that is there.
--
-- Once released, this file never changes; what comes later comes in a file of its own.

-- Which memory holds a statement; the id is a hash of who said it and of what it says.
CREATE TABLE statement (
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
CREATE INDEX statement_by_time ON statement (partition, at, id);
CREATE INDEX statement_by_change ON statement (partition, seq, id);
