import { setTimeout as sleep } from 'node:timers/promises';
import { retryIdempotent, type Database } from '@tidemark/database';
import { Refreshed } from '../refreshed.js';

/** As for currencies: an account that was defined a moment ago is found, and a flood of unknown names costs one query a second. */
const REFRESH_MS_MIN = 1_000;

/** They are listed and read as a whole, and each is a line of the trial balance. Banks, processors and shops: tens, as a rule. */
export const OUTSIDE_ACCOUNTS_MAX = 1_000;

/** An account of the outside that has a name, such as a bank. */
export interface OutsideAccountDefinition {
  readonly name: string;
  /** For people. */
  readonly description: string;
}

/** The name is in use with another description. HTTP 409. */
export class OutsideAccountDiffers extends Error {
  override readonly name = 'OutsideAccountDiffers';

  constructor(readonly present: OutsideAccountDefinition) {
    super(`the account ${present.name} is there already, with the description ${JSON.stringify(present.description)}`);
  }
}

/** There are `OUTSIDE_ACCOUNTS_MAX` accounts. HTTP 422. */
export class TooManyOutsideAccounts extends Error {
  override readonly name = 'TooManyOutsideAccounts';

  constructor() {
    super(`there are ${OUTSIDE_ACCOUNTS_MAX} accounts of the outside, which is the most`);
  }
}

/** The named accounts of the outside of this installation (table `outside_accounts`). A name that is defined stays. */
export class OutsideAccounts {
  private constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly known: Set<string>,
    private readonly table: Refreshed<unknown>,
  ) {}

  /** Reads the accounts. @throws whatever the database says */
  static async load(database: Pick<Database, 'query'>): Promise<OutsideAccounts> {
    const known = new Set<string>();
    const read = async () => {
      for (const { name } of await readAccounts(database)) known.add(name);
    };
    return new OutsideAccounts(database, known, new Refreshed(await read(), read, REFRESH_MS_MIN));
  }

  /** Whether the account is among those in memory. */
  has(name: string): boolean {
    return this.known.has(name);
  }

  /** Whether the account is defined, looking into the database again where it is not in memory. @throws whatever the database says */
  async isDefined(name: string): Promise<boolean> {
    if (!this.has(name)) await this.table.refresh();
    return this.has(name);
  }

  /** By name. */
  list(): Promise<readonly OutsideAccountDefinition[]> {
    return retried(() => readAccounts(this.database));
  }

  /**
   * Defines an account. The name is its key, so it may be sent again.
   *
   * @returns whether it was not there yet
   * @throws OutsideAccountDiffers, TooManyOutsideAccounts; whatever the database says
   */
  async define({ name, description }: OutsideAccountDefinition): Promise<boolean> {
    const added = await retried(async () => {
      const { rowCount } = await this.database.query(DEFINE, [name, description, OUTSIDE_ACCOUNTS_MAX]);
      return rowCount === 1;
    });
    const present = added ? undefined : await retried(() => readAccount(this.database, name));
    if (!added && !present) throw new TooManyOutsideAccounts();
    this.known.add(name);
    if (present && present.description !== description) throw new OutsideAccountDiffers(present);
    return added;
  }
}

function retried<T>(work: () => Promise<T>): Promise<T> {
  return retryIdempotent(work, { random: Math.random, sleep });
}

const DEFINE = `
INSERT INTO outside_accounts (name, description)
SELECT $1::text, $2::text WHERE (SELECT count(*) FROM outside_accounts) < $3::int8
ON CONFLICT (name) DO NOTHING`;

async function readAccount({ query }: Pick<Database, 'query'>, name: string) {
  const { rows } = await query<OutsideAccountDefinition>(
    'SELECT name, description FROM outside_accounts WHERE name = $1::text',
    [name],
  );
  return rows[0];
}

async function readAccounts({ query }: Pick<Database, 'query'>): Promise<readonly OutsideAccountDefinition[]> {
  const { rows } = await query<OutsideAccountDefinition>(
    'SELECT name, description FROM outside_accounts ORDER BY name',
  );
  return rows;
}
