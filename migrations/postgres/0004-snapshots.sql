-- Folded states, so that loading a wallet stays flat as it grows. Derived: may be deleted at any time.
CREATE TABLE IF NOT EXISTS wallet_snapshots (
  region        text NOT NULL,
  wallet_id     text NOT NULL,
  version       int8 NOT NULL,
  state_version int2 NOT NULL,
  state         text NOT NULL,
  recorded_at   timestamptz(3) NOT NULL, -- of the event at this version
  hash          bytea NOT NULL,          -- of the event at this version
  CONSTRAINT wallet_snapshots_pkey PRIMARY KEY (region, wallet_id)
);
