import { walletIdText } from '@tidemark/wallet';
import type { Columns, Pick } from './columns.js';
import type { Mapping, TextOrConstant } from './mapping.js';
import { MalformedRow } from './row-problem.js';
import { cut } from './texts.js';

/** What a mapping says of wallet ids. */
export type WalletIdRules = globalThis.Pick<Mapping, 'walletPrefix' | 'walletIds' | 'accounts'>;

/**
 * A reader of wallet ids.
 *
 * @returns a function from a row's fields, which throws MalformedRow when they make no wallet id
 * @throws FileRefused when a column is missing
 */
export function walletIdReader(columns: Columns, from: TextOrConstant, rules: WalletIdRules): Pick {
  const pick = columns.textOrConstant(from);
  const accounts = new Map(Object.entries(rules.accounts ?? {}));
  return (fields) => walletIdOf(pick(fields), rules, accounts);
}

function walletIdOf(
  text: string,
  { walletPrefix, walletIds }: WalletIdRules,
  accounts: ReadonlyMap<string, string>,
): string {
  const plain = accounts.get(text) ?? (walletIds === 'escaped' ? escapedId(text) : text);
  const walletId = `${walletPrefix}${plain}`;
  const { error } = walletIdText.safeParse(text === '' ? text : walletId);
  if (!error) return walletId;
  throw new MalformedRow(`"${cut(walletId)}" is not a wallet id: it ${error.issues[0]!.message}`);
}

/** Two colons in a row come from nothing else, so that what begins with a mark can be told from what begins with this letter. */
const BEGINS_WITH_A_MARK = 'e::';

/**
 * Writes any text with the characters of a wallet id, so that it can be read back: a character that is none of letters, digits, `.`, `_`
 * and `-` becomes `:` and its bytes in UTF-8 (`NL12 AB/7` becomes `NL12:20AB:2F7`).
 */
export function escapedId(text: string): string {
  const escaped = [...text]
    .map((character) => (/[A-Za-z0-9._-]/.test(character) ? character : hex(character)))
    .join('');
  return escaped === '' || /^[A-Za-z0-9]/.test(escaped) ? escaped : `${BEGINS_WITH_A_MARK}${escaped}`;
}

function hex(character: string): string {
  return [...Buffer.from(character)].map((byte) => `:${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** The text of an id that `escapedId` has made. */
export function unescapedId(id: string): string {
  const escaped = id.startsWith(BEGINS_WITH_A_MARK) ? id.slice(BEGINS_WITH_A_MARK.length) : id;
  return Buffer.from(
    escaped.replace(/:([0-9A-F]{2})/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
    'latin1',
  ).toString('utf8');
}
