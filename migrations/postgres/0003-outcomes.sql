-- What each idempotency key was answered, accepted and rejected alike. Insert-only: a lost row is a payment made twice.
CREATE TABLE IF NOT EXISTS command_outcomes (
  region          text NOT NULL,
  wallet_id       text NOT NULL, -- the key's scope: the wallet in the path, or a transfer's source
  idempotency_key text NOT NULL,
  request_hash    text NOT NULL, -- base64url sha256 of the request as it was understood
  position        int8, -- of the events it appended; null where it appended none
  recorded_at     timestamptz(3) NOT NULL,
  result          text NOT NULL, -- JSON: the first answer
  CONSTRAINT command_outcomes_pkey PRIMARY KEY (region, wallet_id, idempotency_key)
);
