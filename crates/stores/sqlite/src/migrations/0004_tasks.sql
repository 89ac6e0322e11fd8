-- Where tasks stand in time. The words of a task are in the memory of the same id; here it can be asked, without
-- looking at every memory, what comes up when.
CREATE TABLE task (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  due TEXT AS (doc ->> '$.due'),
  done_at TEXT AS (doc ->> '$.done_at'),
  snoozed_until TEXT AS (doc ->> '$.snoozed_until'),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX task_by_time ON task (partition, at, id);
CREATE INDEX task_by_change ON task (partition, seq, id);
