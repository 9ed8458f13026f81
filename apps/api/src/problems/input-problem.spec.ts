import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandDefinition } from '@tidemark/wallet';
import { bodySchemaOf } from '../commands/command-schemas.js';

const [openWalletBody, transferBody] = ['OpenWallet', 'Transfer'].map((type) =>
  bodySchemaOf(commandDefinition(type)),
) as [ReturnType<typeof bodySchemaOf>, ReturnType<typeof bodySchemaOf>];
import { walletsQuery } from '../schemas/queries.js';
import { readInput } from './input-problem.js';
import type { Place, Problem } from './problem.js';

function refusal(schema: z.ZodType, value: unknown, place: Place, name?: string): { detail: string; errors: object[] } {
  try {
    readInput(schema, value, place, name);
  } catch (error) {
    return (error as Problem).toBody() as { detail: string; errors: object[] };
  }
  throw new Error('nothing was refused');
}

describe('readInput', () => {
  it.each<[z.ZodType, unknown, Place, string | undefined, string]>([
    [
      walletsQuery,
      { limit: '1000' },
      'query',
      undefined,
      'the query parameter "limit": must be a whole number from 1 to 200',
    ],
    [
      walletsQuery,
      { limit: ['1', '2'] },
      'query',
      undefined,
      'the query parameter "limit": must be a whole number from 1 to 200',
    ],
    [walletsQuery, { offset: '1' }, 'query', undefined, 'the query parameter "offset": is not known here'],
    [
      walletsQuery,
      { consistency: 'strong' },
      'query',
      undefined,
      'the query parameter "consistency": must be "eventual"',
    ],
    [walletsQuery, { cursor: '' }, 'query', undefined, 'the query parameter "cursor": must have at least 1 character'],
    [z.enum(['a', 'b']), 'c', 'path', 'kind', 'the path parameter "kind": must be "a" or "b"'],
    [openWalletBody, undefined, 'body', undefined, 'the body: is missing'],
    [openWalletBody, [], 'body', undefined, 'the body: must be an object'],
    [openWalletBody, { wallet: 'w' }, 'body', undefined, 'the field "wallet" of the body: is not known here'],
    [openWalletBody, { walletId: 7 }, 'body', undefined, 'the field "walletId" of the body: must be a string'],
    [transferBody, { legs: [] }, 'body', undefined, 'the field "legs" of the body: must have at least 1 item'],
    [
      transferBody,
      { from: 'a', to: 'b', currency: 'EUR' },
      'body',
      undefined,
      'the field "amount" of the body: is missing',
    ],
  ])('%# names the place, the field and the reason', (schema, value, place, name, detail) => {
    const { detail: told, errors } = refusal(schema, value, place, name);
    expect(told).toBe(detail);
    expect(errors[0]).toMatchObject({ place });
  });

  it('has no words of the validator, whatever is wrong', () => {
    const schema = z.strictObject({
      ...{ a: z.string().min(2).max(3), b: z.int().min(5), c: z.boolean(), d: z.record(z.string().min(1), z.string()) },
      ...{
        e: z.literal('x'),
        f: z.union([z.string(), z.array(z.string())]),
        g: z.email(),
        h: z.number().multipleOf(2),
      },
    });
    const values = [
      { a: 'x', b: 1.5, c: 'yes', d: { '': 'x' }, e: 'y', f: 1, g: 'nobody', h: 3, i: 1 },
      { a: 'xxxx', b: 1, c: null, d: [], e: null, f: {}, g: null, h: 'x' },
    ];
    const said = values.map((value) => JSON.stringify(refusal(schema, value, 'body').errors)).join('');
    expect(said).not.toMatch(/Invalid|Unrecognized|Too (small|big)|expected |received|>=|<=/);
  });

  it('of several forms speaks of the one that was meant', () => {
    const leg = { from: 'a', to: 'b', amount: '1', currency: 'EUR' };
    expect(refusal(transferBody, { ...leg, to: 'a b' }, 'body')).toMatchObject({ errors: [{ path: 'to' }] });
    expect(refusal(transferBody, { legs: [leg, { ...leg, amount: 1 }] }, 'body')).toMatchObject({
      errors: [{ path: 'legs.1.amount' }],
    });
  });

  it('names the parameter, and stops somewhere', () => {
    const { errors } = refusal(
      z.array(z.string()),
      Array.from({ length: 1_000 }, () => 1),
      'query',
      'limit',
    );
    expect(errors).toHaveLength(20);
    expect(errors[0]).toMatchObject({ path: 'limit.0' });
  });
});
