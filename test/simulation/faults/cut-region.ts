import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';

/** Longer than leases last (6 s), so that the other regions take over the leases of this region. */
const CUT_MS = 9_000;
const CUTS = 1;
const COMMANDS_PER_CUT = 3_000;

export const cutRegion: Fault = {
  name: 'cut-region',
  when: 'a region is cut off from the others, with its API and its clients, and connected again',
  engines: ['cockroach'],
  stage: 'cluster',
  share: 0.15,
  async strike({ cluster, model, note, owner, reached, spread, strikes }) {
    const cuts = strikes(CUTS, COMMANDS_PER_CUT);
    for (let i = 0; i < cuts; i++) {
      await reached((i + 0.3) / cuts);
      const region = await cluster.leaderOfTheLog(owner);
      await cluster.cut(region);
      const recovered = model.timeToNextSuccess(spread ? region : undefined);
      try {
        await sleep(CUT_MS);
      } finally {
        await cluster.heal();
      }
      const after = Math.round(await recovered);
      note(`cut ${region} off for ${CUT_MS} ms; the next command on a wallet of its succeeded after ${after} ms`);
    }
  },
};
