import { versionBefore } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFixture } from './log-fixture.js';

const DEPOSITS = 150;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const STEP_MS = 1_000;

describe.each(engines)('the last version before a time on $engine', (engine) => {
  let log: LogFixture;
  beforeAll(async () => {
    log = await LogFixture.create(engine);
    await log.allowAnyRecordedTime();
    let now = START;
    const store = await log.open({ clock: () => now });
    await store.openWallet('w');
    await store.openWallet('other');
    for (let i = 1; i <= DEPOSITS; i++) {
      // Three events of each time, and a wallet that has lived in two regions.
      now = START + Math.floor(i / 3) * STEP_MS;
      if (i === DEPOSITS / 2) await store.rehome('w', 'elsewhere');
      else await store.deposit('w', '1.00');
    }
  });
  afterAll(() => log?.close());

  it('is found for each time between its events, wherever the wallet lived', async () => {
    const { rows } = await log.owner.query<{ version: string; recorded_at: string }>(
      `SELECT version, recorded_at FROM wallet_events WHERE wallet_id = 'w' ORDER BY version`,
    );
    expect(rows).toHaveLength(DEPOSITS + 1);
    const times = new Set(rows.flatMap(({ recorded_at }) => [-1, 0, 1].map((ms) => Date.parse(recorded_at) + ms)));
    for (const ms of [0, ...times, Date.parse('2100-01-01T00:00:00Z')]) {
      const time = new Date(ms).toISOString();
      const expected = rows.findLast(({ recorded_at }) => recorded_at < time)?.version ?? '0';
      expect(await versionBefore(log.owner, 'w', time), time).toBe(Number(expected));
    }
  });

  it('is 0 of a wallet that was never opened', async () => {
    expect(await versionBefore(log.owner, 'nobody', '2100-01-01T00:00:00.000Z')).toBe(0);
  });
});
