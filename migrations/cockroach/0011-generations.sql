-- The builds of a projection. The live one is where `projections.live_generation` points; all that are `following` are
-- kept up to date, so that going back is instant.
CREATE TABLE IF NOT EXISTS projection_generations (
  projection  text NOT NULL,
  generation  int8 NOT NULL,
  version     int4 NOT NULL, -- of the projection's code that built it
  state       text NOT NULL,
  built_to    decimal, -- position up to which it was built from ranges of the log; null: it has followed from the start
  certificate text, -- JSON
  verified    text, -- JSON: what the last verification found
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT projection_generations_pkey PRIMARY KEY (projection, generation),
  CONSTRAINT projection_generations_state CHECK (state IN ('building', 'following', 'dropped'))
);

INSERT INTO projection_generations (projection, generation, version, state)
SELECT p.name, p.live_generation, 1, 'following' FROM projections p
ON CONFLICT DO NOTHING;

-- What a build has still to read, in ranges of wallet ids: the place in a range moves in the transaction that writes its
-- rows, so a build goes on where it was left.
CREATE TABLE IF NOT EXISTS build_ranges (
  projection   text NOT NULL,
  generation   int8 NOT NULL,
  region       text NOT NULL,
  after_wallet text NOT NULL, -- exclusive
  to_wallet    text,          -- inclusive; null: to the end
  at_wallet    text NOT NULL, -- the last event that was read
  at_version   int8 NOT NULL,
  events       int8 NOT NULL DEFAULT 0,
  done         bool NOT NULL DEFAULT false,
  token        int8 NOT NULL DEFAULT 0,
  owner        text,
  CONSTRAINT build_ranges_pkey PRIMARY KEY (projection, generation, region, after_wallet)
);

-- Wallets that a build could not go on with. Their shard goes on; the event is kept for a retry, never skipped.
CREATE TABLE IF NOT EXISTS parked_wallets (
  projection text NOT NULL,
  generation int8 NOT NULL,
  region     text NOT NULL,
  wallet_id  text NOT NULL,
  shard      int2 NOT NULL,
  version    int8 NOT NULL, -- of the first event that is not applied
  reason     text NOT NULL,
  parked_at  timestamptz(3) NOT NULL,
  retry      text, -- asked for by an operator: continue, or rebuild (from the wallet's first event)
  attempts   int4 NOT NULL DEFAULT 1,
  CONSTRAINT parked_wallets_pkey PRIMARY KEY (projection, generation, region, wallet_id),
  CONSTRAINT parked_wallets_retry CHECK (retry IN ('continue', 'rebuild'))
);
