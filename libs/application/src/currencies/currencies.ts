import type { Database } from '@tidemark/database';
import { currency, CurrencyTable, type Currency } from '@tidemark/money';
import { Refreshed } from '../refreshed.js';

/** An asset that was added a moment ago is found, and a flood of unknown codes costs one query a second. */
const REFRESH_MS_MIN = 1_000;

/** The currencies of this installation: ISO 4217 and its own assets (table `assets`). */
export class Currencies {
  private constructor(private readonly table: Refreshed<CurrencyTable>) {}

  /**
   * Reads the assets.
   *
   * @throws MoneyError `malformed_currency` when an asset contradicts ISO 4217; whatever the database says
   */
  static async load(database: Pick<Database, 'query'>): Promise<Currencies> {
    const read = () => readTable(database);
    return new Currencies(new Refreshed(await read(), read, REFRESH_MS_MIN));
  }

  /** The currency with this code among those in memory. */
  find(code: string): Currency | undefined {
    return this.table.current.find(code);
  }

  /**
   * The currency with this code, looking into the database again where it is not in memory.
   *
   * @throws MoneyError `unknown_currency`; whatever the database says
   */
  async get(code: string): Promise<Currency> {
    return this.find(code) ?? (await this.table.refresh()).get(code);
  }
}

async function readTable(database: Pick<Database, 'query'>): Promise<CurrencyTable> {
  const { rows } = await database.query<{ code: string; scale: number }>('SELECT code, scale FROM assets');
  return CurrencyTable.iso4217().with(...rows.map(({ code, scale }) => currency(code, Number(scale))));
}
