import { currency, Money } from '@tidemark/money';
import { expect, it } from 'vitest';
import { walletId } from '../fields/fields.js';
import { amountNotPositive, MONEY_OUT_REJECTIONS, walletClosed, walletFrozen } from '../rejections.js';
import { defineCommand } from './command.js';
import { reject } from './decision.js';
import { definePart } from './part.js';

// What does not compile. `tsc -p tsconfig.spec.json` fails where one of these compiles.

const amount = Money.of('1.00', currency('EUR', 2));
const state = { initial: 0, charactersMax: 1, encode: (n: number) => n, decode: (n: never) => n };

it('a decision has a rejection that its command declares, or one that any command may get', () => {
  defineCommand('Declared', {
    fields: { walletId },
    rejects: [amountNotPositive],
    decide: ({ walletId }, { wallet }) =>
      wallet.version === 0 ? reject(walletClosed, { walletId }) : reject(amountNotPositive, { amount }),
  });
  defineCommand('Undeclared', {
    fields: { walletId },
    rejects: [amountNotPositive],
    // @ts-expect-error wallet_frozen is not in `rejects`
    decide: ({ walletId }) => reject(walletFrozen, { walletId, frozen: [] }),
  });
});

it('a decision that moves money declares what `refuse` says of its direction', () => {
  defineCommand('Out', {
    fields: { walletId },
    rejects: MONEY_OUT_REJECTIONS,
    decide: ({ walletId }, { wallet, refuse }) => refuse({ walletId, wallet, direction: 'out', amount, kind: 'x' })!,
  });
  defineCommand('In', {
    fields: { walletId },
    rejects: MONEY_OUT_REJECTIONS,
    // @ts-expect-error too_many_currencies is not in `rejects`
    decide: ({ walletId }, { wallet, refuse }) => refuse({ walletId, wallet, direction: 'in', amount, kind: 'x' })!,
  });
});

it('a part that reserves money says of which currencies', () => {
  definePart('plain', state);
  definePart('reserving', { ...state, reserved: () => undefined, currencies: () => [] });
  // @ts-expect-error `currencies` is missing
  definePart('incomplete', { ...state, reserved: () => undefined });
});

it('a command has each of its rejections once', () => {
  const { rejects } = defineCommand('Twice', {
    fields: { walletId },
    rejects: [walletFrozen, walletFrozen],
    decide: () => ({ kind: 'accepted', events: [] }),
  });
  expect(rejects).toEqual([walletFrozen]);
});
