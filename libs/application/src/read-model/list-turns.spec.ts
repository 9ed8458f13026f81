import { setImmediate as othersFirst } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listLimits, ListsBusy, ListTurns } from './list-turns.js';

/** A read that lasts until it is told to end. */
class Read {
  readonly started: Promise<void>;
  running = false;
  readonly outcome: Promise<string>;
  private start!: () => void;
  private readonly held = Promise.withResolvers<string>();

  constructor(turns: ListTurns) {
    this.started = new Promise((resolve) => (this.start = resolve));
    this.outcome = turns.run(() => {
      this.running = true;
      this.start();
      return this.held.promise;
    });
    this.outcome.catch(() => undefined);
  }

  end(): void {
    this.held.resolve('answer');
  }

  fail(): void {
    this.held.reject(new Error('the database is away'));
  }
}

const limits = { atOnce: 2, waitingMax: 3, waitMsMax: 10_000 };

describe('turns of lists', () => {
  it('lets as many be read at a time as it may, and the others in the order in which they came', async () => {
    const turns = new ListTurns(limits);
    const reads = Array.from({ length: 5 }, () => new Read(turns));
    await othersFirst();
    expect(reads.map(({ running }) => running)).toEqual([true, true, false, false, false]);
    reads[1]!.end();
    await reads[2]!.started;
    expect(reads.map(({ running }) => running)).toEqual([true, true, true, false, false]);
    reads[0]!.fail();
    await reads[3]!.started;
    for (const read of reads) read.end();
    expect((await Promise.allSettled(reads.map(({ outcome }) => outcome))).map(({ status }) => status)).toEqual([
      'rejected',
      ...Array<string>(4).fill('fulfilled'),
    ]);
  });

  it('lets what else has arrived go first, so that an answer is encoded before the next list is read', async () => {
    const turns = new ListTurns({ ...limits, atOnce: 1 });
    const [first, second] = [new Read(turns), new Read(turns)];
    first.end();
    await first.outcome;
    expect(second.running).toBe(false);
    await othersFirst();
    await othersFirst();
    expect(second.running).toBe(true);
    second.end();
  });

  it('refuses more than may wait, at once', async () => {
    const turns = new ListTurns(limits);
    const reads = Array.from({ length: 5 }, () => new Read(turns));
    await expect(new Read(turns).outcome).rejects.toBeInstanceOf(ListsBusy);
    for (const read of reads) read.end();
    await Promise.all(reads.map(({ outcome }) => outcome));
    await expect(turns.run(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('refuses what has waited too long, which then takes no turn', async () => {
    const turns = new ListTurns({ ...limits, atOnce: 1, waitMsMax: 20 });
    const first = new Read(turns);
    const late = new Read(turns);
    await expect(late.outcome).rejects.toBeInstanceOf(ListsBusy);
    first.end();
    await first.outcome;
    expect(await turns.run(() => Promise.resolve('next'))).toBe('next');
    expect(late.running).toBe(false);
  });

  it('has as many turns again when all are done', async () => {
    const turns = new ListTurns(limits);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 5 }, () => turns.run(() => Promise.resolve())));
      await othersFirst();
      await othersFirst();
    }
    const [first, second] = [new Read(turns), new Read(turns)];
    expect([first.running, second.running]).toEqual([true, true]);
    for (const read of [first, second]) read.end();
  });

  it.each([
    [1, 1],
    [2, 1],
    [5, 2],
    [10, 4],
    [200, 4],
  ])('of %d connections lists take at most %d', (connections, atOnce) => {
    expect(listLimits(connections).atOnce).toBe(atOnce);
  });
});
