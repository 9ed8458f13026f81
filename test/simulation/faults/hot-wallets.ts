import { BOTH, type Fault } from '../fault.js';

export const hotWallets: Fault = {
  name: 'hot-wallets',
  when: 'two API processes write to the same hot wallets all the time',
  engines: BOTH,
  stage: 'shared',
  share: 0.5,
  routing: 'any', // no load balancer that keeps a wallet at one process
  async strike({ reached }) {
    await reached(1);
  },
};
