-- What is defined at run time, in versions: fee schedules and exchange rates. Insert-only: events name a version for ever.
CREATE TABLE IF NOT EXISTS definitions (
  kind            text NOT NULL, -- fee, rate
  name            text NOT NULL, -- of the fee schedule; of a rate, its currencies as in EUR-USD
  version         int8 NOT NULL,
  definition      text NOT NULL, -- JSON
  caller          text NOT NULL,
  idempotency_key text NOT NULL,
  defined_at      timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT definitions_pkey PRIMARY KEY (kind, name, version),
  CONSTRAINT definitions_once UNIQUE (kind, caller, idempotency_key)
);
