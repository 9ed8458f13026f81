import { expect, it } from 'vitest';
import { eur, opened, fold } from '../given-when-then.js';
import type { WalletEvent } from '../declared.js';
import { HoldCaptured } from './capture-hold.js';
import { holdHistoryOf, openHoldsOf } from './hold-history.js';
import { FundsHeld } from './place-hold.js';
import { HoldExpired, HoldExtended, HoldVoided } from './release-hold.js';

const BEFORE = '2026-01-02T00:00:00.000Z';
const EXPIRY = '2026-01-03T00:00:00.000Z';
const AFTER = '2026-01-04T00:00:00.000Z';

const placed = FundsHeld({ holdId: 'hd_1', amount: eur('10.00'), expiresAt: EXPIRY, details: {} });
const captured = (amount: string, final?: true) =>
  HoldCaptured({ holdId: 'hd_1', captureId: 'cp_1', amount: eur(amount), ...(final && { final }), details: {} });

function history(events: readonly WalletEvent[], now: string, given = events) {
  const wallet = fold([opened, ...events]);
  const found = holdHistoryOf(wallet, 'hd_1', given, now);
  if (!found) return undefined;
  const { status, left, amount, captured } = found;
  return [status, left, amount, captured].map((each) => each?.toString());
}

it.each<[string, WalletEvent[], string, (string | undefined)[]]>([
  ['open', [placed], BEFORE, ['open', '10.00', '10.00', '0.00']],
  ['open after a part was captured', [placed, captured('4.00')], BEFORE, ['open', '6.00', '10.00', '4.00']],
  ['captured whole', [placed, captured('10.00')], BEFORE, ['captured', '0.00', '10.00', '10.00']],
  ['captured finally', [placed, captured('4.00', true)], BEFORE, ['captured', '0.00', '10.00', '4.00']],
  ['voided', [placed, HoldVoided({ holdId: 'hd_1' })], BEFORE, ['voided', '0.00', '10.00', '0.00']],
  ['expired', [placed, HoldExpired({ holdId: 'hd_1' })], AFTER, ['expired', '0.00', '10.00', '0.00']],
  ['expired before its event', [placed], EXPIRY, ['expired', '0.00', '10.00', '0.00']],
  [
    'extended',
    [placed, HoldExtended({ holdId: 'hd_1', expiresAt: AFTER })],
    EXPIRY,
    ['open', '10.00', '10.00', '0.00'],
  ],
])('a hold is %s', (_, events, now, expected) => expect(history(events, now)).toEqual(expected));

it('is open by the state alone where its first events are too long ago', () => {
  const events = [placed, captured('4.00')];
  expect(history(events, BEFORE, events.slice(1))).toEqual(['open', '6.00', undefined, undefined]);
  expect(history(events, AFTER, [])).toBeUndefined();
});

it('lists what is open, by id', () => {
  const other = FundsHeld({ holdId: 'hd_0', amount: eur('1.00'), details: {} });
  const wallet = fold([opened, placed, other]);
  const ids = (now: string) => openHoldsOf(wallet, now).map(({ holdId }) => holdId);
  expect([ids(BEFORE), ids(EXPIRY)]).toEqual([['hd_0', 'hd_1'], ['hd_0']]);
});
