-- How far each read model has come, who is at work on it, and what was set aside.
-- Safe to run again; a transaction-level lock lets several processes start at once.
SELECT pg_advisory_xact_lock(hashtext('trunkline.install'));

CREATE SCHEMA IF NOT EXISTS projections;

-- Moved in the transaction that writes the rows, by compare-and-set on next_offset and epoch.
CREATE TABLE IF NOT EXISTS projections.checkpoints (
  projection  text COLLATE "C" NOT NULL,
  version     integer NOT NULL,
  partition   integer NOT NULL,
  journal     text COLLATE "C" NOT NULL,  -- the journal's identity: a foreign one is refused
  next_offset bigint NOT NULL,            -- everything before it is in the rows
  epoch       bigint NOT NULL,            -- of the owner: an earlier one writes nothing any more
  count       bigint NOT NULL,            -- records folded
  digest      bytea NOT NULL,             -- sum of their digests modulo 2^128
  last_hash   bytea NOT NULL,             -- digest of the last one, compared on resume
  moved_at    timestamptz NOT NULL,
  PRIMARY KEY (projection, version, partition)
) WITH (fillfactor = 50);

-- Whoever folds a model says so every now and then, by the database's clock.
CREATE TABLE IF NOT EXISTS projections.members (
  projection text COLLATE "C" NOT NULL,
  version    integer NOT NULL,
  member     text COLLATE "C" NOT NULL,
  heartbeat  timestamptz NOT NULL,
  PRIMARY KEY (projection, version, member)
);
-- The member's session, as pg_stat_activity has it: when it has ended the member is gone, however fresh its heartbeat.
ALTER TABLE projections.members ADD COLUMN IF NOT EXISTS backend integer;
ALTER TABLE projections.members ADD COLUMN IF NOT EXISTS backend_start timestamptz;

CREATE TABLE IF NOT EXISTS projections.leases (
  projection text COLLATE "C" NOT NULL,
  version    integer NOT NULL,
  partition  integer NOT NULL,
  owner      text COLLATE "C",            -- a member; NULL: free
  epoch      bigint NOT NULL,             -- grows with every change of owner
  PRIMARY KEY (projection, version, partition)
);

-- Events that a fold refused, or whose rows the tables refused. They are in the count and the digest of their
-- checkpoint, and in no row.
CREATE TABLE IF NOT EXISTS projections.parked (
  projection      text COLLATE "C" NOT NULL,
  version         integer NOT NULL,
  partition       integer NOT NULL,
  journal_offset  bigint NOT NULL,
  reason          text NOT NULL,          -- a code and where; never a value
  at              timestamptz NOT NULL,
  retry_requested boolean NOT NULL DEFAULT false,
  PRIMARY KEY (projection, version, partition, journal_offset)
);
-- Given up by an operator: in no row, ever, and nobody is reminded of it.
ALTER TABLE projections.parked ADD COLUMN IF NOT EXISTS dropped_at timestamptz;

-- The versions of each model's rows, each in a schema of its own; the stable views stand on the live one.
CREATE TABLE IF NOT EXISTS projections.versions (
  projection text COLLATE "C" NOT NULL,
  version    integer NOT NULL,            -- of the rows: counts what was built
  code       integer NOT NULL,            -- of the fold that made them
  state      text COLLATE "C" NOT NULL CHECK (state IN ('building', 'built', 'live', 'former', 'dropping')),
  views_sql  text NOT NULL,               -- of that code: what switching back needs
  made_at    timestamptz NOT NULL,
  PRIMARY KEY (projection, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live_version ON projections.versions (projection) WHERE state = 'live';
