import { draft, type Draft, type WalletHead } from './draft.js';
import type { CachedWallet, PendingCommand } from './pending-command.js';

/**
 * The next flush, while the one before is in flight. Each command is decided as it arrives, on the state after the command before it.
 */
export class OpenFlush {
  readonly commands: PendingCommand[] = [];
  readonly drafts: Draft[] = [];
  private readonly before = new Map<CachedWallet, WalletHead>();
  private bytes = 0;

  /** Decides the command. @throws when the decision fails with a defect; then nothing has changed */
  decide(command: PendingCommand, now: string): Draft {
    const made = draft(command.request, (walletId) => command.walletOf(walletId).head, now);
    for (const head of made.heads) {
      const wallet = command.walletOf(head.walletId);
      if (!this.before.has(wallet)) this.before.set(wallet, wallet.head);
      wallet.head = head;
    }
    for (const { data, metadata } of made.events) {
      this.bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata) + ROW_OVERHEAD_BYTES;
    }
    this.bytes += ROW_OVERHEAD_BYTES;
    return made;
  }

  /** Adds the command: this flush answers it. */
  keep(command: PendingCommand, made: Draft): void {
    this.commands.push(command);
    this.drafts.push(made);
  }

  hasRoom(commandsMax: number, bytesMax: number): boolean {
    return this.commands.length < commandsMax && this.bytes < bytesMax;
  }

  /** Restores every wallet to its state before this flush. */
  undo(): void {
    for (const [wallet, head] of this.before) wallet.head = head;
  }
}

/** Estimated bytes of the keys, hash and outcome of a row. */
const ROW_OVERHEAD_BYTES = 400;
