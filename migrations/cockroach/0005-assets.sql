-- Own assets beside ISO 4217 (POINTS, ETH). Insert-only: a scale that changed would change the meaning of the log.
CREATE TABLE IF NOT EXISTS assets (
  code  text NOT NULL,
  scale int2 NOT NULL,
  CONSTRAINT assets_pkey PRIMARY KEY (code),
  CONSTRAINT assets_scale_range CHECK (scale BETWEEN 0 AND 18)
);
