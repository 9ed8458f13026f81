-- When the next hold or pending movement of a wallet expires; null where none does. The worker reads the wallets that are due.
ALTER TABLE wallet_balances ADD COLUMN IF NOT EXISTS next_due timestamptz(3);
