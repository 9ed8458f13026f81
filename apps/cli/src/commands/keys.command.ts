import { randomBytes } from 'node:crypto';
import type { Scope } from '@tidemark/application';
import type { Command } from 'commander';
import { UsageError } from '../process/exit.js';
import { withHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';

/** Events keep the caller's name for ever, and people read it in lists. */
const NAME = /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** Declares `tidemark keys create` (`--json`: `{keyId, name, scopes, secret}`). */
export function keysCreateCommand(command: Command, run: Run): Command {
  return command
    .description('create an API key and print its secret, which is never shown again')
    .requiredOption('--name <name>', 'name of the caller; stored in the events')
    .requiredOption('--scopes <scopes>', 'permissions, separated by commas: read, write, operate')
    .action((options: { name: string; scopes: string }) =>
      run(async (at) => {
        const { isReserved, newApiKey, SCOPES } = await import('./new-key.js');
        const scopes = scopesOf(options.scopes, SCOPES);
        const { name } = options;
        if (!NAME.test(name)) throw new UsageError('--name must have 1 to 64 visible ASCII characters');
        if (isReserved(name)) throw new UsageError(`--name ${name} is used by the service itself: choose another`);
        return withHomeDatabase(at, { command: 'keys' }, async (database) => {
          const { keyId, secret, keyHash } = newApiKey(randomBytes);
          await database.query(
            'INSERT INTO api_keys (key_id, name, key_hash, scopes) VALUES ($1::text, $2::text, $3::text, $4::text)',
            [keyId, name, keyHash, scopes.join(',')],
          );
          return {
            json: { keyId, name, scopes, secret },
            lines: [
              `${keyId}  ${name}  ${scopes.join(',')}`,
              `Authorization: Bearer ${secret}`,
              'The secret is shown only now.',
            ],
          };
        });
      }),
    );
}

/** Declares `tidemark keys list` (`--json`: `{keys: [{keyId, name, scopes, createdAt, revokedAt}]}`). */
export function keysListCommand(command: Command, run: Run): Command {
  return command.description('list the API keys, without their secrets').action(() =>
    run((at) =>
      withHomeDatabase(at, { command: 'keys' }, async (database) => {
        const { rows } = await database.query<KeyRow>(
          'SELECT key_id, name, scopes, created_at, revoked_at FROM api_keys ORDER BY created_at, key_id',
        );
        const keys = rows.map(({ key_id, name, scopes, created_at, revoked_at }) => ({
          ...{ keyId: key_id, name, scopes: scopes.split(',') },
          ...{ createdAt: created_at, revokedAt: revoked_at },
        }));
        const lines = keys.map(
          ({ keyId, name, scopes, createdAt, revokedAt }) =>
            `${keyId}  ${createdAt}  ${scopes.join(',')}  ${name}${revokedAt === null ? '' : `  (revoked ${revokedAt})`}`,
        );
        return { json: { keys }, lines: keys.length === 0 ? ['no API keys'] : lines };
      }),
    ),
  );
}

/** Declares `tidemark keys revoke` (`--json`: `{keyId, revokedAt}`). Revoking twice keeps the first time. */
export function keysRevokeCommand(command: Command, run: Run): Command {
  return command
    .description('revoke an API key; requests with it are refused within 3 s')
    .argument('<keyId>', 'key_ and 16 digits, from `keys list`')
    .action((keyId: string) =>
      run((at) =>
        withHomeDatabase(at, { command: 'keys' }, async (database) => {
          const { rows } = await database.query<{ revoked_at: string }>(
            'UPDATE api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE key_id = $1::text RETURNING revoked_at',
            [keyId],
          );
          if (!rows[0]) throw new UsageError(`there is no API key ${keyId}: \`tidemark keys list\` shows all`);
          const revokedAt = rows[0].revoked_at;
          const { rowCount: active } = await database.query('SELECT 1 FROM api_keys WHERE revoked_at IS NULL LIMIT 1');
          const closed =
            active === 0
              ? ['No active key is left: every request is refused until you create one with `keys create`.']
              : [];
          return { json: { keyId, revokedAt }, lines: [`${keyId} revoked ${revokedAt}`, ...closed] };
        }),
      ),
    );
}

interface KeyRow {
  key_id: string;
  name: string;
  scopes: string;
  created_at: string;
  revoked_at: string | null;
}

function scopesOf(list: string, known: readonly Scope[]): Scope[] {
  const named = list.split(',').map((scope) => scope.trim());
  const unknown = named.find((scope) => !known.includes(scope as Scope));
  if (unknown !== undefined)
    throw new UsageError(`--scopes: "${unknown}" is not a scope; the scopes are ${known.join(', ')}`);
  return known.filter((scope) => named.includes(scope));
}
