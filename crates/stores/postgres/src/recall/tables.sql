CREATE TABLE recall_schema (number integer NOT NULL, since timestamptz NOT NULL DEFAULT now());

CREATE SEQUENCE recall_number AS integer;

-- Whom the index follows, and how far. Whoever changes something of a person locks their row first.
CREATE TABLE recall_person (
    account text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    number integer NOT NULL UNIQUE,
    generation bigint NOT NULL,
    upto bigint NOT NULL,
    -- The length of every vector; none before the first.
    dimensions integer,
    next_slot integer NOT NULL,
    entries bigint NOT NULL,
    length bigint NOT NULL,
    window_length bigint NOT NULL,
    -- Others by name, with how many entries are theirs.
    speakers text NOT NULL,
    PRIMARY KEY (account, subject)
);

CREATE TABLE recall_entry (
    person integer NOT NULL,
    slot integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    -- The mind's stems, each with the number of its person before it.
    words tsvector NOT NULL,
    -- What each is worth, by dimension.
    weights sparsevec NOT NULL,
    -- Two on each side.
    near integer[] NOT NULL DEFAULT '{}',
    length integer NOT NULL,
    window_length integer NOT NULL,
    place text COLLATE "C",
    place_order bigint,
    speaker text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    importance double precision NOT NULL,
    reinforced bigint NOT NULL,
    emotion text COLLATE "C",
    tags text[] COLLATE "C" NOT NULL,
    hidden boolean NOT NULL,
    PRIMARY KEY (person, slot)
) WITH (fillfactor = 85);

-- The vectors, apart from what is read far more often; with what most questions keep out. So it is one narrow table that
-- is gone through, and one table alone that the planner knows people's graphs of.
CREATE TABLE recall_vector (
    person integer NOT NULL,
    slot integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    speaker text COLLATE "C" NOT NULL,
    hidden boolean NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (person, slot)
);

CREATE UNIQUE INDEX recall_entry_id ON recall_entry (person, id);
CREATE INDEX recall_entry_place ON recall_entry (person, place, place_order, id) WHERE place IS NOT NULL;
CREATE INDEX recall_entry_at ON recall_entry (person, at);
CREATE INDEX recall_entry_words ON recall_entry USING gin (words) WITH (fastupdate = off);

-- How many entries of a person hold a stem.
CREATE TABLE recall_word (
    person integer NOT NULL,
    stem text COLLATE "C" NOT NULL,
    entries integer NOT NULL,
    PRIMARY KEY (person, stem)
) WITH (fillfactor = 70)
