import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';

/** Longer than leases last (6 s), so that the rest of the cluster takes over what the region led. */
const CUT_MS = 9_000;

export const cutRegion: Fault = {
  name: 'cut-region',
  when: 'a region is cut off from the others, with its API and its clients, and healed',
  engines: ['cockroach'],
  stage: 'cluster',
  async strike({ cluster, model, note, owner, reached }) {
    await reached(0.3);
    const region = await cluster.leaderOfTheLog(owner);
    const recovered = model.timeToNextSuccess();
    await cluster.cut(region);
    try {
      await sleep(CUT_MS);
    } finally {
      await cluster.heal();
    }
    const after = Math.round(await recovered);
    note(`cut ${region} off for ${CUT_MS} ms; the next command succeeded after ${after} ms`);
  },
};
