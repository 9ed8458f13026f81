import type { Written } from '@tidemark/application';
import { fullBalances, type AcceptedResult, type RejectedResult } from '@tidemark/event-store';
import { scopeOf, type CommandDefinition, type JsonObject } from '@tidemark/wallet';
import type { FastifyReply } from 'fastify';
import { versionTag } from '../http/request-headers.js';
import { HOME_REGION } from '../http/served-by.js';
import { Problem } from '../problems/problem.js';
import { isAboutOneWallet } from './command-schemas.js';

const REPLAYED = 'idempotency-replayed';

/**
 * What a command answers over HTTP: 201 for what was done, 200 for the same answer again. The wallets are as the command left
 * them. Sets the headers that go with it.
 *
 * @param dryRun 200 with a header that says so, and no `ETag`: the wallet is not at that version
 * @throws Problem for a rejection, the first time and on every repeat
 */
export function answerOf(definition: CommandDefinition, written: Written, reply: FastifyReply, dryRun = false): object {
  const { command } = written;
  const { position, wallets } = acceptedOf(written, reply);
  if (dryRun) reply.code(200).header('tidemark-dry-run', 'true');
  const ids = Object.keys(definition.derives).map((name) => [name, (command as unknown as JsonObject)[name]]);
  const touched = wallets.map((view) => ({ ...view, balances: fullBalances(view.balances) }));
  if (!isAboutOneWallet(definition)) return { ...Object.fromEntries(ids), position, wallets: touched };
  const { walletId, status, homeRegion, version, balances } = touched.find(
    (view) => view.walletId === scopeOf(command),
  )!;
  if (!dryRun) reply.header('etag', versionTag(version));
  if (definition.opens && !dryRun) reply.header('location', `/v1/wallets/${walletId}`);
  return {
    ...{ walletId, status, homeRegion, version, position, balances, wallets: touched },
    ...Object.fromEntries(ids),
  };
}

function acceptedOf({ command, outcome }: Written, reply: FastifyReply): AcceptedResult {
  const { result, replayed } = outcome;
  if (result.kind === 'rejected') {
    const { code, details } = result;
    const detail = `${sentenceOf(code, details)}. ${adviceFor(result, scopeOf(command))}`;
    throw new Problem(code, detail, { details }, replayed ? { [REPLAYED]: 'true' } : {});
  }
  if (replayed) reply.code(200).header(REPLAYED, 'true');
  const home = result.wallets.find(({ walletId }) => walletId === scopeOf(command))?.homeRegion;
  if (home !== undefined) reply.header(HOME_REGION, home);
  return result;
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
