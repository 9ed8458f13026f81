import { OutcomeUnknown, type CommandStrategy } from '@tidemark/event-store';

/**
 * Answers every caller within a bound, also while a statement is on its way that the database neither does nor refuses. The
 * command itself goes on, and whoever sends its key again gets what becomes of it.
 *
 * @param answerMsMax longer than a command is tried, so that it is usually the store that says what happened
 */
export function answerInTime(store: CommandStrategy, answerMsMax: number): CommandStrategy {
  return {
    close: () => store.close(),
    async execute(request) {
      let timer: NodeJS.Timeout | undefined;
      const outOfTime = new Promise<never>((_, reject) => {
        const message = `the database has not answered within ${answerMsMax} ms; the same key will tell`;
        timer = setTimeout(() => reject(new OutcomeUnknown(message)), answerMsMax);
      });
      try {
        return await Promise.race([store.execute(request), outOfTime]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
