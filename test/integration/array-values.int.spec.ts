import { connect, type Database } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Half of a surrogate pair has no bytes in UTF-8, and no database stores NUL in a text.
const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('NULL', 'null', '"', '\\', '{}', 'a,b', '\\"', '\n', ' '))
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const nothing = fc.constantFrom(null, undefined);

describe.each(engines)('arrays as values of statements on $engine', (engine) => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    fresh = await freshDatabase(engine, { migrations: false });
    database = await connect({ url: fresh.url, applicationName: 'test', poolSize: 1 });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const cases: [type: string, element: fc.Arbitrary<unknown>][] = [
    ['text', fc.oneof(text, nothing)],
    ['int8', fc.oneof(fc.integer(), fc.maxSafeInteger(), nothing)],
    [
      'float8',
      fc.oneof(
        fc.double({ noNaN: true }).map((value) => value + 0),
        fc.constantFrom(0.5, 1e21, Infinity),
      ),
    ],
    ['bool', fc.oneof(fc.boolean(), nothing)],
  ];

  it.each(cases)('arrive as they were given: %s', async (type, element) => {
    const arrives = fc.asyncProperty(fc.array(element), async (elements) => {
      const read = `SELECT array_agg(v::text ORDER BY n) AS read FROM unnest($1::${type}[]) WITH ORDINALITY AS a(v, n)`;
      const { rows } = await database.query<{ read: (string | null)[] | null }>(read, [elements]);
      const given = elements.map((each) => each ?? null);
      const got = (rows[0]!.read ?? []).map((each) => (each !== null && type.startsWith('f') ? Number(each) : each));
      expect(got).toEqual(
        type === 'int8' || type === 'bool' ? given.map((each) => (each === null ? null : String(each))) : given,
      );
    });
    await fc.assert(arrives, { numRuns: 50 });
  });
});
