import type { CommandOutcome, ProjectedEvent } from '@tidemark/event-store';
import { projectionNamed } from '@tidemark/projections';
import type { SingleCommand, WalletEvent } from '@tidemark/wallet';
import type { Consumed } from './checkpoints.js';

/** An event, and what the log says of it. */
export interface LoggedEvent {
  readonly event: WalletEvent;
  readonly recorded: ProjectedEvent;
}

/** A command without the ids that follow from its key. */
export type ReactorCommand = SingleCommand | ({ readonly type: string } & Readonly<Record<string, unknown>>);

/** `CommandPipeline.write`, which every command passes. */
export type SendCommand = (
  command: ReactorCommand,
  identity: { readonly idempotencyKey: string; readonly caller: string },
) => Promise<{ readonly outcome: CommandOutcome }>;

export interface ReactorContext {
  readonly region: string;
  /** Aborted when the worker stops, or may have lost a shard: `react` should end soon, in whatever way. */
  readonly signal: AbortSignal;
  /**
   * Sends a command because of an event. Its idempotency key follows from the event, so it is decided once, however often the
   * event is seen: the same event has to give the same command.
   *
   * @param what tells several commands because of one event apart
   * @returns its outcome, which may be a rejection
   * @throws whatever `CommandPipeline.write` throws: the events are then seen again
   */
  send(because: LoggedEvent, command: ReactorCommand, what?: string): Promise<CommandOutcome>;
}

/** A consumer of the log that does something outside of the tables of projections, after the events are committed. */
export interface Reactor {
  readonly name: string;
  /** The types of the events that it sees; absent: all. */
  readonly wants?: readonly string[];
  /** Where it begins in a region in which it has never run. */
  readonly startsAt: 'beginning' | 'end';
  /**
   * Called with each event at least once, in the order of the commits within a region; never again after it has returned and
   * its checkpoint has moved, and never because of a rebuild.
   *
   * @throws anything: the events are seen again after a while, and nothing after them before that
   */
  react(events: readonly LoggedEvent[], context: ReactorContext): Promise<void>;
}

/** The reactors of a worker, and what their commands go through. */
export interface Reactions {
  readonly reactors: readonly Reactor[];
  readonly send: SendCommand;
}

/** Every reactor that ships. Adding one is a file and a line here: docs/adding-a-reactor.md. */
export const ALL_REACTORS: readonly Reactor[] = [];

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Declares a reactor.
 *
 * @throws Error for a name that is none, or a projection's: its checkpoints are kept under it
 */
export function defineReactor(name: string, declared: Omit<Reactor, 'name'>): Reactor {
  if (!NAME.test(name)) throw new Error(`${name}: the name of a reactor is 1 to 63 of a-z, 0-9 and _`);
  if (projectionNamed(name)) throw new Error(`${name} is the name of a projection`);
  return { name, ...declared };
}

/** Under what the checkpoints of a reactor are kept. */
export function reactorBuild(reactor: Pick<Reactor, 'name'>): Consumed {
  return { projection: reactor, generation: '1' };
}

/** @returns why there is nothing to rebuild, verify or swap under this name, if it is a reactor's */
export function whyNotRebuilt(name: string, reactors: readonly Reactor[] = ALL_REACTORS): string | undefined {
  if (!reactors.some((each) => each.name === name)) return undefined;
  return `${name} is a reactor: it has no rows to rebuild, and what it did is not done again`;
}

/** The context of one call of `react`. */
export function contextOf({ name }: Reactor, region: string, signal: AbortSignal, write: SendCommand): ReactorContext {
  return {
    region,
    signal,
    async send({ recorded: { walletId, version } }, command, what = '') {
      signal.throwIfAborted();
      const idempotencyKey = `${walletId}/${version}${what === '' ? '' : `/${what}`}`;
      return (await write(command, { idempotencyKey, caller: `reactor ${name}` })).outcome;
    },
  };
}
