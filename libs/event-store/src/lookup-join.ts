import type { Engine } from '@tidemark/database';

/**
 * Joins that look rows up by primary key. CockroachDB needs a hint for it: it would scan a table that it estimates to be small, and
 * the scan would conflict with concurrent writes. The row source must not be correlated: with a correlated `unnest`, CockroachDB
 * scans the table once for each row.
 *
 * Source: https://www.cockroachlabs.com/docs/stable/cost-based-optimizer#join-hints
 */
export const LOOKUP: Record<Engine, { readonly inner: string; readonly left: string }> = {
  cockroach: { inner: 'INNER LOOKUP JOIN', left: 'LEFT LOOKUP JOIN' },
  postgres: { inner: 'JOIN', left: 'LEFT JOIN' },
};
