import { hash } from 'node:crypto';
import type { CommandRequest } from '@tidemark/event-store';
import { scopeOf, type DerivedId, type SingleCommand } from '@tidemark/wallet';
import type { AskedCommand } from '../commands/asked-command.js';
import type { CommandIdentity } from '../commands/command-identity.js';
import { derivedIdOf } from '../commands/derived-ids.js';
import { askedText } from '../commands/request-hash.js';

/** Commands in one request. 100 deposits and their outcomes make one statement of some 80 KB; the body has its own bound. */
export const BATCH_COMMANDS_MAX = 100;

/** Several commands as a caller asked for them. */
export interface AskedBatch {
  /** All or none; otherwise each on its own. */
  readonly atomic: boolean;
  readonly commands: readonly [AskedCommand, ...AskedCommand[]];
}

const BATCH_KEY: DerivedId = { kind: 'batch', prefix: 'bk' };

/** Completes a command under the key that it gets. */
type Complete = (asked: AskedCommand, identity: CommandIdentity) => SingleCommand;

/**
 * The requests that the commands of a batch are. The first has the key of the batch. So the key belongs to the caller and to the wallet of
 * the first command, as the key of a single command does. The others have keys that follow from it: a repeat finds each again. Their hashes
 * cover the whole batch: with another body under the same key each is another request.
 */
export function requestsOf({ atomic, commands: asked }: AskedBatch, identity: CommandIdentity, complete: Complete) {
  const first = complete(asked[0], identity);
  const key = derivedIdOf(BATCH_KEY, scopeOf(first), identity);
  const identities = asked.map((_, i) => (i === 0 ? identity : { ...identity, idempotencyKey: `${key}.${i}` }));
  const commands = asked.map((one, i) => (i === 0 ? first : complete(one, identities[i]!)));
  const text = JSON.stringify({ type: 'Batch', atomic, commands: commands.map((one, i) => askedText(asked[i]!, one)) });
  return commands.map((command, i): CommandRequest & { readonly command: SingleCommand } => ({
    command,
    ...identities[i]!,
    requestHash: hash('sha256', i === 0 ? text : `${i}\n${text}`, 'base64url'),
  }));
}
