import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';

/** Longer than leases last (6 s), so that the other nodes take over and the stopped node continues without leases. */
const FROZEN_MS = 8_000;
const TIMES = 1;
const COMMANDS_PER_TIME = 3_000;

export const freezeNode: Fault = {
  name: 'freeze-node',
  when: 'the leaseholder of the log is stopped, loses its leases, and continues in the middle of a statement',
  engines: ['cockroach'],
  stage: 'cluster',
  share: 0.15,
  async strike({ cluster, model, note, owner, reached, spread, strikes }) {
    const times = strikes(TIMES, COMMANDS_PER_TIME);
    for (let i = 0; i < times; i++) {
      await reached((i + 0.3) / times);
      const region = await cluster.leaderOfTheLog(owner);
      const thaw = await cluster.freeze(region);
      const recovered = model.timeToNextSuccess(spread ? region : undefined);
      try {
        await sleep(FROZEN_MS);
      } finally {
        thaw();
      }
      const after = Math.round(await recovered);
      note(
        `froze the leaseholder, ${region}, for ${FROZEN_MS} ms; a command on a wallet of its succeeded after ${after} ms`,
      );
    }
  },
};
