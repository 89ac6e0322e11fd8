-- Records in partitions: one table per kind of record, named after it.
--
-- Once released, this file never changes; what comes later comes in a file of its own.
--
-- Every table of records has the same first columns:
--   partition  whose it is (partition.id)
--   id         its name within partition and kind
--   at         the instant it is ordered by, in microseconds since 1970 (UTC); at_utc says the same in words
--   version    1 when inserted, one more with every rewrite
--   seq        the commit of the partition that changed it last
--   doc        the document, a JSON object
--   blob       bytes beside it, such as an embedding
-- The columns after them are views into doc, for people who read with plain SQL; they take no space. Their
-- checks hold for what is in the clear: a sealed or absent field is NULL and passes. What may grow (a memory's
-- category) is not checked, because a check can only be changed by rebuilding its table.

-- A person (account and subject), and how far they are.
CREATE TABLE partition (
  id         INTEGER PRIMARY KEY,
  account    TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  generation INTEGER NOT NULL CHECK (generation >= 0), -- how often they were erased before
  head       INTEGER NOT NULL CHECK (head >= 0),       -- their newest commit
  records    INTEGER NOT NULL CHECK (records >= 0),    -- how many records they have
  UNIQUE (account, subject)
) STRICT;

-- What is left of those who were erased: that it happened, and a hash of the name.
CREATE TABLE erased (
  name_sha256 BLOB    NOT NULL PRIMARY KEY,               -- SHA-256 of 'account/subject'
  generation  INTEGER NOT NULL CHECK (generation > 0),    -- how often
  scrubbed    INTEGER NOT NULL CHECK (scrubbed IN (0, 1)) -- are all traces gone from the file too?
) STRICT, WITHOUT ROWID;

