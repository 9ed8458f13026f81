import { encodeEvent, type WalletEvent } from '@tidemark/wallet';
import { currency, Money } from '@tidemark/money';
import type { ProjectedEvent } from '@tidemark/event-store';
import type { Projection, Values } from './projection.js';

/** For the specs of projections: euros. */
export const eur = (amount: string) => Money.of(amount, currency('EUR', 2));

export const opened: WalletEvent = { type: 'WalletOpened', homeRegion: 'local', metadata: { owner: 'Ada' } };

export function deposited(amount: string, details: object = {}): WalletEvent {
  return { type: 'FundsDeposited', movementId: 'd', amount: eur(amount), details };
}

/** An event of wallet `w` as the log would hold it, recorded on the day of its version. */
export function recorded(event: WalletEvent, version: number): ProjectedEvent {
  const recordedAt = `2026-01-0${version}T00:00:00.000Z`;
  return {
    ...{ region: 'local', walletId: 'w', version, position: `p${version}`, recordedAt },
    ...encodeEvent(event),
    ...{ metadata: '{}', hash: '' },
  };
}

/** What a projection makes of one wallet's events. */
export function projected<State>(
  projection: Projection<State>,
  ...events: WalletEvent[]
): { state: State | undefined; lines: Values[]; totals: Values[] } {
  let state: State | undefined;
  const [lines, totals]: Values[][] = [[], []];
  events.forEach((event, i) => {
    const applied = projection.apply(state, event, recorded(event, i + 1));
    state = applied.state;
    lines!.push(...(applied.lines ?? []));
    totals!.push(...(applied.totals ?? []));
  });
  return { state, lines: lines!, totals: totals! };
}
