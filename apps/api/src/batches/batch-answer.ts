import { isKept, type AtomicBatch, type BatchItem } from '@tidemark/application';
import { commandDefinition, scopeOf } from '@tidemark/wallet';
import type { FastifyReply } from 'fastify';
import { acceptedOf, bodyOf, idsOf, rejectionProblem, REPLAYED, walletsOf } from '../commands/command-answer.js';
import { problemOf } from '../problems/problem-of.js';
import type { Problem } from '../problems/problem.js';

/** The answer to commands that were decided together. @throws Problem for a rejection, the first time and on every repeat */
export function atomicAnswerOf({ items, outcome }: AtomicBatch, reply: FastifyReply, dryRun: boolean): object {
  const accepted = acceptedOf(scopeOf(items[0]!.command), outcome, reply, dryRun);
  const status = dryRun ? 200 : 201;
  const results = items.map(({ command }) => ({ status, body: idsOf(commandDefinition(command.type), command) }));
  return { atomic: true, results, position: accepted.position, wallets: walletsOf(accepted) };
}

/**
 * The answer to commands that were executed each on its own. A repeat has the same results.
 *
 * @throws the error of a command that is a defect; the others are executed all the same
 */
export function eachAnswerOf(items: readonly BatchItem[], reply: FastifyReply, dryRun: boolean): object {
  const results = items.map((item) => resultOf(item, dryRun));
  if (dryRun) reply.code(200).header('tidemark-dry-run', 'true');
  if (isReplay(items)) reply.code(200).header(REPLAYED, 'true');
  return { atomic: false, results };
}

function resultOf({ command, idempotencyKey, outcome }: BatchItem, dryRun: boolean): object {
  if (outcome instanceof Error) {
    const problem = problemOf(outcome);
    if (!problem) throw outcome;
    return { ...shown(problem), idempotencyKey };
  }
  const { result } = outcome;
  if (result.kind === 'rejected') return { ...shown(rejectionProblem(result, scopeOf(command))), idempotencyKey };
  return { status: dryRun ? 200 : 201, idempotencyKey, body: bodyOf(commandDefinition(command.type), command, result) };
}

function shown(problem: Problem) {
  return { status: problem.status, problem: problem.toBody() };
}

/** Whether nothing was done now. What is not kept, such as that a wallet is missing, says nothing about it. */
function isReplay(items: readonly BatchItem[]): boolean {
  const kept = items.filter(isKept);
  return kept.length > 0 && kept.every(({ outcome }) => !(outcome instanceof Error) && outcome.replayed);
}
