-- The projection "balances": one row a wallet, and its movements.
CREATE TABLE IF NOT EXISTS wallet_balances (
  generation    int8 NOT NULL,
  region        text NOT NULL,
  wallet_id     text NOT NULL,
  shard         int2 NOT NULL,
  version       int8 NOT NULL,
  position      int8 NOT NULL,
  state_version int2 NOT NULL,
  state         text NOT NULL, -- the folded wallet
  opened_at     timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  CONSTRAINT wallet_balances_pkey PRIMARY KEY (generation, region, wallet_id)
);

CREATE TABLE IF NOT EXISTS wallet_movements (
  generation    int8 NOT NULL,
  region        text NOT NULL,
  wallet_id     text NOT NULL,
  version       int8 NOT NULL,
  position      int8 NOT NULL,
  type          text NOT NULL,
  movement_id   text NOT NULL, -- of the deposit or withdrawal, or of the transfer
  amount        text NOT NULL, -- canonical, signed: what it added
  currency      text NOT NULL,
  balance_after text NOT NULL,
  counterparty  text, -- the other wallet of a transfer
  reference     text,
  description   text,
  effective_at  timestamptz(3),
  recorded_at   timestamptz(3) NOT NULL,
  CONSTRAINT wallet_movements_pkey PRIMARY KEY (generation, region, wallet_id, version)
);
