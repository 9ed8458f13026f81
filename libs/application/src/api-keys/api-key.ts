import { hash } from 'node:crypto';

/** What a key may do: read; move money; run the installation. None includes another. */
export const SCOPES = ['read', 'write', 'operate'] as const;
export type Scope = (typeof SCOPES)[number];

/** 256 bits cannot be guessed, so a plain hash protects it as well as a slow one would. */
const SECRET_BYTES = 32;

/** A key as it is handed out, once. Only the hash of `secret` is kept. */
export interface NewApiKey {
  /** `key_` and 16 hexadecimal digits: names the key without revealing it. */
  readonly keyId: string;
  /** `tm_` and 43 characters base64url: what goes behind `Authorization: Bearer`. */
  readonly secret: string;
  readonly keyHash: string;
}

/** The form in which a secret is stored and looked up: base64url sha256. */
export function hashApiKey(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** @param random gives that many random bytes (`crypto.randomBytes`) */
export function newApiKey(random: (bytes: number) => Buffer): NewApiKey {
  const secret = `tm_${random(SECRET_BYTES).toString('base64url')}`;
  return { keyId: `key_${random(8).toString('hex')}`, secret, keyHash: hashApiKey(secret) };
}

/** Callers without an API key: requests while there is no key, imports, reactors and the expiry timer. */
const RESERVED = /^(?:anonymous|expiry timer|import .*|reactor .*)$/;

/** Whether a key of this name would share the idempotency keys of a caller of the service itself. */
export function isReserved(name: string): boolean {
  return RESERVED.test(name);
}
