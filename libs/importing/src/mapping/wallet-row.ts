import { metadataValue, walletIdText } from '@tidemark/wallet';
import { Columns, type Pick } from './columns.js';
import { effectiveTime } from './effective-time.js';
import type { WalletColumns } from './mapping.js';
import { MalformedRow } from './row-problem.js';
import { cut, textReader } from './texts.js';

/** One wallet to open. */
export interface WalletRow {
  readonly walletId: string;
  /** As the file names it; empty where it names none. */
  readonly homeRegion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws MalformedRow when prefix and text do not make a wallet id */
export function walletIdOf(prefix: string, text: string): string {
  const walletId = `${prefix}${text}`;
  const { error } = walletIdText.safeParse(text === '' ? text : walletId);
  if (!error) return walletId;
  throw new MalformedRow(`"${cut(walletId)}" is not a wallet id: it ${error.issues[0]!.message}`);
}

/**
 * A reader of wallets, with every column found in the header. Empty metadata is left out; the opening date is kept as
 * the metadata `openedOn`.
 *
 * @param file for messages
 * @returns a function from a row's fields to its wallet, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function walletReader(
  file: string,
  header: readonly string[],
  { id, homeRegion, openedOn, metadata }: WalletColumns,
  prefix: string,
): (fields: readonly string[]) => WalletRow {
  const columns = new Columns(file, header);
  const text = (key: string, column: string) => textReader(key, columns.column(column), metadataValue);
  const walletId = columns.column(id);
  const region = homeRegion === undefined ? () => '' : columns.columnOrConstant(homeRegion);
  const pairs = Object.entries(metadata).map(([key, column]) => [key, text(key, column)] as const);
  if (openedOn !== undefined) pairs.unshift(['openedOn', dateReader(columns.column(openedOn))]);
  return (fields) => ({
    walletId: walletIdOf(prefix, walletId(fields)),
    homeRegion: region(fields),
    metadata: Object.fromEntries(pairs.map(([key, pick]) => [key, pick(fields)]).filter(([, value]) => value !== '')),
  });
}

/** The date as it is written, once it is known to be one. */
function dateReader(pick: Pick): Pick {
  return (fields) => {
    const date = pick(fields);
    if (date !== '') effectiveTime(date);
    return date;
  };
}
