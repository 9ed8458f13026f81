import type { Fault } from '../fault.js';

/** A selected transaction fails on each retry, so the share must be small. */
const SHARE = 0.3;

export const forcedRestarts: Fault = {
  name: 'forced-restarts',
  when: 'CockroachDB itself ends explicit transactions with 40001 (inject_retry_errors_enabled)',
  engines: ['cockroach'],
  stage: 'shared',
  share: 0.15,
  routing: 'any',
  besides: ['pessimistic'],
  async strike({ forceRestarts, note, reached }) {
    await reached(0.1);
    await forceRestarts(SHARE);
    await reached(0.9);
    await forceRestarts(0);
    note(`${SHARE * 100} % of the explicit transactions were forced to restart`);
  },
};
