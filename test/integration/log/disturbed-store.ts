import type { Database } from '@tidemark/database';
import type { EventStoreOptions } from '@tidemark/event-store';
import type { LogFixture, TestStore } from './log-fixture.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Sends a statement. It may wait first, or throw before or after the statement is executed. */
export type Around = (statement: Statement, send: () => Promise<unknown>) => Promise<unknown>;

/** A database that passes each statement to `around`, also inside transactions. */
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

/** Whether a statement's values contain a wallet id. No id in a test may be a part of another one. */
export const mentions = ({ values }: Statement, walletId: string) => JSON.stringify(values).includes(walletId);

/** An error as the engine or its driver throws it. @param code a SQLSTATE or an error code of Node */
export const engineError = (code: string) => Object.assign(new Error(`injected: ${code}`), { code });

/** A store with its own database connections, and the statements that it sent. */
export interface DisturbedStore {
  readonly store: TestStore;
  /** How to treat the next appends, one after the other. Later appends are sent unchanged. */
  readonly steps: ((send: () => Promise<unknown>) => Promise<unknown>)[];
  readonly sent: (Statement & { readonly at: number })[];
  /** The appends so far. @param at in milliseconds */
  appends(): (Statement & { readonly at: number })[];
}

/** @param around how to treat other statements, and appends after the last step */
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
