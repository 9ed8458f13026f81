import { afterAll, describe, expect, it } from 'vitest';
import { Workplace } from './cli-process.js';

/** It reads a file and writes a mapping: no database is asked. */
describe('tidemark import --guess', () => {
  const at = new Workplace('postgresql://nobody@127.0.0.1:1/none');
  afterAll(() => at.leave());

  it('writes a mapping, says why and what it would book, and never overwrites one', async () => {
    at.write('giro.csv', 'Datum;Text;Betrag;Währung\n2026-01-02;Lohn;1.500,00;EUR\n2026-01-03;Brot;-2,50;EUR\n');
    const { code, stdout } = await at.run('import', '--guess', 'giro.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('movements.amount: {"signed":"Betrag"} (some of its amounts are negative)');
    expect(stdout).toContain('  line 3: giro -2.50 EUR 2026-01-03 Brot');
    expect(stdout).toContain('EUR: credits 1500.00, debits 2.50, net 1497.50');
    expect(JSON.parse(at.read('giro.csv.mapping.json'))).toMatchObject({
      ...{ source: 'giro', delimiter: ';' },
      movements: { amount: { signed: 'Betrag' }, currency: 'Währung', effectiveAt: 'Datum' },
    });
    const again = await at.run('import', '--guess', 'giro.csv');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('exists: name another file with --mapping');
  });

  it('ends with 1 while a question is open, and names both readings', async () => {
    at.write('open.csv', 'Date,Amount\n2026-01-02,1.080\n2026-01-03,-2.500\n');
    const { code, json } = await at.json('import', '--guess', 'open.csv', '--mapping', 'open.json');
    expect(code).toBe(1);
    expect(json).toMatchObject({ mappingFile: at.path('open.json'), trial: null });
    expect(json.questions.map(({ field }: { field: string }) => field)).toEqual(['decimalMark', 'movements.currency']);
    expect(json.questions[0].question).toContain('can be read as 1.080 or as 1080');
  });

  it('needs a mapping without --guess', async () => {
    at.write('a.csv', 'a\n');
    const { code, stderr } = await at.run('import', 'a.csv');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "tidemark: required option '--mapping <file>' not specified\n",
    });
  });
});
