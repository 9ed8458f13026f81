import type { Database } from '@tidemark/database';
import type { EventStoreOptions } from '@tidemark/event-store';
import type { LogFixture, TestStore } from './log-fixture.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Sends a statement, or waits first, or throws instead of sending it or after it was done. */
export type Around = (statement: Statement, send: () => Promise<unknown>) => Promise<unknown>;

/** A database whose statements pass a test on their way, also those inside of transactions. */
export function disturbed(database: Database, around: Around): Database {
  const query =
    (send: Database['query']): Database['query'] =>
    (text, values, options) =>
      around({ text, values: values ?? [] }, () => send(text, values, options)) as Promise<never>;
  return {
    ...database,
    query: query(database.query),
    transaction: (work, options) => database.transaction(({ query: send }) => work({ query: query(send) }), options),
  };
}

export const isAppend = ({ text }: Statement) => text.includes('new_outcomes');
export const isLoad = ({ text }: Statement) => text.startsWith('\nWITH known');

/** Whether a statement is about a wallet. Names in a test must not be parts of each other. */
export const mentions = ({ values }: Statement, walletId: string) => JSON.stringify(values).includes(walletId);

/** What the engine or its driver would throw. @param code a SQLSTATE or a code of Node's */
export const engineError = (code: string) => Object.assign(new Error(`injected: ${code}`), { code });

/** A store with its own database connections, and what was sent over them. */
export interface DisturbedStore {
  readonly store: TestStore;
  /** What to do with the next appends, one after the other; later ones are simply sent. */
  readonly steps: ((send: () => Promise<unknown>) => Promise<unknown>)[];
  readonly sent: (Statement & { readonly at: number })[];
  /** The appends so far. @param at in milliseconds */
  appends(): (Statement & { readonly at: number })[];
}

/** @param around what happens to statements that are no append, or for which no step is left */
export async function disturbedStore(
  log: LogFixture,
  options: Partial<EventStoreOptions> = {},
  around: Around = (_, send) => send(),
): Promise<DisturbedStore> {
  const steps: DisturbedStore['steps'] = [];
  const sent: (Statement & { at: number })[] = [];
  const database = disturbed(await log.connectApi(), (statement, send) => {
    sent.push({ ...statement, at: performance.now() });
    const step = isAppend(statement) ? steps.shift() : undefined;
    return step ? step(send) : around(statement, send);
  });
  return { store: await log.open({ ...options, database }), steps, sent, appends: () => sent.filter(isAppend) };
}
