import { BOTH, type Fault } from '../fault.js';

export const mixedStrategies: Fault = {
  name: 'mixed-strategies',
  when: 'processes that write by the other strategies, optimistic and pessimistic, share wallets with the grouped ones',
  engines: BOTH,
  stage: 'shared',
  share: 0.2,
  routing: 'any',
  besides: ['optimistic', 'pessimistic'],
  async strike({ reached }) {
    await reached(1);
  },
};
