import { randomUUID } from 'node:crypto';
import { connect } from '@tidemark/database';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from '../e2e/cli-process.js';

describe.each(engines)('the schema on $engine', (engine) => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
  });
  afterEach(() => fresh.drop());

  const asOwner = async (...texts: string[]) => {
    const owner = await connect({ url: fresh.url, applicationName: 'test', statementTimeoutMs: 60_000 });
    for (const text of texts) await owner.query(text);
    await owner.close();
  };

  it.each(['options=-c%20search_path%3Dledger', 'schema=ledger', 'currentSchema=ledger'])(
    'is public, and a URL that names another one is refused: %s',
    async (parameter) => {
      const place = new Workplace(`${fresh.url}${fresh.url.includes('?') ? '&' : '?'}${parameter}`);
      expect(await place.run('migrate')).toEqual({
        ...{ code: 3, stdout: '' },
        stderr:
          "tidemark: the database URL names a schema, but Tidemark's tables are always in public; take it out of the URL\n",
      });
      place.leave();
    },
  );

  it('is public: moved tables are named before new ones are created', async () => {
    const { rows } = await connect({ url: fresh.url, applicationName: 'test' }).then((database) =>
      database
        .query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)
        .finally(() => database.close()),
    );
    const moved = rows
      .map(({ name }) => name)
      .filter((name) => engine.engine === 'postgres' || /^(schema_|wallet_events)/.test(name));
    await asOwner('CREATE SCHEMA ledger', ...moved.map((name) => `ALTER TABLE ${name} SET SCHEMA ledger`));
    const place = new Workplace(fresh.url);
    const refused = {
      ...{ code: 3, stdout: '' },
      stderr:
        "tidemark: Tidemark's tables are in the schema ledger of this database and have to be in public: move each with" +
        ' ALTER TABLE ledger.… SET SCHEMA public, then run `tidemark migrate`\n',
    };
    expect(await place.run('migrate')).toEqual(refused);
    await asOwner(...moved.map((name) => `ALTER TABLE ledger.${name} SET SCHEMA public`));
    expect(await place.run('migrate')).toMatchObject({ code: 0 });
    place.leave();
  });
});

describe.each(engines.filter(({ engine }) => engine === 'postgres'))('a database on $engine', (engine) => {
  it('of another encoding is refused in one line', async () => {
    const name = `tidemark_test_${randomUUID().replaceAll('-', '')}`;
    const server = await connect({ url: engine.url, applicationName: 'test', poolSize: 1 });
    await server.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    const url = new URL(engine.url);
    url.pathname = `/${name}`;
    const place = new Workplace(url.href);
    expect(await place.run('migrate')).toEqual({
      ...{ code: 3, stdout: '', stderr: `tidemark: the encoding of ${name} is SQL_ASCII; Tidemark needs UTF8\n` },
    });
    place.leave();
    await server.query(`DROP DATABASE ${name}`);
    await server.close();
  });

  it('in which the login may not create tables is refused in one line', async () => {
    const fresh = await freshDatabase(engine, { migrations: false });
    const login = `tidemark_test_${randomUUID().slice(0, 8)}`;
    const server = await connect({ url: engine.url, applicationName: 'test', poolSize: 1 });
    await server.query(`CREATE ROLE ${login} LOGIN`);
    const url = new URL(fresh.url);
    url.username = login;
    const place = new Workplace(url.href);
    const { code, stderr } = await place.run('migrate');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `tidemark: ${login} may not create tables in ${url.pathname.slice(1)}; its administrator has to run: GRANT CREATE ON SCHEMA public TO "${login}"\n`,
    });
    place.leave();
    await server.query(`DROP ROLE ${login}`);
    await server.close();
    await fresh.drop();
  });
});
