import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CURRENCIES } from '../read-file.fixture.js';
import { guessMapping } from './guess-mapping.js';
import { tryMapping } from './try-mapping.js';

const directory = mkdtempSync(join(tmpdir(), 'tidemark-guess-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function guess(content: string) {
  const path = join(directory, 'My bank (1).csv');
  writeFileSync(path, content);
  const found = await guessMapping(path, CURRENCIES);
  const isOpen = found.questions.length > 0;
  const trial = isOpen ? undefined : await tryMapping(path, found.mapping, CURRENCIES, new AbortController().signal);
  return { ...found, trial };
}

describe('a guess', () => {
  it.each<[string, string, object, object]>([
    [
      'DKB: euro signs, states, lines before the header',
      '"Girokonto";"DE01"\n""\n"Buchungsdatum";"Wertstellung";"Status";"Verwendungszweck";"Betrag (€)"\n"30.01.26";"30.01.26";"Vorgemerkt";"x";"-9,99\u00a0€"\n"15.01.26";"15.01.26";"Gebucht";"Bäcker";"-8,95\u00a0€"\n"02.01.26";"02.01.26";"Gebucht";"Lohn";"1.010,00\u00a0€"\n',
      {
        source: 'My-bank-1',
        delimiter: ';',
        movements: {
          ...{ amount: { signed: 'Betrag (€)' }, currency: { value: 'EUR' }, wallet: { value: 'My-bank-1' } },
          ...{ effectiveAt: { text: 'Buchungsdatum', format: 'dd.MM.yy' }, description: '{Verwendungszweck}' },
          only: [{ column: 'Status', values: ['Gebucht'] }],
        },
      },
      { read: 2, refused: 0, skipped: 1, net: { EUR: '1001.05' }, order: 'newest first' },
    ],
    [
      'Rabobank: ids, balances, account and currency in columns',
      'IBAN/BBAN,Munt,Volgnr,Datum,Bedrag,Saldo na trn,Omschrijving-1\nNL01,EUR,101,2026-01-02,"+1.250,00","+1.250,00",loon\nNL01,EUR,102,2026-01-03,"-3,95","+1.246,05",koffie\n',
      {
        movements: {
          ...{
            id: 'Volgnr',
            amount: { signed: 'Bedrag' },
            currency: 'Munt',
            wallet: 'IBAN/BBAN',
            effectiveAt: 'Datum',
          },
          balance: 'Saldo na trn',
        },
      },
      { read: 2, net: { EUR: '1246.05' }, running: { checked: 1, broken: 0 } },
    ],
    [
      'ING: a column says which way',
      'Datum;Rekening;Af Bij;Bedrag (EUR);Mededelingen\n20260203;NL02;Af;1.012,50;brood\n20260214;NL02;Bij;2.000,00;loon\n',
      { movements: { amount: { column: 'Bedrag (EUR)', kind: { column: 'Af Bij', credit: ['Bij'], debit: ['Af'] } } } },
      { net: { EUR: '987.50' } },
    ],
    [
      'two columns, months first',
      'Date,Payee,Outflow,Inflow,Currency\n01/15/2026,Grocer,65.40,0.00,USD\n01/01/2026,Pay,0.00,"1,500.00",USD\n',
      {
        movements: {
          amount: { credit: 'Inflow', debit: 'Outflow' },
          effectiveAt: { text: 'Date', format: 'MM/dd/yyyy' },
        },
      },
      { net: { USD: '1434.60' }, order: 'newest first' },
    ],
  ])('%s', async (_, content, mapping, trial) => {
    const found = await guess(content);
    expect(found.questions).toEqual([]);
    expect(found).toMatchObject({ mapping, trial });
  });

  it('asks what the file does not say: marks, the day or the month, the currency, the direction', async () => {
    const { questions, mapping } = await guess('Date,Amount,Text\n01/02/2026,1.080,x\n03/04/2026,2.500,y\n');
    expect(questions.map(({ field }) => field)).toEqual([
      'movements.amount',
      'decimalMark',
      'movements.effectiveAt',
      'movements.currency',
    ]);
    expect(questions[1]!.question).toContain('line 2 (column Amount: "1.080") can be read as 1.080 or as 1080');
    expect(questions[2]!.choices.map(({ meaning }) => meaning)).toEqual(['2026-02-01', '2026-01-02']);
    expect(mapping.movements).not.toHaveProperty('currency');
  });

  it('is refused where no line is a header of movements', async () => {
    await expect(guess('a,b\n1,2\n')).rejects.toThrow('no line names a date and an amount');
  });
});
