import { currency, Money } from '@tidemark/money';
import { eur } from '../given-when-then.js';

const yen = (amount: string) => Money.of(amount, currency('JPY', 0));
const nothing = {};
const details = {
  reference: 'inv-7',
  description: 'rent "May"\n1993, čtvrť 2',
  effectiveAt: '1993-01-05T00:00:00Z',
};

/** The events of fees in each case of their golden files. */
export const FEE_EVENTS = {
  'FeeCharged.v1': {
    'all optional fields': {
      type: 'FeeCharged',
      ...{ feeId: 'fe_1', movementId: 'mv_1', schedule: 'card', scheduleVersion: 3, to: 'fees' },
      ...{ amount: eur('0.25'), details },
    },
    'no optional field': {
      type: 'FeeCharged',
      ...{ feeId: 'fe_1', movementId: 'mv_1', schedule: 'card', scheduleVersion: 1, to: 'fees' },
      ...{ amount: yen('25'), details: nothing },
    },
  },
  'FeeReceived.v1': {
    'all optional fields': {
      type: 'FeeReceived',
      ...{ feeId: 'fe_1', movementId: 'tr_1', schedule: 'card', scheduleVersion: 12, from: 'alice' },
      ...{ amount: eur('0.25'), details },
    },
    'no optional field': {
      type: 'FeeReceived',
      ...{ feeId: 'fe_1', movementId: 'tr_1', schedule: 'card', scheduleVersion: 1, from: 'alice' },
      ...{ amount: yen('25'), details: nothing },
    },
  },
} as const;
