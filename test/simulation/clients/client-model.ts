import type { Command } from './workload.js';

/** A wallet as an answer shows it. */
export interface WalletShown {
  readonly walletId: string;
  readonly version: number;
  readonly homeRegion: string;
  /** Posted, by currency code. */
  readonly balances: Readonly<Record<string, string>>;
}

/** What a definite answer said. */
export interface Answer {
  readonly status: number;
  /** Of a problem. */
  readonly code?: string;
  /** Of what was accepted. */
  readonly position?: string;
  readonly wallets: readonly WalletShown[];
}

/** A definite answer to a command. */
export interface Told extends Answer {
  readonly client: number;
  readonly command: Command;
  readonly replayed: boolean;
  /** How many requests it took. */
  readonly attempts: number;
}

/** What a client was told when it sent a key once more. */
export interface Repeat {
  readonly first: Told;
  /** With another body under the same key. */
  readonly otherBody: boolean;
  readonly answer: Answer;
}

/** What one client saw of one wallet, by reading it or by a command's answer. */
export interface Seen extends WalletShown {
  readonly client: number;
  readonly by: 'read' | 'command';
}

type Listener = (walletId: string, sentAt: number) => void;

/** Everything that the clients were told, in the order in which each of them was told. The log has to agree with it. */
export class ClientModel {
  readonly told: Told[] = [];
  readonly repeats: Repeat[] = [];
  readonly seen: Seen[] = [];
  /** Commands whose client gave up asking: they may stand or not, but not half. */
  readonly unresolved: Command[] = [];
  /** Requests that got no definite answer: 503, or a connection that broke. */
  indefinite = 0;
  private readonly listeners = new Set<Listener>();
  private readonly homes = new Map<string, string>();

  /** @param sentAt when the request that got this answer was sent, in milliseconds of `performance.now()` */
  answered(told: Told, sentAt: number): void {
    this.told.push(told);
    for (const wallet of told.wallets) {
      this.seen.push({ ...wallet, client: told.client, by: 'command' });
      this.homes.set(wallet.walletId, wallet.homeRegion);
    }
    for (const listener of this.listeners) listener(told.command.walletId, sentAt);
  }

  read(client: number, wallet: WalletShown): void {
    this.seen.push({ ...wallet, client, by: 'read' });
  }

  /** How many commands have been dealt with. */
  get done(): number {
    return this.told.length + this.unresolved.length;
  }

  /**
   * Milliseconds from now to the first answer to a request that was sent after now.
   *
   * @param homeRegion about a wallet that lives there; absent: about any
   */
  timeToNextSuccess(homeRegion?: string): Promise<number> {
    const from = performance.now();
    return new Promise((resolve) => {
      const listener: Listener = (walletId, sentAt) => {
        if (sentAt < from || (homeRegion !== undefined && this.homes.get(walletId) !== homeRegion)) return;
        this.listeners.delete(listener);
        resolve(performance.now() - from);
      };
      this.listeners.add(listener);
    });
  }
}
