import type { Command } from './workload.js';

/** A wallet in an answer. */
export interface WalletShown {
  readonly walletId: string;
  readonly version: number;
  readonly homeRegion: string;
  /** Posted balances by currency code. */
  readonly balances: Readonly<Record<string, string>>;
}

/** The content of a definite answer. */
export interface Answer {
  readonly status: number;
  /** The code of a problem. */
  readonly code?: string;
  /** The position of an accepted command. */
  readonly position?: string;
  readonly wallets: readonly WalletShown[];
}

/** A definite answer to a command. */
export interface Told extends Answer {
  readonly client: number;
  readonly command: Command;
  readonly replayed: boolean;
  /** Number of requests until this answer. */
  readonly attempts: number;
}

/** The answer to a repeated key. */
export interface Repeat {
  readonly first: Told;
  /** Whether the repeat had another body under the same key. */
  readonly otherBody: boolean;
  readonly answer: Answer;
}

/** A wallet in an answer to one client, from a read or from a command. */
export interface Seen extends WalletShown {
  readonly client: number;
  readonly by: 'read' | 'command';
}

type Listener = (walletId: string, sentAt: number) => void;

/** All answers to the clients, in order for each client. The log must agree with them. */
export class ClientModel {
  readonly told: Told[] = [];
  readonly repeats: Repeat[] = [];
  readonly seen: Seen[] = [];
  /** Commands without a definite answer: they may have taken effect or not, but not partly. */
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

  /** Number of finished commands. */
  get done(): number {
    return this.told.length + this.unresolved.length;
  }

  /**
   * Milliseconds from now to the first answer to a request that was sent after now.
   *
   * @param homeRegion only answers about wallets of this home region; absent: about all wallets
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
