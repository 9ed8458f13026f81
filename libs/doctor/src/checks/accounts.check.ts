import type { Audit } from '@tidemark/event-store';
import { nameOfOutside, statementLineOf } from '@tidemark/wallet';
import type { PageCheck } from '../wallets/page.js';

/** Every account of the outside that an event names was defined. Names are only read where an event has one that is not known yet. */
export function accountsAreDefined(): PageCheck {
  const known = new Set<string>();
  return {
    name: 'account_defined',
    async check({ audit, slices, report }) {
      const named = slices.flatMap(({ walletId, events }) =>
        events.flatMap(({ event, recorded: { version } }) => {
          const name = nameOfOutside((event && statementLineOf(event))?.account);
          return name === undefined ? [] : [{ walletId, version, name }];
        }),
      );
      if (named.some(({ name }) => !known.has(name))) for (const name of await readNames(audit)) known.add(name);
      for (const { walletId, version, name } of named) {
        if (known.has(name)) continue;
        const message = `the account ${name} of the outside is not defined`;
        report({ invariant: 'account_defined', walletId, version, message });
      }
    },
  };
}

async function readNames(audit: Audit): Promise<readonly string[]> {
  const { rows } = await audit.read((reader) => reader.query<{ name: string }>('SELECT name FROM outside_accounts'));
  return rows.map(({ name }) => name);
}
