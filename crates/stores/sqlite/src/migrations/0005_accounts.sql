-- Who may come in. The document holds hashes of what opens it (password, sessions, keys), never that itself.
CREATE TABLE account (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  name TEXT AS (doc ->> '$.name'),
  role TEXT AS (doc ->> '$.role') CHECK (role IN ('admin', 'public')),
  standing TEXT AS (doc ->> '$.standing') CHECK (standing IN ('pending', 'active', 'suspended', 'deactivated')),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX account_by_time ON account (partition, at, id);
CREATE INDEX account_by_change ON account (partition, seq, id);
