import type { Database } from '@tidemark/database';
import { domainEvent, LOOKED_THROUGH_AT_ONCE, readEventsAbout, type RecordedEvent } from '@tidemark/event-store';
import type { WalletEvent } from '@tidemark/wallet';

/** Events of a wallet that are looked through for what became of a hold or a pending movement: the newest ones. */
export const LOOKED_THROUGH_MAX = 20_000;

/** A hold or a pending movement of a wallet. */
export interface Item {
  readonly walletId: string;
  readonly id: string;
  /** The types of events that it may have, that of its first event included. */
  readonly types: readonly string[];
  /** Whether an event is about the item, and whether it is the first one. */
  about(event: WalletEvent): 'first' | 'later' | undefined;
}

/**
 * The events of an item, the oldest first: those among the newest `LOOKED_THROUGH_MAX` events of its wallet.
 *
 * @param version the last version that counts
 */
export async function eventsOfItem(
  reader: Pick<Database, 'query' | 'engine'>,
  { walletId, id, types, about }: Item,
  version: number,
): Promise<{ readonly recorded: readonly RecordedEvent[]; readonly events: readonly WalletEvent[] }> {
  const found: { recorded: RecordedEvent; event: WalletEvent }[] = [];
  const end = Math.max(0, version - LOOKED_THROUGH_MAX);
  for (let to = version; to > end; to -= LOOKED_THROUGH_AT_ONCE) {
    const from = Math.max(end, to - LOOKED_THROUGH_AT_ONCE) + 1;
    const page = await readEventsAbout(reader, { walletId, from, to, text: id, types });
    const decoded = page.map((recorded) => ({ recorded, event: domainEvent(recorded) }));
    found.unshift(...decoded.filter(({ event }) => about(event) !== undefined));
    if (found[0] && about(found[0].event) === 'first') break;
  }
  return { recorded: found.map(({ recorded }) => recorded), events: found.map(({ event }) => event) };
}
