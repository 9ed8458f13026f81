-- An idempotency key belongs to its caller as well as to its wallet. What was stored before belongs to no caller (''), and is
-- the answer for every caller who has none of their own under that key. No default: an older process that still runs would
-- go on to store keys of no caller, unseen by the others; it cannot write until it is replaced.
ALTER TABLE command_outcomes ADD COLUMN IF NOT EXISTS caller text NOT NULL DEFAULT ''; -- the name of the API key
ALTER TABLE command_outcomes ALTER COLUMN caller DROP DEFAULT;
ALTER TABLE command_outcomes ALTER PRIMARY KEY USING COLUMNS (region, wallet_id, idempotency_key, caller);
DROP INDEX IF EXISTS command_outcomes@command_outcomes_region_wallet_id_idempotency_key_key CASCADE; -- the former primary key

-- Only wallets that exist by now can have outcomes of no caller. Only their commands look for them.
ALTER TABLE wallets ADD COLUMN IF NOT EXISTS keys_before_callers bool NOT NULL DEFAULT true;
ALTER TABLE wallets ALTER COLUMN keys_before_callers SET DEFAULT false;
