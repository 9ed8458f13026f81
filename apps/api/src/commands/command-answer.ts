import type { Written } from '@tidemark/application';
import { fullBalances, type AcceptedResult, type CommandOutcome, type RejectedResult } from '@tidemark/event-store';
import { scopeOf, type CommandDefinition, type JsonObject, type SingleCommand } from '@tidemark/wallet';
import type { FastifyReply } from 'fastify';
import { versionTag } from '../http/request-headers.js';
import { HOME_REGION } from '../http/served-by.js';
import { Problem } from '../problems/problem.js';
import { isAboutOneWallet } from './command-schemas.js';

export const REPLAYED = 'idempotency-replayed';

/**
 * What a command answers over HTTP: 201 for what was done, 200 for the same answer again. The wallets are as the command left
 * them. Sets the headers that go with it.
 *
 * @param dryRun 200 with a header that says so, and no `ETag`: the wallet is not at that version
 * @throws Problem for a rejection, the first time and on every repeat
 */
export function answerOf(definition: CommandDefinition, written: Written, reply: FastifyReply, dryRun = false): object {
  const { command } = written;
  const result = acceptedOf(scopeOf(command), written.outcome, reply, dryRun);
  const view = result.wallets.find(({ walletId }) => walletId === scopeOf(command));
  if (view && isAboutOneWallet(definition) && !dryRun) {
    reply.header('etag', versionTag(view.version));
    if (definition.opens) reply.header('location', `/v1/wallets/${view.walletId}`);
  }
  return bodyOf(definition, command, result);
}

/** The body of the answer to a command that was accepted. */
export function bodyOf(definition: CommandDefinition, command: SingleCommand, result: AcceptedResult): object {
  const { position, told } = result;
  const wallets = walletsOf(result);
  const ids = idsOf(definition, command);
  if (!isAboutOneWallet(definition)) return { ...ids, position, wallets, ...told };
  const { walletId, status, homeRegion, version, balances } = wallets.find(
    (view) => view.walletId === scopeOf(command),
  )!;
  return { ...{ walletId, status, homeRegion, version, position, balances, wallets }, ...ids, ...told };
}

/** The ids that a command was given. */
export function idsOf({ derives }: CommandDefinition, command: SingleCommand): object {
  return Object.fromEntries(Object.keys(derives).map((name) => [name, (command as unknown as JsonObject)[name]]));
}

/** Every wallet that a command touched, as it left them. */
export function walletsOf({ wallets }: AcceptedResult) {
  return wallets.map((view) => ({ ...view, balances: fullBalances(view.balances) }));
}

/**
 * The result of a command that was accepted, now or before. Sets the status and the headers that go with it.
 *
 * @param scope the wallet that the command was sent to
 * @throws Problem for a rejection
 */
export function acceptedOf(
  scope: string,
  outcome: CommandOutcome,
  reply: FastifyReply,
  dryRun: boolean,
): AcceptedResult {
  const { result, replayed } = outcome;
  if (result.kind === 'rejected') throw rejectionProblem(result, scope, replayed);
  if (replayed) reply.code(200).header(REPLAYED, 'true');
  if (dryRun) reply.code(200).header('tidemark-dry-run', 'true');
  const home = result.wallets.find(({ walletId }) => walletId === scope)?.homeRegion;
  if (home !== undefined) reply.header(HOME_REGION, home);
  return result;
}

/** @param scope the wallet that the command was sent to */
export function rejectionProblem(result: RejectedResult, scope: string, replayed = false): Problem {
  const { code, details } = result;
  const detail = `${sentenceOf(code, details)}. ${adviceFor(result, scope)}`;
  return new Problem(code, detail, { details }, replayed ? { [REPLAYED]: 'true' } : {});
}

function sentenceOf(code: string, details: Readonly<Record<string, unknown>>): string {
  const facts = Object.entries(details).map(([name, value]) => `${name} ${plain(value)}`);
  return `${code.replaceAll('_', ' ')}: ${facts.join(', ')}`;
}

/** What to do next: the key keeps every rejection but the one that had no wallet to be kept with (ADR 5). */
function adviceFor({ code, details }: RejectedResult, scope: string): string {
  if (code === 'wallet_not_found' && details['walletId'] === scope) {
    return 'Nothing is kept under the Idempotency-Key: once the wallet is open, the same request may be sent again';
  }
  const before = code === 'version_mismatch' ? 'read the wallet and ' : '';
  return `The Idempotency-Key keeps this answer: to try again, ${before}use a new key`;
}

function plain(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).join(' ');
}
