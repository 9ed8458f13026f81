-- Each row lives in the region that its key begins with. The column is computed from that key, so CockroachDB knows that a
-- key can only be in one region: no uniqueness check crosses regions, and a statement that names the region stays there.
-- Rows of the time before (region `local`) live in the primary region.

ALTER TABLE wallets SET (schema_locked = false);
ALTER TABLE wallets ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallets SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE wallet_events SET (schema_locked = false);
ALTER TABLE wallet_events ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallet_events SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE commits SET (schema_locked = false);
ALTER TABLE commits ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE commits SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE command_outcomes SET (schema_locked = false);
ALTER TABLE command_outcomes ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE command_outcomes SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE wallet_snapshots SET (schema_locked = false);
ALTER TABLE wallet_snapshots ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallet_snapshots SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE wallet_balances SET (schema_locked = false);
ALTER TABLE wallet_balances ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallet_balances SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE wallet_movements SET (schema_locked = false);
ALTER TABLE wallet_movements ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallet_movements SET LOCALITY REGIONAL BY ROW AS crdb_region;
