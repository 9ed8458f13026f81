import type { Engine } from '@tidemark/database';
import { visibleBy } from './closed-time.js';
import { LOOKUP } from './lookup-join.js';
import type { FlushRows, OutcomeRow } from './flush.js';

/** One statement and its values. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The one statement of a flush: an implicit transaction, so the database retries it by itself and one round trip is
 * enough. Returns one row, `{position, stored}`: the position of its events (null without any) and how many outcomes
 * it stored; a guarded outcome whose slot is taken is left out.
 *
 * @param lane spreads the commits of several processes over as many ranges.
 */
export function appendStatement(engine: Engine, rows: FlushRows, lane: number, commitId: string): Statement {
  const values: unknown[] = [];
  const add = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const columns = <T>(of: readonly T[], ...picks: readonly [type: string, pick: (row: T) => unknown][]) =>
    picks.map(([type, pick]) => add(of.map(pick), `${type}[]`)).join(', ');
  const counted = engine === 'postgres'; // CockroachDB's column defaults are the commit timestamp
  const position = counted ? { column: ', position', value: ', head.position', from: ', head' } : NOTHING;

  const { left } = LOOKUP[engine];
  const parts: string[] = [];
  const shape: string[] = [];
  const { openings, moves, events, facts, outcomes, commits } = rows;
  const guards = outcomes.flatMap((outcome, i) => outcome.guards.map((guard) => ({ ...guard, outcome: i + 1 })));

  if (events.length > 0) {
    shape.push(commits.length > 1 ? 'events-far' : 'events');
    const recordedAt = earliest(events);
    const bound = counted ? NOTHING : { column: ', visible_by', value: `, ${add(visibleBy(recordedAt), 'decimal')}` };
    if (counted) {
      parts.push('head AS (UPDATE log_head SET position = position + 1 RETURNING position)');
      // After the head, or readers who close the past would wait for every flush in the queue (closed-time.ts).
      parts.push(`in_time AS (UPDATE closed_time SET position = head.position, recorded_at = ${add(recordedAt, 'timestamptz')}
  FROM head)`);
    }
    const newEvents = `new_events AS (
  INSERT INTO wallet_events (region, wallet_id, version, shard, recorded_at, type, schema_version, data, metadata, hash${position.column})
  SELECT e.region, e.wallet_id, e.version, e.shard, e.recorded_at, e.type, e.schema_version, e.data, e.metadata, decode(e.hash, 'hex')${position.value}
  FROM unnest(${columns(
    events,
    ['text', (e) => e.region],
    ['text', (e) => e.walletId],
    ['int8', (e) => e.version],
    ['int2', (e) => e.shard],
    ['timestamptz', (e) => e.recordedAt],
    ['text', (e) => e.type],
    ['int2', (e) => e.schemaVersion],
    ['text', (e) => e.data],
    ['text', (e) => e.metadata],
    ['text', (e) => e.hash],
  )}) AS e(region, wallet_id, version, shard, recorded_at, type, schema_version, data, metadata, hash)${position.from}
  RETURNING 1)`;
    const newCommits = `new_commits AS (
  INSERT INTO commits (region, lane, commit_id, appended${position.column}${bound.column})
  SELECT c.region, ${add(lane, 'int2')}, ${add(commitId, 'uuid')}, c.appended${position.value}${bound.value}
  FROM unnest(${columns(commits, ['text', (c) => c.region], ['text', (c) => c.appended])}) AS c(region, appended)${position.from}
  RETURNING 1)`;
    // CockroachDB writes one table after the other. Across regions the commits come first: the later they arrive, the
    // likelier it is that a tailer has read past their position and the statement restarts. In one region this takes no time,
    // and a lost race leaves no row in `commits`.
    parts.push(...(commits.length > 1 ? [newCommits, newEvents] : [newEvents, newCommits]));
  }

  if (facts.length > 0) {
    shape.push('facts');
    parts.push(`said AS (
  INSERT INTO wallet_facts (region, wallet_id, key, version, value)
  SELECT f.region, f.wallet_id, f.key, f.version, f.value
  FROM unnest(${columns(
    facts,
    ['text', (f) => f.region],
    ['text', (f) => f.walletId],
    ['text', (f) => f.key],
    ['int8', (f) => f.version],
    ['text', (f) => f.value],
  )}) AS f(region, wallet_id, key, version, value)
  ON CONFLICT (region, wallet_id, key) DO UPDATE SET version = excluded.version, value = excluded.value
  RETURNING 1)`);
  }

  if (openings.length > 0) {
    shape.push('openings');
    parts.push(`new_wallets AS (
  INSERT INTO wallets (wallet_id, region)
  SELECT w.wallet_id, w.region
  FROM unnest(${columns(openings, ['text', (w) => w.walletId], ['text', (w) => w.region])}) AS w(wallet_id, region)
  RETURNING 1)`);
  }

  if (moves.length > 0) {
    shape.push('moves');
    const moving = columns(moves, ['text', (m) => m.walletId], ['text', (m) => m.from], ['text', (m) => m.to]);
    parts.push(`moves AS (
  SELECT m.wallet_id, m.old_region, m.new_region FROM unnest(${moving}) AS m(wallet_id, old_region, new_region))`);
    parts.push(`moved_wallets AS (
  UPDATE wallets SET region = m.new_region, 
    former_regions = array_append(array_remove(array_remove(wallets.former_regions, m.new_region), m.old_region), m.old_region)
  FROM moves m WHERE wallets.wallet_id = m.wallet_id
  RETURNING 1)`);
  }

  if (guards.length > 0) {
    shape.push('guards');
    parts.push(`stale AS (
  SELECT g.outcome
  FROM unnest(${columns(
    guards,
    ['int8', (g) => g.outcome],
    ['text', (g) => g.region],
    ['text', (g) => g.walletId],
    ['int8', (g) => g.version],
  )}) AS g(outcome, region, wallet_id, version)
  ${left} wallet_events e ON e.region = g.region AND e.wallet_id = g.wallet_id AND e.version = g.version
  ${left} wallets w ON w.wallet_id = g.wallet_id AND g.version = 1
  WHERE e.version IS NOT NULL OR w.wallet_id IS NOT NULL)`);
  }

  const appendsNothing = events.length === 0;
  const positionOfOutcome = counted
    ? appendsNothing
      ? 'NULL::int8'
      : 'head.position'
    : appendsNothing
      ? 'NULL::decimal'
      : 'cluster_logical_timestamp()';
  // An outcome without a caller is from before keys belonged to callers. It blocks its key for every caller: the statement writes
  // this key, too, and fails on it.
  const old = outcomes.some(({ oldKey }) => oldKey !== null);
  if (old) shape.push('old-keys');
  parts.push(`new_outcomes AS (
  INSERT INTO command_outcomes (region, wallet_id, idempotency_key, caller, request_hash, recorded_at, result, position)
  SELECT o.region, o.wallet_id, o.idempotency_key, ${old ? 'COALESCE(old.caller, o.caller)' : 'o.caller'}, o.request_hash,
         o.recorded_at, o.result, CASE WHEN o.appends THEN ${positionOfOutcome} END
  FROM unnest(${columns(
    outcomes,
    ['text', (o) => o.region],
    ['text', (o) => o.walletId],
    ['text', (o) => o.idempotencyKey],
    ['text', (o) => o.caller],
    ...(old ? [OLD_KEY] : []),
    ['text', (o) => o.requestHash],
    ['timestamptz', (o) => o.recordedAt],
    ['text', (o) => o.result],
    ['bool', (o) => o.appends],
  )}) WITH ORDINALITY
    AS o(region, wallet_id, idempotency_key, caller, ${old ? 'old_key, ' : ''}request_hash, recorded_at, result, appends, ordinal)
  ${old ? `${left} ${OLD_OUTCOMES}` : ''}${appendsNothing ? '' : position.from}
  ${guards.length > 0 ? 'WHERE NOT EXISTS (SELECT 1 FROM stale WHERE stale.outcome = o.ordinal)' : ''}
  ${moves.length > 0 ? COPY_OUTCOMES : ''}
  RETURNING 1)`);

  const appendedAt = appendsNothing ? 'NULL' : counted ? '(SELECT position FROM head)' : 'cluster_logical_timestamp()';
  // Only a guarded outcome can be left out. Without guards do not count, because CockroachDB buffers all rows for a count.
  const stored = guards.length > 0 ? '(SELECT count(*) FROM new_outcomes)' : add(outcomes.length, 'int4');
  const text = `WITH ${parts.join(',\n')}
SELECT (${appendedAt})::text AS position, (${stored})::int4 AS stored`;
  return { name: `append-${shape.join('-') || 'nothing'}`, text, values };
}

function earliest(events: FlushRows['events']): string {
  return events.reduce((least, { recordedAt }) => (recordedAt < least ? recordedAt : least), events[0]!.recordedAt);
}

// A rehome copies the wallet's outcomes. A wallet that returns to a region finds its earlier outcomes there.
const COPY_OUTCOMES = `UNION ALL
  SELECT m.new_region, c.wallet_id, c.idempotency_key, c.caller, c.request_hash, c.recorded_at, c.result, c.position
  FROM moves m JOIN command_outcomes c ON c.region = m.old_region AND c.wallet_id = m.wallet_id
  WHERE NOT EXISTS (
    SELECT 1 FROM command_outcomes d
    WHERE d.region = m.new_region AND d.wallet_id = c.wallet_id AND d.idempotency_key = c.idempotency_key
      AND d.caller = c.caller)`;

const OLD_KEY: [type: string, pick: (row: OutcomeRow) => unknown] = ['text', (row) => row.oldKey];
const OLD_OUTCOMES = `command_outcomes old
    ON old.region = o.region AND old.wallet_id = o.wallet_id AND old.idempotency_key = o.old_key AND old.caller = ''`;

const NOTHING = { column: '', value: '', from: '' };
