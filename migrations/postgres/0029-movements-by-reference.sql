-- Finds movements by the caller's own reference. Only those with a reference are in it.
CREATE INDEX IF NOT EXISTS wallet_movements_by_reference
  ON wallet_movements (generation, region, reference, wallet_id, version) WHERE reference IS NOT NULL;
