import { describe, expect, it } from 'vitest';
import { Distance } from './distance.js';

describe('Distance', () => {
  it('is half a round trip in each direction', () => {
    const distance = new Distance();
    distance.slow(60);
    expect(distance.oneWayMs).toBe(30);
  });

  it('a cut severs connections from a region and to it, and no others', () => {
    const distance = new Distance();
    distance.cutOff('eu-east');
    expect(distance.severed('eu-east', 'eu-west')).toBe(true);
    expect(distance.severed('eu-west', 'eu-east')).toBe(true);
    expect(distance.severed('eu-west', 'eu-central')).toBe(false);
  });

  it('a connection of unknown origin is severed while any region is cut', () => {
    const distance = new Distance();
    expect(distance.severed(undefined, 'eu-west')).toBe(false);
    distance.cutOff('eu-east');
    expect(distance.severed(undefined, 'eu-west')).toBe(true);
  });

  it('ends every cut and keeps the delay', () => {
    const distance = new Distance();
    distance.slow(60);
    distance.cutOff('eu-east');
    distance.cutOff('eu-west');
    expect(distance.cut).toEqual(['eu-east', 'eu-west']);
    distance.heal();
    expect([distance.cut, distance.roundTripMs]).toEqual([[], 60]);
  });

  it('calls each watcher until it stops watching', () => {
    const distance = new Distance();
    let told = 0;
    const stop = distance.watch(() => told++);
    distance.slow(1);
    distance.cutOff('eu-west');
    stop();
    distance.heal();
    expect(told).toBe(2);
  });
});
