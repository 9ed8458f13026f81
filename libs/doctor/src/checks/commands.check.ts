import type { Tally } from '../tally.js';
import type { PageCheck } from '../wallets/page.js';
import { commandEvents } from './command-outcomes.js';
import { judgeTransfers } from './money.check.js';
import { judgeOutcome } from './outcome.check.js';

/**
 * What commands left behind beside their events, `outcome_present` and `money_conserved`: the outcome tells both.
 *
 * @param claims outcomes that are true of their event are counted here
 */
export function commandsAgree(claims: Tally): PageCheck {
  const disputed = new Set<string>();
  return {
    name: 'outcome_present',
    async check(page) {
      const commands = await commandEvents(page);
      for (const command of commands) judgeOutcome(command, claims, disputed, page.report);
      await judgeTransfers(page, commands);
      for (const { walletId, last } of page.slices) if (last) disputed.delete(walletId);
    },
  };
}
