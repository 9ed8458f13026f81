import { hash } from 'node:crypto';
import type { Money } from '@tidemark/money';
import { unreachable, type WalletCommand } from '@tidemark/wallet';

/**
 * Tells a repeat of a request from a reuse of its key: base64url sha256 over the command as it was understood, in a
 * fixed order of keys. What the key decides (movement and transfer ids) is left out, and how the request was spelled
 * makes no difference (`10` and `10.00` EUR, the order of keys, the offset of a time).
 */
export function requestHash(command: WalletCommand): string {
  return hash('sha256', JSON.stringify(understood(command)), 'base64url');
}

// JSON.stringify leaves out what is undefined, so a field that is added later changes no hash of old requests.
function understood(command: WalletCommand): object {
  const { type } = command;
  switch (type) {
    case 'OpenWallet': {
      const metadata = Object.entries(command.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
      return { type, walletId: command.walletId, homeRegion: command.homeRegion, metadata };
    }
    case 'ChangeOverdraftLimit':
      return { type, walletId: command.walletId, limit: plain(command.limit), ifVersion: command.expectedVersion };
    case 'Deposit':
    case 'Withdraw':
      return {
        type,
        walletId: command.walletId,
        amount: plain(command.amount),
        ...detailsOf(command),
        overdraft: command.type === 'Withdraw' ? command.overdraft : undefined,
        ifVersion: command.expectedVersion,
      };
    case 'Rehome':
      return { type, walletId: command.walletId, homeRegion: command.homeRegion, ifVersion: command.expectedVersion };
    case 'Transfer':
      return {
        type,
        legs: command.legs.map(({ from, to, amount }) => [from, to, ...plain(amount)]),
        ...detailsOf(command),
        ifVersion: command.expectedVersion,
      };
    default:
      return unreachable(command);
  }
}

function plain(amount: Money): [string, string] {
  return [amount.toString(), amount.currency.code];
}

function detailsOf({ details }: Extract<WalletCommand, { details: object }>): object {
  const { reference, description, effectiveAt } = details;
  return { reference, description, effectiveAt };
}
