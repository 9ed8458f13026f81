import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi } from '@tidemark/api';
import { connect, type Database, migrate, migrationsOf, StartRefused } from '@tidemark/database';
import { createLogger } from '@tidemark/observability';
import { engines, freshDatabase, type FreshDatabase } from '@tidemark/testing';
import { startWorker } from '@tidemark/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROLES = ['tidemark_api', 'tidemark_worker'];
const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const logger = createLogger({ level: 'silent' });

/** A name that no other test and no other run has. */
const unique = () => `tidemark_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;

describe.each(engines)('roles and grants on $engine', (engine) => {
  let fresh: FreshDatabase;
  let owner: Database;
  let directory: string;
  const made: string[] = [];

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    owner = await connect({ url: fresh.url, applicationName: 'test', statementTimeoutMs: 60_000 });
    directory = await mkdtemp(join(tmpdir(), 'tidemark-roles-'));
  });
  afterEach(async () => {
    await owner.close();
    await fresh.drop();
    await rm(directory, { recursive: true });
    const server = await connect({ url: engine.url, applicationName: 'test', statementTimeoutMs: 60_000 });
    for (const role of made.splice(0)) await server.query(`DROP ROLE IF EXISTS ${role}`);
    await server.close();
  });

  const loginAs = (name: string, url = fresh.url) => {
    const login = new URL(url);
    login.username = name;
    return login.href;
  };
  const repository = () => migrationsOf(engine.engine);
  const start = async () => {
    const api = await startApi({ databaseUrl: fresh.url, port: 0, logger });
    await api.close();
    const worker = await startWorker({ databaseUrl: fresh.url, logger });
    await worker.close();
  };
  /** Simulates a restored dump, without grants. */
  const takeAway = async () => {
    await owner.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${ROLES.join(', ')}`);
    await owner.query(`REVOKE ALL ON SCHEMA public FROM ${ROLES.join(', ')}`);
    if (engine.engine === 'postgres') await owner.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  };
  /** A folder of migrations with one table and one role for this test only. */
  const ownSchema = async () => {
    const role = unique();
    await writeFile(join(directory, '0001-a.sql'), 'CREATE TABLE IF NOT EXISTS a (id int8 NOT NULL, note text);');
    await writeFile(join(directory, 'roles.json'), JSON.stringify({ [role]: { a: ['SELECT', 'INSERT'] } }));
    made.push(role);
    return role;
  };

  it('of a migrated database are exactly those that roles.json declares', async () => {
    const declared = JSON.parse(await readFile(join(repository(), 'roles.json'), 'utf8')) as Record<
      string,
      Record<string, string[]>
    >;
    const { rows } = await owner.query<{ role: string; name: string; privilege: string }>(
      `SELECT r.role, t.tablename AS name, p.privilege
       FROM unnest($1::text[]) AS r(role), pg_catalog.pg_tables t, unnest($2::text[]) AS p(privilege)
       WHERE t.schemaname = 'public' AND t.tablename <> 'migration_lease' AND has_table_privilege(r.role, t.tablename::text, p.privilege)`,
      [ROLES, TABLE_PRIVILEGES],
    );
    const granted = rows.map(({ role, name, privilege }) => `${role}: ${privilege} on ${name}`).sort();
    const wanted = Object.entries(declared).flatMap(([role, tables]) =>
      Object.entries(tables).flatMap(([name, privileges]) =>
        privileges.filter((each) => !each.includes('(')).map((privilege) => `${role}: ${privilege} on ${name}`),
      ),
    );
    expect(granted).toEqual(wanted.sort());
  });

  it('that a restored database lacks are named by every start, and created by migrate', async () => {
    await takeAway();
    const refused = start();
    await expect(refused).rejects.toThrow(StartRefused);
    await expect(refused).rejects.toThrow(/: run `tidemark migrate` first$/);
    const migrated = await migrate({ url: fresh.url, directory: repository() });
    expect(migrated.applied).toEqual([]);
    expect(migrated.granted).toContainEqual(expect.stringMatching(/^GRANT SELECT, INSERT ON TABLE .*wallet_events/));
    await start();
    expect((await migrate({ url: fresh.url, directory: repository() })).granted).toEqual([]);
  });

  it('with one missing privilege are refused with its name', async () => {
    await owner.query('REVOKE INSERT ON TABLE wallet_events FROM tidemark_api');
    await expect(start()).rejects.toThrow(
      'the role tidemark_api lacks INSERT on wallet_events: run `tidemark migrate` first',
    );
  });

  it('are created if the server has no such role, and the login becomes a member of it', async () => {
    const role = await ownSchema();
    const elsewhere = await freshDatabase(engine, { migrations: false });
    await expect(connect({ url: elsewhere.url, role, applicationName: 'test' })).rejects.toThrow(
      new RegExp(`^this login cannot act as ${role} \\(.*\\): run \`tidemark migrate\` first$`),
    );
    await migrate({ url: elsewhere.url, directory });
    const database = await connect({ url: elsewhere.url, role, applicationName: 'test' });
    await database.query(`INSERT INTO a VALUES (1, 'x')`);
    await expect(database.query('DELETE FROM a')).rejects.toThrow(/permission|privilege/);
    await database.close();
    const maker = await connect({ url: elsewhere.url, applicationName: 'test' });
    await maker.query(`REVOKE ALL ON TABLE a FROM ${role}`); // or the role cannot be dropped
    await maker.close();
    await elsewhere.drop();
  });

  it('are created once when many databases of one server are migrated at the same time', async () => {
    const role = await ownSchema();
    const databases = await Promise.all([1, 2, 3, 4, 5, 6].map(() => freshDatabase(engine, { migrations: false })));
    const all = await Promise.all(databases.map(({ url }) => migrate({ url, directory })));
    expect(all.map(({ applied }) => applied)).toEqual(databases.map(() => ['0001-a']));
    for (const { url, drop } of databases) {
      const maker = await connect({ url, applicationName: 'test', statementTimeoutMs: 60_000 });
      await maker.query(`REVOKE ALL ON TABLE a FROM ${role}`); // or the role cannot be dropped
      await maker.close();
      await drop();
    }
  });

  it('that the login may not create are named in one line, and nothing is created', async () => {
    const role = await ownSchema();
    const login = unique();
    made.push(login);
    await owner.query(`CREATE ROLE ${login} LOGIN CREATEDB`);
    const url = new URL(loginAs(login));
    url.pathname = `/${unique()}`;
    const { href } = url;
    const refused = migrate({ url: href, directory });
    await expect(refused).rejects.toThrow(StartRefused);
    await expect(refused).rejects.toThrow(
      new RegExp(
        `; an administrator of this server has to run: CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO "${login}"$`,
      ),
    );
    const database = await connect({ url: href, applicationName: 'test' });
    expect((await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).rows).toEqual([]);
    await database.close();

    // An administrator executes these statements. Then migrate needs no right to create roles.
    await owner.query(`CREATE ROLE ${role} NOLOGIN`);
    await owner.query(`GRANT ${role} TO ${login}`);
    await writeFile(join(directory, '0002-roles.sql'), `CREATE ROLE ${role};\nGRANT SELECT ON TABLE a TO ${role};`);
    expect((await migrate({ url: href, directory })).applied).toEqual(['0001-a', '0002-roles']);
    const server = await connect({ url: engine.url, applicationName: 'test', statementTimeoutMs: 60_000 });
    await server.query(`DROP DATABASE ${url.pathname.slice(1)}`);
    await server.close();
  });

  it('of tables that a later migration creates are granted with it', async () => {
    await cp(repository(), directory, { recursive: true });
    const roles = JSON.parse(await readFile(join(directory, 'roles.json'), 'utf8')) as Record<string, object>;
    roles.tidemark_api = { ...roles.tidemark_api, later: ['SELECT'] };
    await writeFile(join(directory, 'roles.json'), JSON.stringify(roles));
    await writeFile(join(directory, '9999-later.sql'), 'CREATE TABLE IF NOT EXISTS later (id int8);');
    await takeAway();
    const { applied, granted } = await migrate({ url: fresh.url, directory });
    expect(applied).toEqual(['9999-later']);
    expect(granted.join('; ')).toMatch(/ON TABLE [^;]*\blater TO tidemark_api/);
  });
});
