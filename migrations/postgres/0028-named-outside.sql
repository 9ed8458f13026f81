-- The account of the outside where it has a name, as in world:bank-a; null where it has none.
ALTER TABLE wallet_movements ADD COLUMN IF NOT EXISTS account text;

-- Lists the entries of all named accounts by time. journal_entries_by_time lists those of one account.
CREATE INDEX IF NOT EXISTS journal_entries_named_outside
  ON journal_entries (generation, region, recorded_at, wallet_id, version) WHERE line = 1 AND account LIKE 'world:%';
