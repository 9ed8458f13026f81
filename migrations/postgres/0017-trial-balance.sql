-- The projection "trial_balance": what was debited and credited to each class of accounts, by shard.
CREATE TABLE IF NOT EXISTS account_totals (
  generation int8 NOT NULL,
  region     text NOT NULL,
  shard      int2 NOT NULL,
  account    text NOT NULL, -- world, transfers or wallets
  currency   text NOT NULL,
  debit      decimal NOT NULL,
  credit     decimal NOT NULL,
  CONSTRAINT account_totals_pkey PRIMARY KEY (generation, region, shard, account, currency)
);

GRANT SELECT ON account_totals TO tidemark_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_totals TO tidemark_worker;
