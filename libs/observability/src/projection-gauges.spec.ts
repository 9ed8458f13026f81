import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { Metrics } from './metrics.js';
import type { ProjectionReading, ProjectionSource } from './projection-gauges.js';

function reading(region: string, seconds: number): ProjectionReading {
  const shard = { projection: 'balances', region };
  return {
    lags: [
      { ...shard, shard: 0, events: seconds * 10, seconds },
      { ...shard, shard: 1, events: 0, seconds: 0 },
    ],
    parked: [{ projection: 'balances', region, wallets: 2 }],
    shards: { region, followed: 60, free: 4 },
  };
}

function showing(...sources: ProjectionSource[]) {
  const log: string[] = [];
  const destination = new Writable({ write: (chunk: Buffer, _, done) => (log.push(chunk.toString()), done()) });
  const metrics = new Metrics();
  metrics.showProjections(sources, createLogger({ level: 'warn', destination }));
  const lines = async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^tidemark_projection_(lag|parked|shards)/.test(line));
  return { log, lines };
}

describe('the gauges of projections', () => {
  it('show every shard, also one that lacks nothing, and look once for all of them', async () => {
    let looks = 0;
    const { lines } = showing({ region: 'eu', reading: async () => (looks++, reading('eu', 1.5)) });
    expect(await lines()).toEqual([
      'tidemark_projection_lag_events{projection="balances",region="eu",shard="0"} 15',
      'tidemark_projection_lag_events{projection="balances",region="eu",shard="1"} 0',
      'tidemark_projection_lag_seconds{projection="balances",region="eu",shard="0"} 1.5',
      'tidemark_projection_lag_seconds{projection="balances",region="eu",shard="1"} 0',
      'tidemark_projection_parked{projection="balances",region="eu"} 2',
      'tidemark_projection_shards{region="eu",state="followed"} 60',
      'tidemark_projection_shards{region="eu",state="free"} 4',
    ]);
    expect(looks).toBe(1);
    await lines();
    expect(looks).toBe(2);
  });

  it('do without a region that does not answer, and show it again when it does', async () => {
    let answers = true;
    const { lines, log } = showing(
      { region: 'eu', reading: async () => reading('eu', 1) },
      { region: 'us', reading: async () => (answers ? reading('us', 2) : Promise.reject(new Error('no database'))) },
    );
    const regions = async () => new Set((await lines()).map((line) => /region="(\w+)"/.exec(line)![1]));
    expect(await regions()).toEqual(new Set(['eu', 'us']));
    answers = false;
    expect(await regions()).toEqual(new Set(['eu']));
    expect(log).toHaveLength(1);
    answers = true;
    expect(await regions()).toEqual(new Set(['eu', 'us']));
  });
});
