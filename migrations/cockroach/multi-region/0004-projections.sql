-- As in 0003, for the tables of projections that can be rebuilt.

ALTER TABLE shard_leases SET (schema_locked = false);
ALTER TABLE shard_leases ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE shard_leases SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE shard_checkpoints SET (schema_locked = false);
ALTER TABLE shard_checkpoints ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE shard_checkpoints SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE build_ranges SET (schema_locked = false);
ALTER TABLE build_ranges ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE build_ranges SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE parked_wallets SET (schema_locked = false);
ALTER TABLE parked_wallets ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE parked_wallets SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE statement_wallets SET (schema_locked = false);
ALTER TABLE statement_wallets ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE statement_wallets SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE projection_generations SET (schema_locked = false);
ALTER TABLE projection_generations SET LOCALITY GLOBAL;
