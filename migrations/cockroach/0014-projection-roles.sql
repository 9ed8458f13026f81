-- The API asks for operations; a worker carries them out.
GRANT SELECT ON TABLE shard_leases, shard_checkpoints, projection_generations, build_ranges, parked_wallets,
  statement_wallets TO tidemark_api;
GRANT SELECT, INSERT ON TABLE projection_operations TO tidemark_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE shard_leases, shard_checkpoints, projection_generations, build_ranges,
  parked_wallets, statement_wallets, projection_operations TO tidemark_worker;
GRANT SELECT ON TABLE command_outcomes, wallet_snapshots TO tidemark_worker;
