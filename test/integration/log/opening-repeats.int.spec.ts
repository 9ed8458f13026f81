import { randomUUID } from 'node:crypto';
import { CommandPipeline } from '@tidemark/application';
import { MovementFinder, openEventStore, type CommandStrategy } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopeOf } from '@tidemark/wallet';
import { LogFixture } from './log-fixture.js';

/** A value that a process adds, such as the region of an opening that names none, is no part of the request. */
describe.each(engines)('openings sent again to another region on $engine', (engine) => {
  let log: LogFixture;
  const stores: CommandStrategy[] = [];
  beforeAll(async () => {
    log = await LogFixture.create(engine);
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await log.close();
  });

  const processIn = async (...regions: [string, ...string[]]) => {
    const database = await log.connectApi();
    const store = openEventStore({ database });
    stores.push(store);
    const door = new CommandPipeline(store, new MovementFinder(database, regions), regions);
    return (asked: { walletId?: string; homeRegion?: string }, idempotencyKey: string) =>
      door.write({ type: 'OpenWallet', metadata: {}, ...asked }, { idempotencyKey, caller: 'c' });
  };

  it.each([['a wallet with an id', { walletId: 'w' }] as const, ['a wallet without an id', {}] as const])(
    'give %s its first answer, and do not move it',
    async (_, asked) => {
      const [west, east] = [await processIn('west', 'east'), await processIn('east', 'west')];
      const key = randomUUID();
      const first = await west(asked, key);
      const again = await east(asked, key);
      expect(first.outcome).toMatchObject({ result: { kind: 'accepted', wallets: [{ homeRegion: 'west' }] } });
      expect(again.outcome).toEqual({ ...first.outcome, replayed: true });
      expect(scopeOf(again.command)).toBe(scopeOf(first.command));
    },
  );

  it('refuse the key for an opening that names a region', async () => {
    const west = await processIn('west', 'east');
    await west({ walletId: 'named' }, 'k');
    await expect(west({ walletId: 'named', homeRegion: 'east' }, 'k')).rejects.toMatchObject({
      ...{ name: 'IdempotencyKeyReused' },
    });
  });

  it('find outcomes of earlier versions, which hashed the added region', async () => {
    const [west, east] = [await processIn('west', 'east'), await processIn('east', 'west')];
    await west({ walletId: 'former', homeRegion: 'west' }, 'k'); // earlier versions hashed an opening without a region like this
    expect((await east({ walletId: 'former' }, 'k')).outcome.replayed).toBe(true);
  });
});
