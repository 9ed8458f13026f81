import { setTimeout as sleep } from 'node:timers/promises';
import { BOTH, type Fault } from '../fault.js';

const CUTS = 12;
const COMMANDS_PER_CUT = 600;

export const cutSockets: Fault = {
  name: 'cut-sockets',
  when: 'the connection to the database breaks after a statement was sent, or at any other moment',
  engines: BOTH,
  stage: 'shared',
  async strike({ note, proxy, random, reached, strikes }) {
    const cuts = strikes(CUTS, COMMANDS_PER_CUT);
    for (let i = 1; i <= cuts; i++) {
      await reached(i / (cuts + 1));
      const how = random.integer(0, 3);
      if (how <= 1) proxy.swallowNextAnswer();
      else proxy.cut();
      if (how < 3) continue;
      proxy.refuse(true);
      await sleep(random.integer(50, 400));
      proxy.refuse(false);
    }
    note(`cut connections ${cuts} times`);
  },
};
