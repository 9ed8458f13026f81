import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';

const FULL_FOR_MS = 1_500;
const TIMES = 1;
const COMMANDS_PER_TIME = 5_000;
/** Maximum time until a command fails because the disk is full. Without such a failure the run would test nothing. */
const NOTICED_MS_MAX = 30_000;
const LOOK_EVERY_MS = 50;

export const fillDisk: Fault = {
  name: 'fill-disk',
  when: 'the disk of PostgreSQL is full',
  engines: ['postgres'],
  stage: 'small-disk',
  async strike({ disk, model, note, reached, server, strikes }) {
    const times = strikes(TIMES, COMMANDS_PER_TIME);
    for (let i = 1; i <= times; i++) {
      await reached((i - 0.5) / times);
      const before = model.indefinite;
      await disk.fill();
      const giveUpAt = performance.now() + NOTICED_MS_MAX;
      while (model.indefinite === before && performance.now() < giveUpAt) {
        await disk.fill(); // fills the space that a checkpoint freed
        await sleep(LOOK_EVERY_MS);
      }
      if (model.indefinite === before)
        throw new Error(`the disk was full and no command refused in ${NOTICED_MS_MAX} ms`);
      await sleep(FULL_FOR_MS);
      await disk.free();
      await server.start(); // a server without space for its write-ahead log ends
      const recovered = Math.round(await model.timeToNextSuccess());
      note(`the disk was full; ${recovered} ms after it had room again a command succeeded`);
    }
  },
};
