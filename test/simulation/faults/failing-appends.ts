import type { Database } from '@tidemark/database';

/**
 * Makes the database fail some appends with an error, before anything is written.
 *
 * @param every one in this many inserted outcomes fails with `sqlState`
 * @returns a function that ends this
 */
export async function failAppends(owner: Database, sqlState: string, every: number): Promise<() => Promise<void>> {
  const name = `fail_${sqlState}`.toLowerCase();
  // A sequence keeps its value when a transaction is rolled back.
  await owner.query(`CREATE SEQUENCE ${name}_count`);
  await owner.query(`GRANT ALL ON ${name}_count TO tidemark_api`);
  await owner.query(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('${name}_count') % ${every} = 0 THEN
        RAISE EXCEPTION 'injected' USING ERRCODE = '${sqlState}';
      END IF;
      RETURN NEW;
    END $$`);
  await owner.query(`CREATE TRIGGER ${name} BEFORE INSERT ON command_outcomes FOR EACH ROW EXECUTE FUNCTION ${name}()`);
  return async () => {
    await owner.query(`DROP TRIGGER ${name} ON command_outcomes`);
    await owner.query(`DROP FUNCTION ${name}`);
    await owner.query(`DROP SEQUENCE ${name}_count`);
  };
}

/** One in this many outcomes fails, so that only some flushes fail: most have fewer commands than there are clients. */
export function outcomesPerFailure(clients: number): number {
  return 2 * clients + 1;
}
