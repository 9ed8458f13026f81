import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedWindow } from './ordered-window.js';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe('OrderedWindow', () => {
  it('starts the tasks of a key in order, keeps the order of answers, and its size, whatever takes how long', async () => {
    const task = fc.record({
      key: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
      turns: fc.nat(12),
      alone: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), async (tasks, size) => {
        const answers: number[] = [];
        const window = new OrderedWindow<number>(size, (answer) => answers.push(answer));
        const ofKey = new Map<string, { running: number; last: number; aloneRuns: boolean }>();
        let running = 0;
        for (const [i, { key, turns: howLong, alone }] of tasks.entries()) {
          const work = async () => {
            expect(++running).toBeLessThanOrEqual(size);
            const lane = ofKey.get(key ?? '') ?? { running: 0, last: -1, aloneRuns: false };
            ofKey.set(key ?? '', lane);
            if (key !== undefined) {
              expect(lane.last).toBeLessThan(i);
              expect(lane.aloneRuns).toBe(false);
              if (alone) expect(lane.running).toBe(0);
              Object.assign(lane, { last: i, running: lane.running + 1, aloneRuns: alone });
            }
            await turns(howLong);
            if (key !== undefined) Object.assign(lane, { running: lane.running - 1, aloneRuns: false });
            running--;
            return i;
          };
          await window.add(key, work, { alone });
        }
        await window.drain();
        expect(answers).toEqual(tasks.map((_, i) => i));
      }),
    );
  });

  it('sends tasks of one key ahead of their answers once the first is answered', async () => {
    const held = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
    const window = new OrderedWindow<number>(10, () => undefined);
    const started: number[] = [];
    for (const i of [0, 1, 2, 3]) {
      const task = () => (started.push(i), held[i]!.promise);
      await window.add('a', task, { alone: i === 3 });
    }
    await turns(20);
    expect(started).toEqual([0]);
    held[0]!.resolve(0);
    await turns(20);
    expect(started).toEqual([0, 1, 2]);
    held[1]!.resolve(1);
    held[2]!.resolve(2);
    await turns(20);
    expect(started).toEqual([0, 1, 2, 3]);
    held[3]!.resolve(3);
    await window.drain();
  });

  it('starts nothing more after a failure, of the same key or another, and tells of the first', async () => {
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
    await window.add('x', task('x3'), { alone: true });
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
        await window.add(undefined, () => held[i]!.promise, { bytes });
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
