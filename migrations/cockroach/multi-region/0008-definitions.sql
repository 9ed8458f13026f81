-- As in 0002, for fee schedules and exchange rates.
ALTER TABLE definitions SET (schema_locked = false);
ALTER TABLE definitions SET LOCALITY GLOBAL;
