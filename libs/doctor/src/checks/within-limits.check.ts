import { eventDefinition } from '@tidemark/wallet';
import type { PageCheck } from '../wallets/page.js';

/**
 * What each event declares as its `violation`: amounts are positive, limits are not negative, and whatever takes money away
 * leaves the wallet at its limit or above; what ends a hold or a pending movement finds it open, and takes no more of it than is
 * left. Imported history may go below it (`overdraft: "unlimited"`), and so may a wallet
 * whose limit was lowered.
 */
export const withinLimits: PageCheck = {
  name: 'within_limits',
  check({ slices, report }) {
    for (const { walletId, events } of slices) {
      for (const { event, before, after, recorded } of events) {
        const message = event && eventDefinition(event.type).violation(event, after, before);
        if (message) report({ invariant: 'within_limits', walletId, version: recorded.version, message });
      }
    }
  },
};
