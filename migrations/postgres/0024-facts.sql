-- What a wallet remembers by key outside of its state: the last that an event said under that key. Written by the statement that
-- appends the event, whose version guards it. Derived: follows from the events alone.
CREATE TABLE IF NOT EXISTS wallet_facts (
  region    text NOT NULL,
  wallet_id text NOT NULL,
  key       text NOT NULL, -- the fact's name and key, as in reversed:mv_1
  version   int8 NOT NULL, -- of the event that said it
  value     text NOT NULL, -- JSON
  CONSTRAINT wallet_facts_pkey PRIMARY KEY (region, wallet_id, key)
);

-- Finds a movement by its id.
CREATE INDEX IF NOT EXISTS wallet_movements_by_id ON wallet_movements (generation, region, movement_id);