-- Records that are gone, for those who follow the changes.
CREATE TABLE deleted (
  partition INTEGER NOT NULL REFERENCES partition (id),
  kind      TEXT    NOT NULL,
  id        TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  PRIMARY KEY (partition, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deleted_by_change ON deleted (partition, kind, seq, id);

-- A person's own settings.
CREATE TABLE profile (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  display_name TEXT AS (doc ->> '$.display_name'),
  time_zone TEXT AS (doc ->> '$.time_zone'),
  persona TEXT AS (doc ->> '$.persona'),
  privacy TEXT AS (doc ->> '$.privacy') CHECK (privacy IN ('cloud', 'hybrid', 'local')),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX profile_by_time ON profile (partition, at, id);
CREATE INDEX profile_by_change ON profile (partition, seq, id);

-- A person's own or imported persona.
CREATE TABLE persona (
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
CREATE INDEX persona_by_time ON persona (partition, at, id);
CREATE INDEX persona_by_change ON persona (partition, seq, id);

-- The living instance of a persona.
CREATE TABLE companion (
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
CREATE INDEX companion_by_time ON companion (partition, at, id);
CREATE INDEX companion_by_change ON companion (partition, seq, id);

-- A version of the traits.
CREATE TABLE trait_version (
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
CREATE INDEX trait_version_by_time ON trait_version (partition, at, id);
CREATE INDEX trait_version_by_change ON trait_version (partition, seq, id);

-- A turn of the log.
CREATE TABLE interaction (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  thread TEXT AS (doc ->> '$.thread'),
  session TEXT AS (doc ->> '$.session'),
  persona TEXT AS (doc ->> '$.persona'),
  channel TEXT AS (doc ->> '$.channel'),
  stage TEXT AS (doc ->> '$.stage') CHECK (stage IN ('heard', 'answered', 'imported')),
  message TEXT AS (doc ->> '$.message'),
  reply TEXT AS (doc ->> '$.reply'),
  model TEXT AS (doc ->> '$.model'),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX interaction_by_time ON interaction (partition, at, id);
CREATE INDEX interaction_by_change ON interaction (partition, seq, id);

-- A memory; the blob is its vector as little-endian f32.
CREATE TABLE memory (
  partition INTEGER NOT NULL REFERENCES partition (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  seq INTEGER NOT NULL,
  doc TEXT NOT NULL CHECK (json_valid(doc)),
  blob BLOB,
  at_utc TEXT AS (strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch')),
  kind TEXT AS (doc ->> '$.kind') CHECK (kind IN ('episodic', 'semantic')),
  category TEXT AS (doc ->> '$.category'),
  content TEXT AS (doc ->> '$.content'),
  speaker TEXT AS (doc ->> '$.speaker'),
  importance REAL AS (doc ->> '$.importance') CHECK (importance BETWEEN 0 AND 1),
  confidence REAL AS (doc ->> '$.confidence') CHECK (confidence BETWEEN 0 AND 1),
  occurred_at TEXT AS (doc ->> '$.occurred_at'),
  valid_until TEXT AS (doc ->> '$.valid_until'),
  fact_subject TEXT AS (doc ->> '$.fact.subject'),
  fact_key TEXT AS (doc ->> '$.fact.key'),
  fact_value TEXT AS (doc ->> '$.fact.value'),
  PRIMARY KEY (partition, id)
) STRICT;
CREATE INDEX memory_by_time ON memory (partition, at, id);
CREATE INDEX memory_by_change ON memory (partition, seq, id);

-- Which memory holds a fact's present value; id is the hash of subject and key.
CREATE TABLE fact (
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
CREATE INDEX fact_by_time ON fact (partition, at, id);
CREATE INDEX fact_by_change ON fact (partition, seq, id);

-- Access counts of memories.
CREATE TABLE access (
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
CREATE INDEX access_by_time ON access (partition, at, id);
CREATE INDEX access_by_change ON access (partition, seq, id);

-- A conflict between memories.
CREATE TABLE "conflict" (
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
CREATE INDEX conflict_by_time ON "conflict" (partition, at, id);
CREATE INDEX conflict_by_change ON "conflict" (partition, seq, id);

-- A security incident.
CREATE TABLE incident (
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
CREATE INDEX incident_by_time ON incident (partition, at, id);
CREATE INDEX incident_by_change ON incident (partition, seq, id);

-- A reflection.
CREATE TABLE reflection (
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
CREATE INDEX reflection_by_time ON reflection (partition, at, id);
CREATE INDEX reflection_by_change ON reflection (partition, seq, id);

-- Work to be done; at is when it is due.
CREATE TABLE job (
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
CREATE INDEX job_by_time ON job (partition, at, id);
CREATE INDEX job_by_change ON job (partition, seq, id);
CREATE INDEX job_by_due ON job (at);

-- A run of turns.
CREATE TABLE session (
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
CREATE INDEX session_by_time ON session (partition, at, id);
CREATE INDEX session_by_change ON session (partition, seq, id);

-- A named conversation.
CREATE TABLE thread (
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
CREATE INDEX thread_by_time ON thread (partition, at, id);
CREATE INDEX thread_by_change ON thread (partition, seq, id);

-- A core block.
CREATE TABLE block (
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
CREATE INDEX block_by_time ON block (partition, at, id);
CREATE INDEX block_by_change ON block (partition, seq, id);

-- An uploaded or synced document.
CREATE TABLE document (
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
CREATE INDEX document_by_time ON document (partition, at, id);
CREATE INDEX document_by_change ON document (partition, seq, id);

-- A source that is synced.
CREATE TABLE source (
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
CREATE INDEX source_by_time ON source (partition, at, id);
CREATE INDEX source_by_change ON source (partition, seq, id);

-- What a sync did.
CREATE TABLE sync_log (
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
CREATE INDEX sync_log_by_time ON sync_log (partition, at, id);
CREATE INDEX sync_log_by_change ON sync_log (partition, seq, id);

-- A plugin's data.
CREATE TABLE plugin (
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
CREATE INDEX plugin_by_time ON plugin (partition, at, id);
CREATE INDEX plugin_by_change ON plugin (partition, seq, id);

-- A login, key or channel id that leads to a partition.
CREATE TABLE identity (
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
CREATE INDEX identity_by_time ON identity (partition, at, id);
CREATE INDEX identity_by_change ON identity (partition, seq, id);

-- An entry of the audit log.
CREATE TABLE audit (
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
CREATE INDEX audit_by_time ON audit (partition, at, id);
CREATE INDEX audit_by_change ON audit (partition, seq, id);
