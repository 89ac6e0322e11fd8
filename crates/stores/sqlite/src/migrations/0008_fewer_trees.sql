-- Statements and threads are small, are found by their name, and every turn writes some. Their tables are in the order
-- of the names: one tree each, where there were three, so that a turn writes fewer pages. The order by time is made when
-- it is asked for: of a person's few threads, or by an export or a move, which reads all there is anyway.
--
-- Once released, this file never changes; what comes later comes in a file of its own.

CREATE TABLE statement_by_name (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  PRIMARY KEY (partition, id)
) STRICT, WITHOUT ROWID;
INSERT INTO statement_by_name (partition, id, at, version, seq, doc, blob)
  SELECT partition, id, at, version, seq, doc, blob FROM statement ORDER BY partition, id;
DROP TABLE statement;
ALTER TABLE statement_by_name RENAME TO statement;

CREATE TABLE thread_by_name (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  PRIMARY KEY (partition, id)
) STRICT, WITHOUT ROWID;
INSERT INTO thread_by_name (partition, id, at, version, seq, doc, blob)
  SELECT partition, id, at, version, seq, doc, blob FROM thread ORDER BY partition, id;
DROP TABLE thread;
ALTER TABLE thread_by_name RENAME TO thread;
