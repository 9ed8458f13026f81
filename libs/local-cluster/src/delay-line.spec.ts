import { describe, expect, it } from 'vitest';
import { DelayLine, type Timing } from './delay-line.js';

/** A clock that moves only when the test moves it. */
class StandingClock implements Timing {
  #now = 0;
  #waiting: { at: number; work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + ms, work };
    this.#waiting.push(entry);
    return () => (this.#waiting = this.#waiting.filter((each) => each !== entry));
  }

  goOn(ms: number): void {
    this.#now += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.#now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now);
    for (const { work } of due) work();
  }
}

function line() {
  const clock = new StandingClock();
  const arrived: string[] = [];
  return { clock, arrived, wire: new DelayLine<string>((item) => arrived.push(item), clock) };
}

describe('DelayLine', () => {
  it('delivers at once without a delay', () => {
    const { wire, arrived } = line();
    wire.push('a', 0);
    expect(arrived).toEqual(['a']);
    expect(wire.length).toBe(0);
  });

  it('delivers each item after its delay, and not earlier', () => {
    const { wire, arrived, clock } = line();
    wire.push('a', 30);
    clock.goOn(10);
    wire.push('b', 30);
    clock.goOn(19);
    expect(arrived).toEqual([]);
    clock.goOn(1);
    expect(arrived).toEqual(['a']);
    clock.goOn(10);
    expect(arrived).toEqual(['a', 'b']);
  });

  it('keeps the order of items when the delay gets shorter', () => {
    const { wire, arrived, clock } = line();
    wire.push('slow', 30);
    wire.push('fast', 0);
    expect(arrived).toEqual([]);
    clock.goOn(30);
    expect(arrived).toEqual(['slow', 'fast']);
  });

  it('drops the items in flight when it is cleared, and delivers later ones', () => {
    const { wire, arrived, clock } = line();
    wire.push('lost', 30);
    wire.clear();
    clock.goOn(60);
    wire.push('kept', 5);
    clock.goOn(5);
    expect(arrived).toEqual(['kept']);
  });
});
