-- Records in partitions: one table per kind of record, named after it.
--
-- Once released, this file never changes; what comes later comes in a file of its own. It runs in a transaction whose
-- search_path is the store's schema.
--
-- Every table of records has the same first columns:
--   partition  whose it is (partition.id)
--   id         its name within partition and kind, ordered by bytes
--   at         the instant it is ordered by, in microseconds since 1970 (UTC); at_utc says the same as a timestamp
--   version    1 when inserted, one more with every rewrite
--   seq        the commit of the partition that changed it last
--   doc        the document, an object
--   exact      the document as it was written, where JSONB cannot hold it: JSONB knows neither the character NUL (doc
--              has U+FFFD for it) nor the difference between 1e16 and 10000000000000000, or between 0.0 and -0.0
--   blob       bytes beside it, such as an embedding
-- The columns after them are made from doc, for people who read with plain SQL; long texts (what was said, what a
-- memory says) are in doc alone, because a generated column is stored. Their checks hold for what is in the clear: a
-- sealed or absent field is NULL and passes. What may grow (a memory's category) is not checked.

-- A person (account and subject), and how far they are. Whoever commits locks this row first.
CREATE TABLE partition (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account    text   COLLATE "C" NOT NULL,
  subject    text   COLLATE "C" NOT NULL,
  generation bigint NOT NULL CHECK (generation >= 0), -- how often they were erased before
  head       bigint NOT NULL CHECK (head >= 0),       -- their newest commit
  records    bigint NOT NULL CHECK (records >= 0),    -- how many records they have
  UNIQUE (account, subject)
) WITH (fillfactor = 50); -- every commit rewrites a row, in its page if there is room

-- What is left of those who were erased: that it happened, and a hash of the name.
CREATE TABLE erased (
  name_sha256 bytea  PRIMARY KEY,                  -- SHA-256 of 'account/subject'
  generation  bigint NOT NULL CHECK (generation > 0) -- how often
);

-- Records that are gone, for those who follow the changes.
CREATE TABLE deleted (
  partition bigint NOT NULL,
  kind      text   COLLATE "C" NOT NULL,
  id        text   COLLATE "C" NOT NULL,
  seq       bigint NOT NULL,
  PRIMARY KEY (partition, kind, id)
);
CREATE INDEX deleted_by_change ON deleted (partition, kind, seq, id);

-- The records. No foreign key to partition: philia_commit, which alone writes, holds that row's lock, and a key would
-- be looked up once more for every record.
DO $$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY[
    'profile', 'persona', 'companion', 'trait_version', 'interaction', 'memory', 'fact', 'statement', 'task', 'access',
    'conflict', 'incident', 'reflection', 'job', 'session', 'thread', 'block', 'document', 'blob', 'source',
    'sync_log', 'plugin', 'account', 'identity', 'audit', 'data_key'
  ] LOOP
    EXECUTE format($table$
      CREATE TABLE %1$I (
        partition bigint NOT NULL,
        id        text   COLLATE "C" NOT NULL,
        at        bigint NOT NULL,
        version   bigint NOT NULL CHECK (version > 0),
        seq       bigint NOT NULL,
        doc       jsonb  NOT NULL CHECK (jsonb_typeof(doc) = 'object'),
        exact     text,
        blob      bytea,
        -- None before 4713 BC, where PostgreSQL's calendar begins, and after the year 10000.
        at_utc    timestamp GENERATED ALWAYS AS (
          CASE WHEN at BETWEEN -210000000000000000 AND 253500000000000000 THEN timestamp '1970-01-01' + at * interval '1 microsecond' END
        ) STORED,
        PRIMARY KEY (partition, id)
      )$table$, kind);
    EXECUTE format('CREATE INDEX %I ON %I (partition, at, id)', kind || '_by_time', kind);
    -- Jobs are not followed.
    IF kind <> 'job' THEN
      EXECUTE format('CREATE INDEX %I ON %I (partition, seq, id)', kind || '_by_change', kind);
    END IF;
  END LOOP;
END
$$;

CREATE INDEX job_by_due ON job (at);

ALTER TABLE profile
  ADD display_name text GENERATED ALWAYS AS (doc ->> 'display_name') STORED,
  ADD time_zone text GENERATED ALWAYS AS (doc ->> 'time_zone') STORED,
  ADD persona text GENERATED ALWAYS AS (doc ->> 'persona') STORED,
  ADD privacy text GENERATED ALWAYS AS (doc ->> 'privacy') STORED CHECK (privacy IN ('cloud', 'hybrid', 'local'));

ALTER TABLE interaction
  ADD thread text GENERATED ALWAYS AS (doc ->> 'thread') STORED,
  ADD session text GENERATED ALWAYS AS (doc ->> 'session') STORED,
  ADD persona text GENERATED ALWAYS AS (doc ->> 'persona') STORED,
  ADD channel text GENERATED ALWAYS AS (doc ->> 'channel') STORED,
  ADD stage text GENERATED ALWAYS AS (doc ->> 'stage') STORED CHECK (stage IN ('heard', 'answered', 'imported')),
  ADD model text GENERATED ALWAYS AS (doc ->> 'model') STORED;

ALTER TABLE memory
  ADD kind text GENERATED ALWAYS AS (doc ->> 'kind') STORED CHECK (kind IN ('episodic', 'semantic')),
  ADD category text GENERATED ALWAYS AS (doc ->> 'category') STORED,
  ADD speaker text GENERATED ALWAYS AS (doc ->> 'speaker') STORED,
  ADD importance float8 GENERATED ALWAYS AS ((doc ->> 'importance')::float8) STORED CHECK (importance BETWEEN 0 AND 1),
  ADD confidence float8 GENERATED ALWAYS AS ((doc ->> 'confidence')::float8) STORED CHECK (confidence BETWEEN 0 AND 1),
  ADD occurred_at text GENERATED ALWAYS AS (doc ->> 'occurred_at') STORED,
  ADD valid_until text GENERATED ALWAYS AS (doc ->> 'valid_until') STORED,
  ADD fact_subject text GENERATED ALWAYS AS (doc #>> '{fact,subject}') STORED,
  ADD fact_key text GENERATED ALWAYS AS (doc #>> '{fact,key}') STORED,
  ADD fact_value text GENERATED ALWAYS AS (doc #>> '{fact,value}') STORED;

ALTER TABLE task
  ADD due text GENERATED ALWAYS AS (doc ->> 'due') STORED,
  ADD done_at text GENERATED ALWAYS AS (doc ->> 'done_at') STORED,
  ADD snoozed_until text GENERATED ALWAYS AS (doc ->> 'snoozed_until') STORED;

ALTER TABLE account
  ADD name text GENERATED ALWAYS AS (doc ->> 'name') STORED,
  ADD role text GENERATED ALWAYS AS (doc ->> 'role') STORED CHECK (role IN ('admin', 'public')),
  ADD standing text GENERATED ALWAYS AS (doc ->> 'standing') STORED
    CHECK (standing IN ('pending', 'active', 'suspended', 'deactivated'));

-- Locks a partition's row until the transaction ends, and makes it if there is none. Fails with PH002 if the partition
-- is of another generation.
CREATE FUNCTION philia_home(its_account text, its_subject text, its_name bytea, its_generation bigint)
RETURNS partition LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  home partition%ROWTYPE;
BEGIN
  SELECT * INTO home FROM partition WHERE account = its_account AND subject = its_subject FOR UPDATE;
  IF NOT FOUND THEN
    -- There is no row to lock: whoever makes it and whoever erases it meet at the name.
    PERFORM pg_advisory_xact_lock(hashtextextended(its_account || '/' || its_subject, 7017));
    SELECT * INTO home FROM partition WHERE account = its_account AND subject = its_subject FOR UPDATE;
    IF NOT FOUND AND coalesce((SELECT generation FROM erased WHERE name_sha256 = its_name), 0) = its_generation THEN
      INSERT INTO partition (account, subject, generation, head, records)
        VALUES (its_account, its_subject, its_generation, 0, 0) RETURNING * INTO home;
    END IF;
  END IF;
  IF home.generation IS DISTINCT FROM its_generation THEN
    RAISE EXCEPTION 'the partition was erased' USING ERRCODE = 'PH002';
  END IF;
  RETURN home;
END
$$;

-- Makes all changes of a commit or none, and returns its number: change n is actions[n] ('insert', 'put', 'delete') of
-- the record ids[n] in the table kinds[n]. Fails with PH001 and the number of the first change that does not hold.
--
-- One statement, so one round trip and one transaction, whoever pools the connections. A commit names each record at
-- most once, so changes of one kind and action are made together.
CREATE FUNCTION philia_commit(
  its_account text, its_subject text, its_name bytea, its_generation bigint,
  kinds text[], actions text[], ids text[], ats bigint[], docs text[], exacts text[], blobs bytea[], versions bigint[]
) RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  home   partition%ROWTYPE := philia_home(its_account, its_subject, its_name, its_generation);
  step   record;
  held   text[]; -- the records of a step whose change has held
  failed bigint;
BEGIN
  home.head := home.head + 1;
  FOR step IN
    SELECT c.kind, c.action, count(*) AS changes FROM unnest(kinds, actions) AS c (kind, action) GROUP BY c.kind, c.action
  LOOP
    CASE step.action
      WHEN 'insert' THEN
        EXECUTE format($sql$
          WITH made AS (
            INSERT INTO %I (partition, id, at, version, seq, doc, exact, blob)
            SELECT $1, c.id, c.at, 1, $2, c.doc::jsonb, c.exact, c.blob
            FROM unnest($3, $4, $5, $6, $7, $8, $9) AS c (kind, action, id, at, doc, exact, blob)
            WHERE c.kind = $10 AND c.action = 'insert'
            ON CONFLICT (partition, id) DO NOTHING RETURNING id
          )
          SELECT coalesce(array_agg(id), '{}') FROM made$sql$, step.kind)
        INTO held USING home.id, home.head, kinds, actions, ids, ats, docs, exacts, blobs, step.kind;
        home.records := home.records + cardinality(held);
        IF step.kind <> 'job' THEN
          DELETE FROM deleted d WHERE d.partition = home.id AND d.kind = step.kind AND d.id = ANY (held);
        END IF;
      WHEN 'put' THEN
        EXECUTE format($sql$
          WITH made AS (
            UPDATE %I t SET at = c.at, version = t.version + 1, seq = $2, doc = c.doc::jsonb, exact = c.exact, blob = c.blob
            FROM unnest($3, $4, $5, $6, $7, $8, $9, $11) AS c (kind, action, id, at, doc, exact, blob, version)
            WHERE c.kind = $10 AND c.action = 'put' AND t.partition = $1 AND t.id = c.id AND t.version = c.version
            RETURNING t.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM made$sql$, step.kind)
        INTO held USING home.id, home.head, kinds, actions, ids, ats, docs, exacts, blobs, step.kind, versions;
      WHEN 'delete' THEN
        EXECUTE format($sql$
          WITH gone AS (
            DELETE FROM %I t USING unnest($2, $3, $4, $5) AS c (kind, action, id, version)
            WHERE c.kind = $6 AND c.action = 'delete' AND t.partition = $1 AND t.id = c.id
              AND t.version = coalesce(c.version, t.version)
            RETURNING t.id
          )
          SELECT coalesce(array_agg(id), '{}') FROM gone$sql$, step.kind)
        INTO held USING home.id, kinds, actions, ids, versions, step.kind;
        home.records := home.records - cardinality(held);
        IF step.kind <> 'job' THEN
          INSERT INTO deleted (partition, kind, id, seq) SELECT home.id, step.kind, unnest(held), home.head;
        END IF;
    END CASE;
    IF cardinality(held) < step.changes THEN
      SELECT least(failed, min(c.n)) INTO failed
      FROM unnest(kinds, actions, ids, versions) WITH ORDINALITY AS c (kind, action, id, version, n)
      WHERE c.kind = step.kind AND c.action = step.action AND c.id <> ALL (held)
        AND NOT (c.action = 'delete' AND c.version IS NULL);
    END IF;
  END LOOP;
  IF failed IS NOT NULL THEN
    RAISE EXCEPTION 'a record is not at the expected version' USING ERRCODE = 'PH001', DETAIL = failed::text;
  END IF;
  UPDATE partition SET head = home.head, records = home.records WHERE id = home.id;
  RETURN home.head;
END
$$;

-- Removes everything of a partition and raises its generation. It waits for the commits that run, and those that come
-- then find another generation.
CREATE FUNCTION philia_erase(its_account text, its_subject text, its_name bytea, kinds text[])
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  home partition%ROWTYPE;
  kind text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(its_account || '/' || its_subject, 7017));
  SELECT * INTO home FROM partition WHERE account = its_account AND subject = its_subject FOR UPDATE;
  IF FOUND THEN
    FOREACH kind IN ARRAY kinds LOOP
      EXECUTE format('DELETE FROM %I WHERE partition = $1', kind) USING home.id;
    END LOOP;
    DELETE FROM deleted d WHERE d.partition = home.id;
    DELETE FROM partition p WHERE p.id = home.id;
  END IF;
  INSERT INTO erased (name_sha256, generation) VALUES (its_name, coalesce(home.generation, 0) + 1)
    ON CONFLICT (name_sha256) DO UPDATE SET generation = erased.generation + 1;
END
$$;
