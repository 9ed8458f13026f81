import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';

/** Longer than leases last (6 s), so that the others take over and the frozen node wakes up as a stranger. */
const FROZEN_MS = 8_000;

export const freezeNode: Fault = {
  name: 'freeze-node',
  when: 'the node that leads the log hangs, loses its leases, and wakes up in the middle of a statement',
  engines: ['cockroach'],
  stage: 'cluster',
  async strike({ cluster, model, note, owner, reached }) {
    await reached(0.3);
    const region = await cluster.leaderOfTheLog(owner);
    const recovered = model.timeToNextSuccess();
    const thaw = await cluster.freeze(region);
    try {
      await sleep(FROZEN_MS);
    } finally {
      thaw();
    }
    const after = Math.round(await recovered);
    note(`froze the leaseholder, ${region}, for ${FROZEN_MS} ms; the next command succeeded after ${after} ms`);
  },
};
