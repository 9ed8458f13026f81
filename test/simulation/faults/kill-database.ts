import { setTimeout as sleep } from 'node:timers/promises';
import { BOTH, type Fault } from '../fault.js';

const KILLS = 1;
const COMMANDS_PER_KILL = 5_000;

export const killDatabase: Fault = {
  name: 'kill-database',
  when: 'the database server is killed with -9 under load and started again soon after',
  engines: BOTH,
  stage: 'private',
  async strike({ model, note, random, reached, server, strikes }) {
    const kills = strikes(KILLS, COMMANDS_PER_KILL);
    for (let i = 1; i <= kills; i++) {
      await reached(i / (kills + 1));
      const recovered = model.timeToNextSuccess();
      await server.kill();
      await sleep(random.integer(0, 800));
      await server.start();
      note(`killed the database; the next command succeeded ${Math.round(await recovered)} ms later`);
    }
  },
};
