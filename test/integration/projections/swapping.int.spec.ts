import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, findOperation, requestOperation } from '@tidemark/operations';
import { balances, movements, type Projection } from '@tidemark/projections';
import { BuildBehind, listBuilds, pointReaders } from '@tidemark/rebuilding';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from '../../e2e/running-service.js';

const WALLETS = Array.from({ length: 12 }, (_, i) => `s-${String(i).padStart(2, '0')}`);
const LOAD_MS = 6_000;
const SWAP_EVERY_MS = 120;
const READERS = 3;
const OPERATION_MS_MAX = 60_000;

/**
 * Two builds of the same log are equal, so a mixture of them would not be detected. A mark in the first build makes them
 * different, and following keeps it: every wallet has a point, and every older line has the mark in its text.
 */
describe.each(engines)('readers while builds are swapped under load, on $engine', (engine) => {
  let service: RunningService;
  let pages = 0;
  const wrong: string[] = [];

  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    for (const walletId of WALLETS) await service.post('/v1/wallets', { walletId });
    for (let i = 0; i < 5; i++) await Promise.all(WALLETS.map(deposit));
    for (const projection of [balances, movements]) await operate('rebuild', projection);
    await service.database.query(
      `UPDATE wallet_balances SET state = replace(state, '"balances":{', '"balances":{"POINTS":["1","0"],') WHERE generation = 1`,
    );
    await service.database.query(`UPDATE wallet_movements SET description = 'build 1' WHERE generation = 1`);
  });
  afterAll(() => service?.close());

  const deposit = (walletId: string) =>
    service.post(`/v1/wallets/${walletId}/deposits`, { amount: '1.00', currency: 'EUR' });
  const operate = async (action: Action, { name }: Projection, args: object = {}) => {
    const operationId = randomUUID();
    const asked = { operationId, requestedBy: 'test', action, projection: name, arguments: args };
    await requestOperation(service.database, asked);
    for (const deadline = performance.now() + OPERATION_MS_MAX; performance.now() < deadline; await sleep(50)) {
      const operation = (await findOperation(service.database, operationId))!;
      if (operation.state === 'done') return operation.result;
      if (operation.state === 'failed') throw new Error(JSON.stringify(operation.result));
    }
    throw new Error(`${action} is not done`);
  };
  const live = async ({ name }: Projection) =>
    (await listBuilds(service.database, name)).find((build) => build.live)!.generation;

  /** Reads a list page by page. It begins again if its build is no longer live. */
  const readList = async (path: string, field: string, look: (entries: Entry[]) => void) => {
    for (let cursor = ''; ;) {
      const { status, json } = await service.get(`${path}?limit=5${cursor}`);
      if (status === 400 && cursor !== '') return;
      if (status !== 200) return void wrong.push(`${path}: ${status} ${JSON.stringify(json)}`);
      pages++;
      look(json[field]);
      if (json.nextCursor === undefined) return;
      cursor = `&cursor=${json.nextCursor}`;
    }
  };
  const read = async (until: number) => {
    const seen = new Map<string, number>();
    while (performance.now() < until) {
      await readList('/v1/wallets', 'wallets', (wallets) => {
        const marks = new Set(
          wallets.map(({ balances }) => (balances.some(({ currency }) => currency === 'POINTS') ? '1' : '2')),
        );
        if (marks.size > 1) wrong.push(`a page of wallets from builds ${[...marks].join()}`);
        for (const { walletId, version } of wallets) {
          if (version < (seen.get(walletId) ?? 0)) wrong.push(`${walletId} went back to ${version}`);
          seen.set(walletId, version);
        }
      });
      await readList('/v1/wallets/s-03/statement', 'movements', (lines) => {
        // Rows that were written after the mark do not have it.
        const old = lines.filter(({ version }) => version <= 6);
        const marks = new Set(old.map(({ description }) => description ?? 'build 2'));
        if (marks.size > 1) wrong.push(`a page of lines from ${[...marks].join()}`);
      });
    }
  };

  it('no page has rows of two builds, and no reader sees older rows than before', { timeout: 60_000 }, async () => {
    const until = performance.now() + LOAD_MS;
    let swaps = 0;
    const swap = async (projection: Projection) => {
      while (performance.now() < until) {
        const generation = (await live(projection)) === '1' ? '2' : '1';
        await pointReaders(service.database, { projection, generation }).then(
          () => swaps++,
          // Until a worker has read the new build. It does this once a second.
          (error: unknown) => error instanceof BuildBehind || wrong.push(String(error)),
        );
        await sleep(SWAP_EVERY_MS);
      }
    };
    const writers = WALLETS.map(async (walletId) => {
      while (performance.now() < until) expect((await deposit(walletId)).status).toBe(201);
    });
    await Promise.all([
      ...writers,
      ...Array.from({ length: READERS }, () => read(until)),
      swap(balances),
      swap(movements),
    ]);
    expect(wrong).toEqual([]);
    expect(swaps).toBeGreaterThan(3);
    expect(pages).toBeGreaterThan(5);
  });

  it('a swap and a rollback restore exactly the former rows', async () => {
    const whole = async () => {
      const lists: Entry[] = [];
      await readList('/v1/wallets', 'wallets', (entries) => lists.push(...entries));
      await readList('/v1/wallets/s-03/statement', 'movements', (entries) => lists.push(...entries));
      return lists;
    };
    await sleep(2_000); // until the workers have nothing left to do
    for (const projection of [balances, movements]) {
      if ((await live(projection)) === '2') await pointReaders(service.database, { projection, generation: '1' });
    }
    const before = await whole();
    for (const projection of [balances, movements]) await operate('swap', projection, { accept: ['all'] });
    const swapped = await whole();
    expect(swapped).not.toEqual(before);
    expect(swapped.map(({ walletId, version }) => [walletId, version])).toEqual(
      before.map(({ walletId, version }) => [walletId, version]),
    );
    for (const projection of [balances, movements]) await operate('rollback', projection);
    expect(await whole()).toEqual(before);
  });
});

interface Entry {
  readonly walletId: string;
  readonly version: number;
  readonly balances: readonly { readonly currency: string }[];
  readonly description?: string | null;
}
