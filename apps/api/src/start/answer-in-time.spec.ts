import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandOutcome, CommandRequest, EventStore } from '@tidemark/event-store';
import { describe, expect, it } from 'vitest';
import { answerInTime } from './answer-in-time.js';

const request = {} as CommandRequest;
const outcome: CommandOutcome = {
  result: { kind: 'rejected', code: 'wallet_not_found', details: {} },
  replayed: false,
};
const answersAfter = (milliseconds: number): EventStore => ({
  dryRun: () => sleep(milliseconds, [outcome]),
  execute: () => sleep(milliseconds, outcome),
  executeInOrder: (requests) => requests.map(() => sleep(milliseconds, outcome)),
  close: async () => undefined,
});

describe('answerInTime', () => {
  it('says that the outcome is unknown when the store takes longer than the bound', async () => {
    const answer = answerInTime(answersAfter(1_000), 20).execute(request);
    await expect(answer).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    const [one] = answerInTime(answersAfter(1_000), 20).executeInOrder([request]);
    await expect(one).rejects.toMatchObject({ name: 'OutcomeUnknown' });
  });

  it('says what the store says within it', async () => {
    expect(await answerInTime(answersAfter(0), 1_000).execute(request)).toBe(outcome);
  });
});
