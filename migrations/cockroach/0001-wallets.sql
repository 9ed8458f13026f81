-- The directory: one wallet id lives in one region. Written by opening and rehoming only.
CREATE TABLE IF NOT EXISTS wallets (
  wallet_id text NOT NULL,
  region    text NOT NULL,
  CONSTRAINT wallets_pkey PRIMARY KEY (wallet_id)
);
