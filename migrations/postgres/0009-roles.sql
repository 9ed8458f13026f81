-- Who may do what. Both act through SET ROLE, so a login needs no more than to be granted one of them.
DO $$ BEGIN
  CREATE ROLE tidemark_api NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the cluster, not to this database
END $$;

DO $$ BEGIN
  CREATE ROLE tidemark_worker NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

GRANT tidemark_api, tidemark_worker TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO tidemark_api, tidemark_worker;

-- The API appends. It cannot update, delete or truncate what is the truth.
GRANT SELECT, INSERT ON wallet_events, commits, command_outcomes TO tidemark_api;
GRANT SELECT, INSERT ON wallets TO tidemark_api;
GRANT UPDATE (region, former_regions) ON wallets TO tidemark_api; -- SELECT … FOR UPDATE asks for it
GRANT SELECT, UPDATE ON log_head TO tidemark_api;
GRANT SELECT, INSERT, UPDATE ON wallet_snapshots TO tidemark_api;
GRANT SELECT ON assets, api_keys, schema_migrations TO tidemark_api;
GRANT SELECT ON projections, projection_checkpoints, wallet_balances, wallet_movements TO tidemark_api;

-- The worker reads the log and owns the read model.
GRANT SELECT ON wallets, wallet_events, commits, log_head, assets, schema_migrations TO tidemark_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON projections, projection_checkpoints TO tidemark_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON wallet_balances, wallet_movements TO tidemark_worker;
