import { customType, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** int8 on either engine: a string, because it may exceed what a JavaScript number holds. */
export const int8 = customType<{ data: string; driverData: string }>({ dataType: () => 'int8' });
/** int8 on PostgreSQL, decimal on CockroachDB; always selected as text. */
export const position = customType<{ data: string; driverData: string }>({ dataType: () => 'numeric' });
/** ISO 8601, UTC, milliseconds. drizzle switches the pool's own parsers for times off. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamptz(3)',
  fromDriver: (stored) => new Date(stored).toISOString(),
});

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
    shard: integer('shard').notNull(),
    position: position('position').notNull(),
    commitId: text('commit_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projection, table.generation, table.region, table.shard] })],
);

export const walletBalances = pgTable(
  'wallet_balances',
  {
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    walletId: text('wallet_id').notNull(),
    shard: integer('shard').notNull(),
    version: int8('version').notNull(),
    position: position('position').notNull(),
    stateVersion: integer('state_version').notNull(),
    state: text('state').notNull(),
    openedAt: instant('opened_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId] })],
);

export const walletMovements = pgTable(
  'wallet_movements',
  {
    generation: int8('generation').notNull(),
    region: text('region').notNull(),
    walletId: text('wallet_id').notNull(),
    version: int8('version').notNull(),
    position: position('position').notNull(),
    type: text('type').notNull(),
    movementId: text('movement_id').notNull(),
    amount: text('amount').notNull(),
    currency: text('currency').notNull(),
    balanceAfter: text('balance_after').notNull(),
    counterparty: text('counterparty'),
    reference: text('reference'),
    description: text('description'),
    effectiveAt: instant('effective_at'),
    recordedAt: instant('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.generation, table.region, table.walletId, table.version] })],
);
