import { encodeEvent } from '../event.codec.js';
import { evolve, factChangesOf } from '../evolve.js';
import {
  commandDefinition,
  type AddressedEvent,
  type Batch,
  type Decision,
  type Rejection,
  type SingleCommand,
} from '../declared.js';
import type { FactAddress } from '../declaring/fact.js';
import type { DecisionContext } from '../decision-context.js';
import type { Wallet } from '../wallet.js';

/** Decides one command of a batch. */
type DecideOne = (command: SingleCommand, context: DecisionContext) => Decision;

/**
 * Decides each command on what the ones before it left. Accepted only where all are. A rejection is that of the first command that is
 * refused, and says which one it is: `pointer`, a JSON pointer (RFC 6901) into the request.
 *
 * @throws Error for a command that can be in no batch
 */
export function decideBatch({ commands }: Batch, context: DecisionContext, decideOne: DecideOne): Decision {
  const ahead = new Ahead(context);
  for (const [i, command] of commands.entries()) {
    if (!fitsIntoBatch(command)) throw new Error(`${command.type} has to have a statement of its own`);
    const decision = decideOne(command, ahead);
    if (decision.kind === 'accepted') {
      for (const each of decision.events) ahead.add(each);
      continue;
    }
    const { code, details } = decision.rejection;
    const rejection = { code, details: { ...details, pointer: `/commands/${i}` } } as unknown as Rejection;
    return { kind: 'rejected', rejection };
  }
  return { kind: 'accepted', events: ahead.events };
}

/** Whether a command can share its statement with others. */
export function fitsIntoBatch({ type }: { readonly type: string }): boolean {
  return commandDefinition(type).alone !== true;
}

/** What the commands decided so far would leave. */
class Ahead implements DecisionContext {
  readonly events: AddressedEvent[] = [];
  readonly now: string;
  private readonly wallets = new Map<string, Wallet>();
  private readonly said = new Map<string, string>();
  private readonly openings = new Map<string, string>();

  constructor(private readonly before: DecisionContext) {
    this.now = before.now;
  }

  readonly walletOf = (walletId: string): Wallet => this.wallets.get(walletId) ?? this.before.walletOf(walletId);

  readonly storedAt = (address: FactAddress): string | undefined => {
    const { walletId, key, orOpening } = address;
    const said = this.said.get(`${walletId}\n${key}`) ?? this.before.storedAt?.(address);
    return said ?? (orOpening ? this.openings.get(walletId) : undefined);
  };

  add(addressed: AddressedEvent): void {
    const { walletId, event } = addressed;
    if (event.type === 'WalletOpened') this.openings.set(walletId, encodeEvent(event).data);
    this.wallets.set(walletId, evolve(this.walletOf(walletId), event, this.now));
    for (const { key, value } of factChangesOf(event) ?? []) this.said.set(`${walletId}\n${key}`, value);
    this.events.push(addressed);
  }
}
