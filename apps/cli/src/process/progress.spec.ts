import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProgressDisplay } from './progress.js';

function displaying(isTTY: boolean) {
  let written = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    written += chunk.toString();
    done();
  };
  // What a terminal has and a file has not.
  const terminal = { isTTY, columns: 120, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  const clock = { now: 0 };
  const display = new ProgressDisplay(Object.assign(new Writable({ write }), terminal), () => clock.now);
  return { display, clock, written: () => written };
}

describe('progress off a terminal', () => {
  it('is a line every 5 s at most, with pace and time left', () => {
    const { display, clock, written } = displaying(false);
    for (clock.now = 0; clock.now < 12_000; clock.now += 1_000)
      display.update('events', { count: clock.now, share: clock.now / 200_000 });
    display.end();
    expect(written()).toBe('events: 5,000, 1,000/s, 3 min left, 2 %\nevents: 10,000, 1,000/s, 3 min left, 5 %\n');
  });

  it('takes pace and time left from whoever measured them', () => {
    const { display, clock, written } = displaying(false);
    clock.now = 5_000;
    display.update('building', { count: 7, share: 0.5, perSecond: 3, secondsLeft: 8 });
    expect(written()).toBe('building: 7, 3/s, 8 s left, 50 %\n');
  });

  it('measures each part from the end of the one before', () => {
    const { display, clock, written } = displaying(false);
    clock.now = 4_000;
    display.update('wallets', { count: 4 });
    clock.now = 14_000;
    display.update('events', { count: 1_000 });
    expect(written()).toBe('events: 1,000, 100/s\n');
  });

  it('tells once what cannot be counted', () => {
    const { display, written } = displaying(false);
    for (let i = 0; i < 3; i++) display.update('waiting');
    expect(written()).toBe('waiting\n');
  });
});

describe('progress on a terminal', () => {
  it('is a bar, and lines beside it', () => {
    const { display, clock, written } = displaying(true);
    clock.now = 1_000;
    display.update('events', { count: 500, share: 0.5 });
    display.line('a row was rejected');
    display.end();
    expect(written()).toMatch(/events \S+ 50 % {2}500, 500\/s, 1 s left/);
    expect(written()).toContain('\r\u001b[Ka row was rejected\n');
  });
});
