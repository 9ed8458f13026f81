import { BOTH, type Fault } from '../fault.js';
import { failAppends, outcomesPerFailure } from './failing-appends.js';

export const restartErrors: Fault = {
  name: 'restart-errors',
  when: 'flushes end with 40001',
  engines: BOTH,
  stage: 'shared',
  async strike({ clients, note, owner, passed }) {
    const every = outcomesPerFailure(clients);
    const stop = await failAppends(owner, '40001', every);
    await passed(0.7); // counted from the creation of the trigger, which takes seconds on CockroachDB
    await stop();
    note(`one outcome in ${every} met 40001`);
  },
};
