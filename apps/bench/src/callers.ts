import type { CommandStrategy, MovementFinder } from '@tidemark/event-store';
import { currency, Money } from '@tidemark/money';

type WalletCommand = Parameters<CommandStrategy['execute']>[0]['command'];
type CommandOfType<T extends WalletCommand['type']> = Extract<WalletCommand, { type: T }>;

/** Callers of a benchmark: each sends its next command when its last one is answered. */
const CALLERS = 64;
/** As long as a real one: base64url of 32 bytes. */
const REQUEST_HASH = 'A'.repeat(43);
const EUR = currency('EUR', 2);
const DETAILS = {};

/** An amount in euros, such as `'10.00'`. */
export const eur = (amount: string): Money => Money.of(amount, EUR);

/** A movement or a hold, and its wallet. */
export interface Item {
  readonly walletId: string;
  readonly id: string;
}

/** Sends commands to a store in the same process, with as much work for each as a request makes behind HTTP. */
export class Callers {
  private static sent = 0;

  constructor(
    private readonly store: CommandStrategy,
    private readonly finder?: Pick<MovementFinder, 'find'>,
  ) {}

  /** Runs work `times` times, or until the time is up. @returns how often a second, and how often */
  async run(
    times: number,
    seconds: number,
    work: (n: number) => Promise<unknown>,
  ): Promise<{ perSecond: number; done: number }> {
    const startedAt = performance.now();
    const end = startedAt + seconds * 1_000;
    let next = 0;
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (next < times && performance.now() < end) await work(next++);
      }),
    );
    return { perSecond: (next / (performance.now() - startedAt)) * 1_000, done: next };
  }

  async open(walletId: string): Promise<void> {
    await this.send({ type: 'OpenWallet', walletId, homeRegion: 'local', metadata: {} });
  }

  async deposit(walletId: string, amount: Money): Promise<Item> {
    const id = nextId('mv');
    await this.send({ type: 'Deposit', walletId, movementId: id, amount, details: DETAILS });
    return { walletId, id };
  }

  async transfer(from: string, to: string, amount: Money): Promise<void> {
    await this.send({ type: 'Transfer', transferId: nextId('tr'), legs: [{ from, to, amount }], details: DETAILS });
  }

  async hold(walletId: string, amount: Money): Promise<Item> {
    const id = nextId('hd');
    await this.send({ type: 'PlaceHold', walletId, holdId: id, amount, details: DETAILS });
    return { walletId, id };
  }

  /** All of a hold. */
  async capture({ walletId, id }: Item): Promise<void> {
    await this.send({ type: 'CaptureHold', walletId, holdId: id, captureId: nextId('cp'), details: DETAILS });
  }

  async void({ walletId, id }: Item): Promise<void> {
    await this.send({ type: 'VoidHold', walletId, holdId: id });
  }

  /** All of a movement. The movement is searched for first, as for a request. */
  async reverse({ walletId, id }: Item): Promise<void> {
    const original = await this.finder!.find({ walletId, movementId: id });
    const ids = { walletId, movementId: id, reversalId: nextId('rv') };
    await this.send({ type: 'ReverseMovement', ...ids, original, details: DETAILS });
  }

  async limit(walletId: string, name: string, rule: Omit<CommandOfType<'SetLimit'>, 'type' | 'walletId' | 'name'>) {
    await this.send({ type: 'SetLimit', walletId, name, ...rule });
  }

  private async send(command: WalletCommand): Promise<void> {
    const idempotencyKey = `key-${++Callers.sent}`;
    const { result } = await this.store.execute({ command, idempotencyKey, requestHash: REQUEST_HASH, caller: 'bench' });
    if (result.kind !== 'accepted') throw new Error(`${command.type} was rejected: ${result.code}`);
  }
}

let ids = 0;

function nextId(prefix: string): string {
  return `${prefix}_${(++ids).toString(36).padStart(26, '0')}`;
}
