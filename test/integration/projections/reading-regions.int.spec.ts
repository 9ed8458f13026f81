import { ReadModel } from '@tidemark/application';
import {
  GetHoldHandler,
  GetHoldQuery,
  GetMovementHandler,
  GetMovementQuery,
  GetOutcomeHandler,
  GetOutcomeQuery,
  GetStatementHandler,
  GetStatementQuery,
  ListMovementsHandler,
  ListMovementsQuery,
} from '@tidemark/application/nest';
import { domainEvent, readWalletEvents } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { statementLineOf } from '@tidemark/wallet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eur } from '../log/log-fixture.js';
import { ProjectionsFixture } from './projections-fixture.js';

/** Regions are names in keys, so both engines can have several. */
const REGIONS = ['local', 'east', 'west'];

describe.each(engines)('a wallet that has lived in several regions, on $engine', (engine) => {
  let on: ProjectionsFixture;
  let readModel: ReadModel;

  beforeAll(async () => {
    on = await ProjectionsFixture.create(engine, REGIONS);
    readModel = new ReadModel(on.log.owner, REGIONS);
    const { store } = on;
    await store.openWallet('mover', undefined, 'east');
    await store.openWallet('other', undefined, 'west');
    const hold = { type: 'PlaceHold', walletId: 'mover', holdId: 'hd_1', amount: eur('0.50'), details: {} } as const;
    const said = { movementId: 'mv_said', amount: eur('2.00'), details: { reference: 'R-1' } };
    await store.deposit('mover', '1.00', 'before');
    await store.execute(hold);
    await store.execute({ type: 'Deposit', walletId: 'mover', ...said });
    await store.rehome('mover', 'west');
    await store.transfer('mover', 'other', '0.25');
    await store.execute({ type: 'Deposit', walletId: 'other', ...said });
    await store.rehome('mover', 'local');
    await store.execute({ type: 'Deposit', walletId: 'mover', ...said });
    await store.execute({ type: 'CaptureHold', walletId: 'mover', holdId: 'hd_1', captureId: 'cp_1', details: {} });
    await on.catchUp(REGIONS);
  });
  afterAll(() => on?.close());

  const statement = async (asked: object = {}) =>
    (await new GetStatementHandler(readModel).execute(new GetStatementQuery('mover', { limit: 100, ...asked })))!;

  it('has one statement, in both orders and by both times', async () => {
    const events = await readWalletEvents(on.database, { walletId: 'mover', after: 0, limit: 100 });
    const lines = events.flatMap((event) => {
      const line = statementLineOf(domainEvent(event));
      return line ? [[event.version, event.region, line.amount.toString()]] : [];
    });
    expect(new Set(lines.map(([, region]) => region))).toEqual(new Set(['east', 'west', 'local']));
    for (const by of ['booking', 'effective'] as const) {
      for (const order of ['oldest', 'newest'] as const) {
        const { entries, balances } = await statement({ by, order });
        const shown = entries.map(({ version, region, amount }) => [version, region, amount]);
        expect(shown, `${by} ${order}`).toEqual(order === 'oldest' ? lines : lines.toReversed());
        expect(balances.map(({ closing }) => closing.toString())).toEqual(['4.25']);
      }
    }
  });

  it('has ranges that join where it moved', async () => {
    const { entries } = await statement();
    for (const { recordedAt } of entries) {
      const [before, after] = [await statement({ to: recordedAt }), await statement({ from: recordedAt })];
      expect(before.balances[0]!.closing.toString()).toBe(after.balances[0]!.opening.toString());
      expect([...before.entries, ...after.entries]).toEqual(entries);
    }
  });

  it('has its movements, holds and outcomes of each region', async () => {
    const movements = new GetMovementHandler(readModel);
    for (const walletId of ['mover', 'other', undefined]) {
      const search = { movementId: 't', ...(walletId !== undefined && { walletId }) };
      const found = await movements.execute(new GetMovementQuery(search));
      expect(found?.lines.map((line) => [line.walletId, line.region, line.amount.toString()])).toEqual([
        ['mover', 'west', '-0.25'],
        ['other', 'west', '0.25'],
      ]);
    }
    const hold = await new GetHoldHandler(readModel).execute(new GetHoldQuery('mover', 'hd_1'));
    expect(hold).toMatchObject({ status: 'captured', events: [{ region: 'east' }, { region: 'local' }] });
    const outcome = await new GetOutcomeHandler(readModel).execute(new GetOutcomeQuery('mover', 'before', 'test'));
    expect(outcome).toMatchObject({ result: { kind: 'accepted' }, events: [{ version: 2, region: 'east' }] });
  });

  it('is found by reference in each region, page by page', async () => {
    const list = new ListMovementsHandler(readModel);
    const found: unknown[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await list.execute(new ListMovementsQuery({ reference: 'R-1', limit: 1, cursor }));
      found.push(...page.entries.map(({ walletId, region }) => [walletId, region]));
      if (page.nextCursor === undefined) break;
      cursor = page.nextCursor;
    }
    expect(found).toEqual([
      ['mover', 'east'],
      ['mover', 'local'],
      ['other', 'west'],
    ]);
  });
});
