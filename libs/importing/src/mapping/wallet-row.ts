import { metadataValue } from '@tidemark/wallet';
import { Columns, type Pick } from './columns.js';
import { effectiveTime } from './dates.js';
import type { WalletColumns } from './mapping.js';
import { textReader } from './texts.js';
import { walletIdReader, type WalletIdRules } from './wallet-ids.js';

/** One wallet to open. */
export interface WalletRow {
  readonly walletId: string;
  /** As the file names it; empty where it names none. */
  readonly homeRegion: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A reader of wallets, with every column found in the header. Empty metadata is left out; the opening date is kept as
 * the metadata `openedOn`.
 *
 * @param where file and line of the header, for messages
 * @returns a function from a row's fields to its wallet, which throws MalformedRow with the reason
 * @throws FileRefused when a column is missing
 */
export function walletReader(
  where: string,
  header: readonly string[],
  { id, homeRegion, openedOn, metadata }: WalletColumns,
  rules: WalletIdRules,
): (fields: readonly string[]) => WalletRow {
  const columns = new Columns(where, header);
  const text = (key: string, column: string) => textReader(key, columns.column(column), metadataValue);
  const walletId = walletIdReader(columns, id, rules);
  const region = homeRegion === undefined ? () => '' : columns.textOrConstant(homeRegion);
  const pairs = Object.entries(metadata).map(([key, column]) => [key, text(key, column)] as const);
  if (openedOn !== undefined) pairs.unshift(['openedOn', dateReader(columns.column(openedOn))]);
  return (fields) => ({
    walletId: walletId(fields),
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
