import { BOTH, type Fault } from '../fault.js';
import { failAppends } from './failing-appends.js';

/** Of rows, and a flush holds up to as many as there are clients: about one flush in five fails. */
const EVERY = 73;
const DENIALS = 15;

export const ambiguousErrors: Fault = {
  name: 'ambiguous-errors',
  when: 'flushes end with 40003, some of them written and some of them not',
  engines: BOTH,
  stage: 'shared',
  async strike({ denying, note, owner, reached }) {
    await reached(0.1);
    const stop = await failAppends(owner, '40003', EVERY); // nothing was written
    for (let i = 1; i <= DENIALS; i++) {
      await reached(0.1 + (0.7 * i) / DENIALS);
      denying.denyNext(1); // everything was written
    }
    await reached(0.85);
    await stop();
    note(`${denying.denied} flushes were committed and answered with 40003, one outcome in ${EVERY} not committed`);
  },
};
