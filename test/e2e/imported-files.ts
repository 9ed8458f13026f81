import { parse } from 'csv-parse/sync';
import type { Workplace } from './cli-process.js';

export const HEADER = 'id,account,date,kind,amount,text\n';

/** A mapping of files with the columns of `HEADER`. Each source has wallets of its own. */
export const mapping = (source: string, more: object = {}) => ({
  source,
  openWallets: true,
  walletPrefix: `${source}-`,
  movements: {
    id: 'id',
    wallet: 'account',
    effectiveAt: 'date',
    amount: { column: 'amount', kind: { column: 'kind', credit: ['in'], debit: ['out'] } },
    currency: { value: 'EUR' },
    description: '{text}',
  },
  ...more,
});

let sources = 0;

/** A source that no other import of the test file has. */
export const newSource = () => `s${++sources}`;

interface Import {
  /** A new one if it is left out. */
  readonly source?: string;
  /** Properties of the mapping that differ. */
  readonly mapping?: object;
  readonly options?: readonly string[];
}

/** Imports a file with `mapping`, and reads the file of rejected rows. */
export async function importFile(
  at: Workplace,
  content: string | Buffer,
  { source = newSource(), mapping: more, options = [] }: Import = {},
) {
  at.write('m.json', mapping(source, more));
  at.write('file.csv', content);
  const ended = await at.json('import', 'file.csv', '--mapping', 'm.json', ...options);
  const { rejectsFile, readAs } = ended.json as { rejectsFile?: string | null; readAs?: { delimiter: string } };
  const form = { columns: true, delimiter: readAs?.delimiter ?? ',' } as const;
  const rejects = rejectsFile ? parse<Record<string, string>>(at.read('file.rejects.csv'), form) : [];
  return { ...ended, source, rejects };
}
