import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedWindow } from './ordered-window.js';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe('OrderedWindow', () => {
  it('keeps the order within a key, the order of answers, and its size, whatever takes how long', async () => {
    const task = fc.record({ key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), turns: fc.nat(12) });
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), async (tasks, size) => {
        const answers: number[] = [];
        const window = new OrderedWindow<number>(size, (answer) => answers.push(answer));
        const runningOfKey = new Map<string, number>();
        const startedOfKey = new Map<string, number>();
        let running = 0;
        for (const [i, { key, turns: howLong }] of tasks.entries()) {
          await window.add(key, async () => {
            expect(++running).toBeLessThanOrEqual(size);
            if (key !== undefined) {
              expect(runningOfKey.get(key) ?? 0).toBe(0);
              expect(startedOfKey.get(key) ?? -1).toBeLessThan(i);
              runningOfKey.set(key, 1);
              startedOfKey.set(key, i);
            }
            await turns(howLong);
            if (key !== undefined) runningOfKey.set(key, 0);
            running--;
            return i;
          });
        }
        await window.drain();
        expect(answers).toEqual(tasks.map((_, i) => i));
      }),
    );
  });

  it('starts nothing after a failure, of the same key or another, and tells of the first', async () => {
    const started: string[] = [];
    const answers: string[] = [];
    const window = new OrderedWindow<string>(10, (answer) => answers.push(answer));
    const task =
      (name: string, fails = false) =>
      async () => {
        started.push(name);
        await turns(3);
        if (fails) throw new Error(`${name} failed`);
        return name;
      };
    await window.add('x', task('x1'));
    await window.add('x', task('x2', true));
    await window.add('x', task('x3'));
    await window.add('y', task('y1'));
    await expect(window.drain()).rejects.toThrow('x2 failed');
    await expect(window.add('z', task('z1'))).rejects.toThrow('x2 failed');
    expect(started).toEqual(['x1', 'y1', 'x2']);
    expect(answers).toEqual(['x1']);
  });

  it('waits for room, and goes on when there is some', async () => {
    const window = new OrderedWindow<number>(1, () => undefined);
    let finishFirst: () => void = () => undefined;
    await window.add(undefined, () => new Promise((resolve) => (finishFirst = () => resolve(1))));
    let added = false;
    const second = window.add(undefined, () => 2).then(() => (added = true));
    await turns(20);
    expect(added).toBe(false);
    finishFirst();
    await second;
    await window.drain();
  });

  it('keeps no more bytes than it may, and one task of any size', async () => {
    const held = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
    const window = new OrderedWindow<number>(100, () => undefined, 100);
    const added: number[] = [];
    const adding = (async () => {
      for (const [i, bytes] of [60, 40, 1, 500].entries()) {
        await window.add(undefined, () => held[i]!.promise, bytes);
        added.push(i);
      }
    })();
    await turns(10);
    expect(added).toEqual([0, 1]);
    held[1]!.resolve(1);
    await turns(10);
    expect(added).toEqual([0, 1]); // its answer waits for the one before it
    held[0]!.resolve(0);
    await turns(10);
    expect(added).toEqual([0, 1, 2]);
    held[2]!.resolve(2);
    await turns(10);
    expect(added).toEqual([0, 1, 2, 3]);
    held[3]!.resolve(3);
    await adding;
    await window.drain();
  });
});
