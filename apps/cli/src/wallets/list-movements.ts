import type { Database } from '@tidemark/database';
import { domainEvent, readWalletEvents } from '@tidemark/event-store';
import { movementOf, movements, type Movement } from '@tidemark/projections';
import type { Wallet } from '@tidemark/wallet';
import { withHomeDatabase } from '../process/home-database.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { pageLines, type PageOptions } from '../commands/page-options.js';
import { unknownWallet } from './show-wallet.js';

/** Events folded at once on the way to the page that is asked for. */
const FOLDED_AT_ONCE = 1_000;

/** `tidemark wallet statement`. `--json`: `{walletId, movements, next}`; `next` is for `--after`, or null. */
export function listMovements(at: Surroundings, walletId: string, options: PageOptions): Promise<CommandResult> {
  return withHomeDatabase(at, { role: 'tidemark_api', command: 'wallet' }, async (database) => {
    const page = await readStatement(database, walletId, options);
    return {
      json: { walletId, movements: page.movements.map(viewOf), next: page.next },
      lines: pageLines(page.movements.map(lineOf), page.next, nothingAfter(options.after)),
    };
  });
}

function nothingAfter(version: number): string {
  return version === 0 ? 'no movements' : `no movements after version ${version}`;
}

/** Folded from the log with the projection's own function: right and complete even while no worker runs. */
async function readStatement(database: Database, walletId: string, { after, limit }: PageOptions) {
  const found: Movement[] = [];
  let wallet: Wallet | undefined;
  for (;;) {
    const events = await readWalletEvents(database, { walletId, after: wallet?.version ?? 0, limit: FOLDED_AT_ONCE });
    for (const event of events) {
      const { state, lines = [] } = movements.apply(wallet, domainEvent(event), event);
      wallet = state;
      const [line] = lines;
      if (!line || event.version <= after) continue;
      if (found.length === limit) return { movements: found, next: found.at(-1)!.version };
      found.push(movementOf(event, line));
    }
    if (!wallet) throw unknownWallet(walletId);
    if (events.length < FOLDED_AT_ONCE) return { movements: found, next: null };
  }
}

function viewOf({ walletId: _walletId, region: _region, ...rest }: Movement): object {
  return rest;
}

function lineOf({
  version,
  effectiveAt,
  recordedAt,
  amount,
  currency,
  balanceAfter,
  reference,
  description,
}: Movement): string {
  const said = [reference, description].filter((text) => text !== null).join('  ');
  return `${version}  ${effectiveAt ?? recordedAt}  ${amount} ${currency}  balance ${balanceAfter}  ${said}`.trimEnd();
}
