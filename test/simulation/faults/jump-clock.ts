import { BOTH, type Fault } from '../fault.js';

const JUMPS = 8;
const COMMANDS_PER_JUMP = 1_000;
const HOUR_MS = 3_600_000;
const OFFSETS_MS = [-24 * HOUR_MS, -HOUR_MS, -30_000, -1_500, 700, 20_000, HOUR_MS, 24 * HOUR_MS];

export const jumpClock: Fault = {
  name: 'jump-clock',
  when: 'the clock of a service process jumps, forward and back',
  engines: BOTH,
  stage: 'shared',
  jumpingClocks: true,
  async strike({ apis, note, random, reached, setClock, strikes }) {
    const jumps = strikes(JUMPS, COMMANDS_PER_JUMP);
    for (let i = 1; i <= jumps; i++) {
      await reached(i / (jumps + 1));
      await setClock(random.integer(0, apis.length - 1), random.pick(OFFSETS_MS));
    }
    await Promise.all(apis.map((_, api) => setClock(api, 0)));
    note(`the clocks jumped ${jumps} times`);
  },
};
