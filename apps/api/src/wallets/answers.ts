import type { Written } from '@tidemark/application';
import { balancesView, type AcceptedResult, type RejectedResult } from '@tidemark/event-store';
import type { ProjectedWallet, WalletState } from '@tidemark/projections';
import { scopeOf, type WalletCommand } from '@tidemark/wallet';
import type { FastifyReply } from 'fastify';
import { versionTag } from '../http/request-headers.js';
import { HOME_REGION } from '../http/served-by.js';
import { Problem } from '../problems/problem.js';
import type { WalletCommandAnswer, WalletRead } from '../schemas/answers.js';

const REPLAYED = 'idempotency-replayed';

/**
 * What a command was answered, with its status: 201 for what was made, 200 for the same answer again. Names the home
 * region of the wallet that the outcome belongs to.
 *
 * @throws Problem for a rejection, the first time and on every repeat
 */
export function acceptedOf({ command, outcome }: Written<WalletCommand>, reply: FastifyReply): AcceptedResult {
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

/** The answer to a command on one wallet: the wallet as the command left it. */
export function walletAfter(
  walletId: string,
  { position, wallets }: AcceptedResult,
  reply: FastifyReply,
): WalletCommandAnswer {
  const { status, homeRegion, version, balances } = wallets.find((view) => view.walletId === walletId)!;
  reply.header('etag', versionTag(version));
  return { walletId, status, homeRegion, version, position, balances, wallets };
}

/** The answer to a read. */
export function walletOf(state: WalletState | ProjectedWallet): WalletRead {
  const { walletId, wallet, position, metadata } = state;
  const { status, homeRegion, version } = wallet;
  const readAsOf = 'readAsOf' in state ? { readAsOf: state.readAsOf } : {};
  return { walletId, status, homeRegion, version, position, balances: balancesView(wallet), metadata, ...readAsOf };
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
