import { BOTH, type Fault } from '../fault.js';
import { failAppends } from './failing-appends.js';

/** Of rows, and a flush holds up to as many as there are clients: about one flush in five fails. */
const EVERY = 73;

export const restartErrors: Fault = {
  name: 'restart-errors',
  when: 'flushes end with 40001',
  engines: BOTH,
  stage: 'shared',
  async strike({ note, owner, reached }) {
    await reached(0.1);
    const stop = await failAppends(owner, '40001', EVERY);
    await reached(0.8);
    await stop();
    note(`one outcome in ${EVERY} met 40001`);
  },
};
