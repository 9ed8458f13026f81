import { strategies, type StrategyName } from '@tidemark/event-store';
import { engines } from '@tidemark/testing';
import { describe } from 'vitest';
import { LogFixture } from './log-fixture.js';
import { strategyContract } from './strategy-contract.js';

const names = Object.keys(strategies) as StrategyName[];
const cases = engines.flatMap((engine) => names.map((strategy) => ({ engine, strategy, name: engine.engine })));

describe.each(cases)('strategy $strategy on $name', ({ engine, strategy }) =>
  strategyContract(async () => {
    const log = await LogFixture.create(engine);
    return {
      open: (_place, options) => log.open({ ...options, strategy }),
      homes: { near: 'local', far: 'local' },
      versions: (walletId) => log.versions(walletId),
      count: (table, where) => log.count(table, where),
      close: () => log.close(),
    };
  }),
);
