import type { Engine } from '@tidemark/database';

/**
 * Joins that look rows up by primary key. CockroachDB is told so: it would rather scan a table that it believes to be
 * small, and a scan reads what others write at that moment. Its row sources must be plain for that; a correlated `unnest`
 * makes it scan the table once for each row.
 *
 * Source: https://www.cockroachlabs.com/docs/stable/cost-based-optimizer#join-hints
 */
export const LOOKUP: Record<Engine, { readonly inner: string; readonly left: string }> = {
  cockroach: { inner: 'INNER LOOKUP JOIN', left: 'LEFT LOOKUP JOIN' },
  postgres: { inner: 'JOIN', left: 'LEFT JOIN' },
};
