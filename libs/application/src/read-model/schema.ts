import { int2, int8, position } from '@tidemark/projections';
import { jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';

// The tables that queries read besides those of a projection, which are declared beside it.

/** The directory: one wallet id lives in one region. */
export const wallets = pgTable('wallets', {
  walletId: text('wallet_id').primaryKey(),
  region: text('region').notNull(),
});

/** Which build of a projection readers see, and which others those of some regions; read with `LIVE_BUILDS`. */
export const projections = pgTable('projections', {
  name: text('name').primaryKey(),
  liveGeneration: int8('live_generation').notNull(),
  regionBuilds: jsonb('region_builds').notNull(),
});

export const shardCheckpoints = pgTable(
  'shard_checkpoints',
  {
    projection: text('projection').notNull(),
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    shard: int2('shard').notNull(),
    position: position('position').notNull(),
    commitId: uuid('commit_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projection, table.generation, table.region, table.shard] })],
);
