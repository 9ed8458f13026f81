-- Only wallets with something that expires are in it.
CREATE INDEX IF NOT EXISTS wallet_balances_next_due ON wallet_balances (generation, region, next_due, wallet_id)
WHERE next_due IS NOT NULL;
