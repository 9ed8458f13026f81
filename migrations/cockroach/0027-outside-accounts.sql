-- The accounts of the outside that have a name, such as a bank. Insert-only: events name them for ever.
CREATE TABLE IF NOT EXISTS outside_accounts (
  name        text NOT NULL,
  description text NOT NULL,
  defined_at  timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT outside_accounts_pkey PRIMARY KEY (name)
);
