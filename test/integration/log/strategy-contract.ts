import type { EventStoreOptions } from '@tidemark/event-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eur, standing, verdict, type TestStore } from './log-fixture.js';

/** The test environment of a strategy: a migrated database, and two places from which processes write to it. */
export interface ContractLog {
  /** A "process" of the strategy under test. */
  open(place: 'here' | 'elsewhere', options?: Partial<EventStoreOptions>): Promise<TestStore>;
  /** The regions in which wallets are opened from each place. */
  readonly homes: { readonly near: string; readonly far: string };
  versions(walletId: string): Promise<number[]>;
  count(table: string, where: string): Promise<number>;
  close(): Promise<unknown>;
}

/** The contract of every write strategy, also with other writers at the same time. Declares its tests where it is called. */
export function strategyContract(create: () => Promise<ContractLog>): void {
  let log: ContractLog;
  let here: TestStore;
  let elsewhere: TestStore;
  let near: string;
  let far: string;
  const open: ContractLog['open'] = (place, options) => log.open(place, options);

  beforeAll(async () => {
    log = await create();
    ({ near, far } = log.homes);
    here = await open('here');
    elsewhere = await open('elsewhere');
  });
  afterAll(() => log?.close());

  it('opens a wallet once, also with several requests', async () => {
    const outcomes = await Promise.all([
      here.openWallet('once', undefined, near),
      elsewhere.openWallet('once', undefined, far),
      here.openWallet('once', undefined, near),
    ]);
    expect(outcomes.map(verdict).sort()).toEqual(['accepted', 'wallet_already_open', 'wallet_already_open']);
    expect(await log.versions('once')).toEqual([1]);
  });

  it('decides each command on the state left by the one before it', async () => {
    await here.openWallet('chain', undefined, near);
    await here.deposit('chain', '10.00');
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => here.withdraw('chain', '4.00')));
    expect(outcomes.map(verdict).sort()).toEqual(['accepted', 'accepted', 'insufficient_funds', 'insufficient_funds']);
    expect(await log.versions('chain')).toEqual([1, 2, 3, 4]);
  });

  it('loses nothing and doubles nothing when two processes write one wallet', async () => {
    await here.openWallet('hot', undefined, near);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? here : elsewhere).deposit('hot', '0.01', `hot-${i}`)),
    );
    expect(outcomes.map(verdict)).toEqual(Array(60).fill('accepted'));
    expect(await log.versions('hot')).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
    expect(standing(await here.deposit('hot', '0.40'))).toEqual([62, '1.00']);
  });

  it('does not reject on an outdated state', async () => {
    await here.openWallet('stale', undefined, near);
    expect(verdict(await here.withdraw('stale', '5.00'))).toBe('insufficient_funds'); // `here` has a zero balance in memory
    await elsewhere.deposit('stale', '5.00');
    expect(standing(await here.withdraw('stale', '5.00'))).toEqual([3, '0.00']);
  });

  it('does not say that a destination is missing after it was opened elsewhere', async () => {
    await here.openWallet('giver', undefined, near);
    await here.deposit('giver', '5.00');
    expect(verdict(await here.transfer('giver', 'late', '1.00'))).toBe('wallet_not_found');
    await elsewhere.openWallet('late', undefined, far);
    expect(verdict(await here.transfer('giver', 'late', '1.00'))).toBe('accepted');
  });

  it('answers a repeat with the first answer, accepted or rejected, in any process', async () => {
    await here.openWallet('repeat', undefined, near);
    const accepted = await here.deposit('repeat', '3.00', 'd');
    const rejected = await here.withdraw('repeat', '4.00', 'w');
    await here.deposit('repeat', '9.00');
    for (const store of [here, elsewhere]) {
      expect(await store.deposit('repeat', '3.00', 'd')).toEqual({ ...accepted, replayed: true });
      expect(await store.withdraw('repeat', '4.00', 'w')).toEqual({ ...rejected, replayed: true });
    }
    expect(await log.versions('repeat')).toEqual([1, 2, 3]);
  });

  it('executes equal keys in flight as one command', async () => {
    await here.openWallet('equal', undefined, near);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => here.deposit('equal', '1.00', 'same')));
    expect(outcomes.map(({ result }) => result)).toEqual(Array(5).fill(outcomes[0]!.result));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await log.versions('equal')).toEqual([1, 2]);
  });

  it('refuses a key with another request', async () => {
    await here.openWallet('reuse', undefined, near);
    await here.deposit('reuse', '1.00', 'k');
    await expect(here.deposit('reuse', '2.00', 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    await expect(elsewhere.deposit('reuse', '2.00', 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    expect(await log.versions('reuse')).toEqual([1, 2]);
  });

  it('books one of two different requests that arrive under one key at the same time, and refuses the other', async () => {
    await here.openWallet('contended', undefined, near);
    const amounts = ['1.00', '2.00'];
    const settled = await Promise.allSettled(amounts.map((amount) => here.deposit('contended', amount, 'k')));
    const booked = settled.findIndex(({ status }) => status === 'fulfilled');
    expect(settled[1 - booked]).toMatchObject({ reason: { name: 'IdempotencyKeyReused' } });
    expect(standing(await here.deposit('contended', amounts[booked]!, 'k'))).toEqual([2, amounts[booked]]);
    expect(await log.versions('contended')).toEqual([1, 2]);
  });

  it('checks an expected version against the state that the command is written on', async () => {
    await here.openWallet('expect', undefined, near);
    const on = (expectedVersion: number) => ({
      type: 'Deposit' as const,
      walletId: 'expect',
      movementId: 'm',
      amount: eur('1.00'),
      details: {},
      expectedVersion,
    });
    const outcomes = await Promise.all([here.execute(on(1)), elsewhere.execute(on(1))]);
    expect(outcomes.map(verdict).sort()).toEqual(['accepted', 'version_mismatch']);
  });

  it('moves money between two wallets in both directions from two processes without a deadlock', async () => {
    await Promise.all([here.openWallet('left', undefined, near), here.openWallet('right', undefined, far)]);
    await Promise.all(['left', 'right'].map((walletId) => here.deposit(walletId, '100.00')));
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 ? here.transfer('left', 'right', '1.00') : elsewhere.transfer('right', 'left', '1.00'),
      ),
    );
    expect(outcomes.map(verdict)).toEqual(Array(40).fill('accepted'));
    expect(standing(await here.deposit('left', '0.01'))).toEqual([43, '100.01']);
    expect(standing(await here.deposit('right', '0.01'))).toEqual([43, '100.01']);
  });

  it('answers wallet_not_found for a wallet that does not exist, and stores no outcome', async () => {
    expect(verdict(await here.deposit('nobody', '1.00', 'k'))).toBe('wallet_not_found');
    expect(await log.count('command_outcomes', `wallet_id = 'nobody'`)).toBe(0);
    await elsewhere.openWallet('nobody', undefined, far);
    expect(verdict(await here.deposit('nobody', '1.00', 'k'))).toBe('accepted');
  });

  it('finishes its accepted commands when it is closed, and refuses later ones', async () => {
    const closing = await open('here');
    await closing.openWallet('closing', undefined, near);
    const taken = Array.from({ length: 20 }, () => closing.deposit('closing', '1.00'));
    await closing.close();
    expect((await Promise.all(taken)).map(verdict)).toEqual(Array(20).fill('accepted'));
    await expect(closing.deposit('closing', '1.00')).rejects.toMatchObject({ name: 'LogUnavailable' });
  });

  it('refuses commands beyond the size of its queue, with their reason', async () => {
    const small = await open('here', { limits: { queueMax: 3 } });
    await small.openWallet('queue', undefined, near);
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => small.deposit('queue', '1.00')));
    const refused = settled.filter((each) => each.status === 'rejected').map(({ reason }) => (reason as Error).name);
    expect(refused).toEqual(Array(5).fill('QueueFull'));
    expect(await log.versions('queue')).toEqual([1, 2, 3, 4]);
  });
}
