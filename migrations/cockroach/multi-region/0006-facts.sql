-- As in 0003, for facts.

ALTER TABLE wallet_facts SET (schema_locked = false);
ALTER TABLE wallet_facts ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE wallet_facts SET LOCALITY REGIONAL BY ROW AS crdb_region;
