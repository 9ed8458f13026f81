-- As in 0002, for the accounts of the outside.
ALTER TABLE outside_accounts SET (schema_locked = false);
ALTER TABLE outside_accounts SET LOCALITY GLOBAL;
