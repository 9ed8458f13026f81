-- Who follows which shard of a region's log. No heartbeat: who stops moving checkpoints while there is something to
-- follow has lost the shard, and the token (a fencing token) keeps it from writing when it wakes up.
CREATE TABLE IF NOT EXISTS shard_leases (
  region text NOT NULL,
  shard  int2 NOT NULL,
  token  int8 NOT NULL,
  owner  text, -- "region/process"; null: nobody's
  CONSTRAINT shard_leases_pkey PRIMARY KEY (region, shard)
);

-- How far each build of a projection has followed each shard; moved in the transaction that writes its rows.
CREATE TABLE IF NOT EXISTS shard_checkpoints (
  projection text NOT NULL,
  generation int8 NOT NULL,
  region     text NOT NULL,
  shard      int2 NOT NULL,
  position   int8 NOT NULL,
  commit_id  uuid NOT NULL,
  CONSTRAINT shard_checkpoints_pkey PRIMARY KEY (projection, generation, region, shard)
);

INSERT INTO shard_checkpoints (projection, generation, region, shard, position, commit_id)
SELECT c.projection, c.generation, c.region, s.shard, c.position, c.commit_id
FROM projection_checkpoints c, generate_series(0, 63) AS s(shard)
ON CONFLICT DO NOTHING;
