import { balancesView, fullBalances } from '@tidemark/event-store';
import { readFreshWallet } from '@tidemark/projections';
import { statusOf } from '@tidemark/wallet';
import { UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';

/** `tidemark wallet show`. `--json`: the wallet as HTTP reads it, and its metadata. */
export function showWallet(at: Surroundings, walletId: string): Promise<CommandResult> {
  return withHomeDatabase(at, { role: 'tidemark_api', command: 'wallet' }, async (database) => {
    const found = await readFreshWallet(database, walletId);
    if (!found) throw unknownWallet(walletId);
    const { wallet, region: homeRegion, position, recordedAt, metadata } = found;
    const { version } = wallet;
    const status = statusOf(wallet);
    const balances = fullBalances(balancesView(wallet, new Date().toISOString()));
    return {
      json: { walletId, status, homeRegion, version, position, recordedAt, balances, metadata },
      lines: [
        `${walletId}  ${status} in ${homeRegion}, version ${version}, ${recordedAt}`,
        ...balances.map(
          ({ currency, posted, held, pendingIn, pendingOut, available }) =>
            `${currency}  posted ${posted}, held ${held}, pending in ${pendingIn}, pending out ${pendingOut}, available ${available}`,
        ),
        ...Object.entries(metadata).map(([key, value]) => `${key}: ${value}`),
      ],
    };
  });
}

/** @returns what to throw where no such wallet was opened */
export function unknownWallet(walletId: string): UsageError {
  return new UsageError(`there is no wallet ${JSON.stringify(walletId)}`);
}
