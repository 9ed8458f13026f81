import { BOTH, type Fault } from '../fault.js';

const KILLS = 1;
const COMMANDS_PER_KILL = 4_000;

export const killWorker: Fault = {
  name: 'kill-worker',
  when: 'the projection worker is killed with -9 in the middle of a page',
  engines: BOTH,
  stage: 'shared',
  async strike({ note, reached, strikes, worker }) {
    const kills = strikes(KILLS, COMMANDS_PER_KILL);
    for (let i = 1; i <= kills; i++) {
      await reached(i / (kills + 1));
      await worker.kill();
      await worker.untilItAnswers();
    }
    note(`killed the worker ${kills} times`);
  },
};
