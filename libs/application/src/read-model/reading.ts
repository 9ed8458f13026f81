import type { Database, Snapshot } from '@tidemark/database';
import { drizzle } from 'drizzle-orm/node-postgres';

export type Drizzle = ReturnType<typeof openDrizzle>;

/** What the queries of a list are sent with: at the present, or in one snapshot. */
export interface Reading {
  readonly drizzle: Drizzle;
  readonly database: Pick<Database, 'query' | 'engine'>;
  readonly regions: readonly string[];
}

export function openDrizzle(client: Database['pool'] | Snapshot['client']) {
  return drizzle({ client });
}
