import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { decimal, type Projection, sumColumns } from '@tidemark/projections';
import { TotalSums } from './total-sums.js';

const totals = pgTable('t', { ...sumColumns(), currency: text('currency'), amount: decimal('amount') }, (table) => [
  primaryKey({ columns: [table.generation, table.region, table.shard, table.currency] }),
]);
const projection: Pick<Projection, 'totals'> = { totals };

describe('sums in memory', () => {
  it('are exact, at any size and any scale', () => {
    const sums = new TotalSums(projection);
    for (let i = 0; i < 100; i++) sums.add({ shard: 1, values: ['ETH', '0.000000000000000001'] });
    sums.add({ shard: 1, values: ['ETH', '123456789012345678901234567890.5'] });
    sums.add({ shard: 1, values: ['EUR', '-2.50'] });
    sums.add({ shard: 2, values: ['EUR', '1'] });
    sums.add({ shard: 2, values: ['EUR', '-1'] });
    expect([...sums.all()]).toEqual([
      { shard: 1, key: '["ETH"]', numbers: ['123456789012345678901234567890.5000000000000001'] },
      { shard: 1, key: '["EUR"]', numbers: ['-2.5'] },
    ]);
  });

  it('refuse what is no decimal', () => {
    expect(() => new TotalSums(projection).add({ shard: 1, values: ['EUR', '1E3'] })).toThrow('not a decimal');
  });
});
