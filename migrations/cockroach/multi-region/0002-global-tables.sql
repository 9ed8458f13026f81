-- Small and read everywhere: each region has its own copy to read, and a write waits for all of them. None of them is ever
-- written by a statement that takes cluster_logical_timestamp(): such a statement would not end.
ALTER TABLE assets SET (schema_locked = false);
ALTER TABLE assets SET LOCALITY GLOBAL;
ALTER TABLE api_keys SET (schema_locked = false);
ALTER TABLE api_keys SET LOCALITY GLOBAL;
ALTER TABLE projections SET (schema_locked = false);
ALTER TABLE projections SET LOCALITY GLOBAL;
ALTER TABLE schema_migrations SET (schema_locked = false);
ALTER TABLE schema_migrations SET LOCALITY GLOBAL;
