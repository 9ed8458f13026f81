import { OutcomeUnknown, type CommandOutcome, type EventStore } from '@tidemark/event-store';
import pTimeout from 'p-timeout';

/**
 * Answers every caller within a bound, also while the database neither executes nor refuses a statement. The command itself goes
 * on. A request with the same key gets its outcome.
 *
 * @param answerMsMax longer than a command is tried, so that it is usually the store that says what happened
 */
export function answerInTime(store: EventStore, answerMsMax: number): EventStore {
  const inTime = (outcome: Promise<CommandOutcome>) =>
    pTimeout(outcome, {
      milliseconds: answerMsMax,
      fallback() {
        throw new OutcomeUnknown(`the database has not answered within ${answerMsMax} ms; the same key will tell`);
      },
    });
  return {
    close: () => store.close(),
    dryRun: (requests) => store.dryRun(requests),
    execute: (request) => inTime(store.execute(request)),
    executeInOrder: (requests) => store.executeInOrder(requests).map(inTime),
  };
}
