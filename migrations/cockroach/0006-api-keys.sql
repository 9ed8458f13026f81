-- Only the hash of a key is kept: who reads this table cannot call the API.
CREATE TABLE IF NOT EXISTS api_keys (
  key_id     text NOT NULL,
  name       text NOT NULL, -- the caller, as events remember it
  key_hash   text NOT NULL, -- base64url sha256 of the secret
  scopes     text NOT NULL, -- read, write, operate; comma-separated
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  revoked_at timestamptz(3),
  CONSTRAINT api_keys_pkey PRIMARY KEY (key_id),
  CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash)
);
