import { randomBytes } from 'node:crypto';
import { newApiKey, type Scope } from '@tidemark/application';
import type { Database } from '@tidemark/database';

/** Adds an API key to the database, as `tidemark keys create` does. @returns its secret */
export async function addKey(database: Database, name: string, ...scopes: Scope[]): Promise<string> {
  const { keyId, secret, keyHash } = newApiKey(randomBytes);
  await database.query(
    'INSERT INTO api_keys (key_id, name, key_hash, scopes) VALUES ($1::text, $2::text, $3::text, $4::text)',
    [keyId, name, keyHash, scopes.join(',')],
  );
  return secret;
}

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
