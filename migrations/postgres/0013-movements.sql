-- Statements become a projection of their own, "movements": a row a wallet to go on from, beside the lines there were.
CREATE TABLE IF NOT EXISTS statement_wallets (
  generation    int8 NOT NULL,
  region        text NOT NULL,
  wallet_id     text NOT NULL,
  shard         int2 NOT NULL,
  version       int8 NOT NULL,
  position      int8 NOT NULL,
  state_version int2 NOT NULL,
  state         text NOT NULL, -- the folded wallet
  CONSTRAINT statement_wallets_pkey PRIMARY KEY (generation, region, wallet_id)
);

INSERT INTO statement_wallets (generation, region, wallet_id, shard, version, position, state_version, state)
SELECT b.generation, b.region, b.wallet_id, b.shard, b.version, b.position, b.state_version, b.state
FROM wallet_balances b
ON CONFLICT DO NOTHING;

INSERT INTO projection_generations (projection, generation, version, state)
SELECT 'movements', g.generation, g.version, g.state FROM projection_generations g WHERE g.projection = 'balances'
ON CONFLICT DO NOTHING;

INSERT INTO shard_checkpoints (projection, generation, region, shard, position, commit_id)
SELECT 'movements', c.generation, c.region, c.shard, c.position, c.commit_id
FROM shard_checkpoints c WHERE c.projection = 'balances'
ON CONFLICT DO NOTHING;

INSERT INTO projections (name, live_generation)
SELECT 'movements', p.live_generation FROM projections p WHERE p.name = 'balances'
ON CONFLICT DO NOTHING;
