-- Who may do what. Both act through SET ROLE, so a login needs no more than to be granted one of them.
CREATE ROLE IF NOT EXISTS tidemark_api;
CREATE ROLE IF NOT EXISTS tidemark_worker;

-- The API appends. It cannot update, delete or truncate what is the truth.
GRANT SELECT, INSERT ON TABLE wallet_events, commits, command_outcomes TO tidemark_api;
GRANT SELECT, INSERT, UPDATE ON TABLE wallets TO tidemark_api; -- SELECT … FOR UPDATE asks for UPDATE
GRANT SELECT, INSERT, UPDATE ON TABLE wallet_snapshots TO tidemark_api;
GRANT SELECT ON TABLE assets, api_keys, schema_migrations TO tidemark_api;
GRANT SELECT ON TABLE projections, projection_checkpoints, wallet_balances, wallet_movements TO tidemark_api;

-- The worker reads the log and owns the read model.
GRANT SELECT ON TABLE wallets, wallet_events, commits, assets, schema_migrations TO tidemark_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE projections, projection_checkpoints TO tidemark_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE wallet_balances, wallet_movements TO tidemark_worker;
