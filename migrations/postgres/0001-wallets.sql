-- The directory: one wallet id lives in one region. Written by opening and rehoming only.
CREATE TABLE IF NOT EXISTS wallets (
  wallet_id      text NOT NULL,
  region         text NOT NULL, -- where its next event is written
  former_regions text[] NOT NULL DEFAULT ARRAY[]::text[], -- where its earlier events are
  CONSTRAINT wallets_pkey PRIMARY KEY (wallet_id)
);
