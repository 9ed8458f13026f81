-- The log: inserted, never updated or deleted. The version in the primary key is the lock, and the position is the
-- commit timestamp of the statement that wrote the row.
CREATE TABLE IF NOT EXISTS wallet_events (
  region         text NOT NULL,
  wallet_id      text NOT NULL,
  version        int8 NOT NULL,
  shard          int2 NOT NULL,
  position       decimal NOT NULL DEFAULT cluster_logical_timestamp(),
  recorded_at    timestamptz(3) NOT NULL,
  type           text NOT NULL,
  schema_version int2 NOT NULL,
  data           text NOT NULL, -- JSON text, byte for byte as it was hashed
  metadata       text NOT NULL,
  hash           bytea NOT NULL,
  CONSTRAINT wallet_events_pkey PRIMARY KEY (region, wallet_id, version),
  CONSTRAINT wallet_events_version_positive CHECK (version > 0)
);

-- A flush is a commit, and the commit is what tailers follow: one row for each region that it touched. The lane keeps
-- the monotonic position from making one hot range.
CREATE TABLE IF NOT EXISTS commits (
  region    text NOT NULL,
  lane      int2 NOT NULL,
  position  decimal NOT NULL DEFAULT cluster_logical_timestamp(),
  commit_id uuid NOT NULL,
  appended  text NOT NULL, -- JSON: [[walletId, first version, last version], …]
  CONSTRAINT commits_pkey PRIMARY KEY (region, lane, position, commit_id)
);
