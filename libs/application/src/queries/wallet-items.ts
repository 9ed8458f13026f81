import { readFreshWallet } from '@tidemark/projections';
import type { RecordedEvent } from '@tidemark/event-store';
import type { Wallet, WalletEvent } from '@tidemark/wallet';
import { decodeCursor, encodeCursor } from '../read-model/cursor.js';
import { eventsOfItem, type Item } from '../read-model/events-of-item.js';
import type { ReadModel } from '../read-model/read-model.js';
import { pageOf, type Page, type PageRequest } from './page.js';

/**
 * A page of what is open in a wallet, such as its holds, by id and fresh. Undefined when no such wallet was opened.
 *
 * @param kind for the cursor
 * @param openIn what is open at a time, in the order of the ids
 * @throws InvalidCursor
 */
export async function listOpenItems<T>(
  readModel: ReadModel,
  { walletId, kind, asked }: { readonly walletId: string; readonly kind: string; readonly asked: PageRequest },
  openIn: (wallet: Wallet, now: string) => readonly T[],
  idOf: (item: T) => string,
): Promise<Page<T> | undefined> {
  const list = `${kind} ${walletId}`;
  const after = asked.cursor === undefined ? '' : decodeCursor(asked.cursor, list).after;
  const { database } = readModel;
  const found = await readModel.retrying(() => readFreshWallet(database, walletId));
  if (!found) return undefined;
  const open = openIn(found.wallet, new Date().toISOString()).filter((item) => idOf(item) > after);
  return pageOf(open, asked.limit, (item) => encodeCursor({ list, generation: 'log', after: idOf(item) }));
}

/**
 * One item of a wallet, open or over, with its events. `wallet`: no such wallet was opened; `item`: it has none of this id that is open
 * or recent.
 *
 * @throws EventFromTheFuture, ListsBusy
 */
export async function readItem<T extends object>(
  readModel: ReadModel,
  item: Item,
  historyOf: (wallet: Wallet, id: string, events: readonly WalletEvent[], now: string) => T | undefined,
): Promise<(T & { readonly events: readonly RecordedEvent[] }) | 'wallet' | 'item'> {
  const { database } = readModel;
  const found = await readModel.retrying(() => readFreshWallet(database, item.walletId));
  if (!found) return 'wallet';
  const { wallet } = found;
  const { recorded, events } = await readModel.listing(() => eventsOfItem(database, item, wallet.version));
  const history = historyOf(wallet, item.id, events, new Date().toISOString());
  return history ? { ...history, events: recorded } : 'item';
}
