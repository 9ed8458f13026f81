-- The log: inserted, never updated or deleted. The version in the primary key is the lock.
CREATE TABLE IF NOT EXISTS wallet_events (
  region         text NOT NULL,
  wallet_id      text NOT NULL,
  version        int8 NOT NULL,
  shard          int2 NOT NULL,
  position       int8 NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  type           text NOT NULL,
  schema_version int2 NOT NULL,
  data           text NOT NULL, -- JSON text, byte for byte as it was hashed
  metadata       text NOT NULL,
  hash           bytea NOT NULL,
  CONSTRAINT wallet_events_pkey PRIMARY KEY (region, wallet_id, version),
  CONSTRAINT wallet_events_version_positive CHECK (version > 0)
);

-- A flush is a commit, and the commit is what tailers follow: one row for each region that it touched.
CREATE TABLE IF NOT EXISTS commits (
  region    text NOT NULL,
  lane      int2 NOT NULL,
  position  int8 NOT NULL,
  commit_id uuid NOT NULL,
  appended  text NOT NULL, -- JSON: [[walletId, first version, last version], …]
  CONSTRAINT commits_pkey PRIMARY KEY (region, lane, position, commit_id)
);

-- PostgreSQL's clock of the log. Each flush counts it up and holds the row until it commits, so that positions become
-- visible in their own order. (On CockroachDB the commit timestamp does this without any row.)
CREATE TABLE IF NOT EXISTS log_head (
  position int8 NOT NULL,
  only_row bool NOT NULL DEFAULT true,
  CONSTRAINT log_head_pkey PRIMARY KEY (only_row),
  CONSTRAINT log_head_only_row CHECK (only_row)
) WITH (fillfactor = 10);

INSERT INTO log_head (position) VALUES (0) ON CONFLICT DO NOTHING;
