import type { WalletCommand } from './declared.js';
import { holds } from './holds/holds-part.js';
import { pending } from './pending/pending-part.js';
import { dueIds } from './reservations.js';
import type { Wallet } from './wallet.js';

/** A command that writes down that something has expired. */
export interface Expiry {
  readonly command: Extract<WalletCommand, { type: 'ExpireHold' | 'ExpireMovement' }>;
  /** The id of the hold or the pending movement. */
  readonly itemId: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** When the next hold or pending movement of a wallet expires (ISO 8601, UTC); undefined where none does. */
export function nextDue(wallet: Wallet): string | undefined {
  const { in: deposits, out: withdrawals } = pending.of(wallet);
  return [holds.of(wallet), deposits, withdrawals]
    .flatMap(({ nextExpiry }) => nextExpiry ?? [])
    .reduce<string | undefined>((first, each) => (first === undefined || each < first ? each : first), undefined);
}

/** The holds and pending movements of a wallet whose time has passed, at most `max` of each kind. @param now ISO 8601, UTC */
export function expiriesOf(walletId: string, wallet: Wallet, now: string, max: number): Expiry[] {
  const held = holds.of(wallet);
  const found: Expiry[] = dueIds(held, now, max).map((holdId) => ({
    command: { type: 'ExpireHold', walletId, holdId },
    itemId: holdId,
    expiresAt: held.byId.get(holdId)!.expiresAt!,
  }));
  for (const direction of ['in', 'out'] as const) {
    const some = pending.of(wallet)[direction];
    for (const movementId of dueIds(some, now, max)) {
      const { expiresAt } = some.byId.get(movementId)!;
      const command = { type: 'ExpireMovement', walletId, movementId, direction } as const;
      found.push({ command, itemId: movementId, expiresAt: expiresAt! });
    }
  }
  return found;
}
