-- The projection "daily_totals": how much was moved, and how often, by shard. The day comes early in the key, so that a
-- span of days is a range in each region, and the rows to be added up for one total are neighbours.
CREATE TABLE IF NOT EXISTS daily_totals (
  generation int8 NOT NULL,
  region     text NOT NULL,
  shard      int2 NOT NULL,
  day        date NOT NULL, -- of recording, UTC
  currency   text NOT NULL,
  type       text NOT NULL, -- of the event
  amount     decimal NOT NULL,
  count      decimal NOT NULL,
  CONSTRAINT daily_totals_pkey PRIMARY KEY (generation, region, day, currency, type, shard)
);

GRANT SELECT ON TABLE daily_totals TO tidemark_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE daily_totals TO tidemark_worker;
