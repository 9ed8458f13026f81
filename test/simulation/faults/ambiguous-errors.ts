import { BOTH, type Fault } from '../fault.js';
import { failAppends, outcomesPerFailure } from './failing-appends.js';

const DENIALS = 15;
const COMMANDS_PER_DENIAL = 500;

export const ambiguousErrors: Fault = {
  name: 'ambiguous-errors',
  when: 'flushes end with 40003, some of them written and some of them not',
  engines: BOTH,
  stage: 'shared',
  async strike({ clients, denying, note, owner, passed, strikes }) {
    const every = outcomesPerFailure(clients);
    const denials = strikes(DENIALS, COMMANDS_PER_DENIAL);
    const stop = await failAppends(owner, '40003', every); // nothing was written
    for (let i = 1; i <= denials; i++) {
      await passed(0.7 / denials);
      denying.denyNext(1); // everything was written
    }
    await stop();
    note(`${denying.denied} flushes were committed and answered with 40003, one outcome in ${every} not committed`);
  },
};
