import { outsideAccountOf, type OutsideAccount } from '../accounts.js';

// Where money comes from or goes to, outside of all wallets: `source` on its way in, `destination` on its way out.

/** What an event or a command says of the outside. Without either, it is the outside without a name. */
export interface Outside {
  readonly source?: string;
  readonly destination?: string;
}

/** The account that its postings are on. */
export function accountOutside({ source, destination }: Outside): OutsideAccount {
  return outsideAccountOf(source ?? destination);
}

/** What its statement line says: the account, where it has a name. */
export function namedOutside({ source, destination }: Outside): { readonly account?: OutsideAccount } {
  const name = source ?? destination;
  return name === undefined ? {} : { account: outsideAccountOf(name) };
}

/** The property of an event that moves money in this direction, where the outside has a name. */
export function outsideIn(direction: 'in' | 'out', name: string | undefined): Outside {
  if (name === undefined) return {};
  return direction === 'in' ? { source: name } : { destination: name };
}
