import { BOTH, type Fault } from '../fault.js';

const KILLS = 2;

export const killWorker: Fault = {
  name: 'kill-worker',
  when: 'the projection worker is killed with -9 in the middle of a page',
  engines: BOTH,
  stage: 'shared',
  async strike({ note, reached, worker }) {
    for (let i = 1; i <= KILLS; i++) {
      await reached(i / (KILLS + 1));
      await worker.kill();
      await worker.untilItAnswers();
    }
    note(`killed the worker ${KILLS} times`);
  },
};
