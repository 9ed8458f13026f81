-- As in 0003, for the journal, the trial balance and daily totals.

ALTER TABLE journal_entries SET (schema_locked = false);
ALTER TABLE journal_entries ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE journal_entries SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE account_totals SET (schema_locked = false);
ALTER TABLE account_totals ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE account_totals SET LOCALITY REGIONAL BY ROW AS crdb_region;

ALTER TABLE daily_totals SET (schema_locked = false);
ALTER TABLE daily_totals ADD COLUMN IF NOT EXISTS crdb_region crdb_internal_region NOT NULL AS (CASE region {{cases}} ELSE {{primary_value}} END) STORED;
ALTER TABLE daily_totals SET LOCALITY REGIONAL BY ROW AS crdb_region;
