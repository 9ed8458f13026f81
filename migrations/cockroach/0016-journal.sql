-- The projection "journal": double entry. The lines of one event are one entry, and sum to zero in each currency. Line 1 is
-- on an account that is no wallet's, so the index lists entries by account and time, and has one row an entry.
CREATE TABLE IF NOT EXISTS journal_entries (
  generation   int8 NOT NULL,
  region       text NOT NULL,
  wallet_id    text NOT NULL, -- whose event it is
  version      int8 NOT NULL,
  line         int2 NOT NULL,
  position     decimal NOT NULL,
  account      text NOT NULL,
  amount       text NOT NULL, -- canonical, signed: positive is a credit
  currency     text NOT NULL,
  type         text NOT NULL,
  movement_id  text NOT NULL, -- of the deposit or withdrawal, or of the transfer
  effective_at timestamptz(3),
  recorded_at  timestamptz(3) NOT NULL,
  CONSTRAINT journal_entries_pkey PRIMARY KEY (generation, region, wallet_id, version, line),
  INDEX journal_entries_by_time (generation, region, account, recorded_at, wallet_id, version) WHERE line = 1
);

GRANT SELECT ON TABLE journal_entries TO tidemark_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE journal_entries TO tidemark_worker;
