import { listBuilds, OperationRefused } from '../rebuilding/build-records.js';
import { dropBuild } from '../rebuilding/swap.js';
import { verifyBuild } from '../rebuilding/verify.js';
import { ARGUMENTS, type Action } from './operation.js';
import type { OperationContext } from './operation-context.js';
import { progressOfEvents } from './progress-of-events.js';
import { rebuildAll } from './rebuild.operation.js';
import { rebuildWallet } from './rebuild-wallet.operation.js';
import { retryWallets } from './retry.operation.js';
import { shadowOf } from './shadow.js';
import { rollBack, swapIn } from './swap.operation.js';

/**
 * Carries an operation out.
 *
 * @param asked the arguments as they are recorded
 * @returns what came of it, for the record
 * @throws OperationRefused when it is not possible as things stand; whatever the database says
 */
export async function carryOut(context: OperationContext, action: Action, asked: object): Promise<object> {
  switch (action) {
    case 'rebuild': {
      const { walletId, ...rest } = ARGUMENTS.rebuild.parse(asked);
      return walletId === undefined ? rebuildAll(context, rest) : rebuildWallet(context, walletId);
    }
    case 'verify':
      return verify(context, ARGUMENTS.verify.parse(asked).generation);
    case 'diff':
      return shadowOf(context.database, context.projection, context);
    case 'swap':
      return swapIn(context, ARGUMENTS.swap.parse(asked));
    case 'rollback':
      return rollBack(context);
    case 'drop': {
      const { generation } = ARGUMENTS.drop.parse(asked);
      context.report({ phase: 'removing', generation });
      const { database, projection } = context;
      return { generation, rows: await dropBuild(database, { projection, generation }) };
    }
    case 'retry':
      return retryWallets(context, ARGUMENTS.retry.parse(asked).walletId);
  }
}

async function verify(context: OperationContext, asked: string | undefined): Promise<object> {
  const { database, projection, regions, signal } = context;
  const followed = (await listBuilds(database, projection.name)).filter(({ state }) => state === 'following');
  // The newest beside the live one, as `swap` would take; without any, the live one itself.
  const generation =
    asked ?? (followed.filter(({ live }) => !live).at(-1) ?? followed.find(({ live }) => live))?.generation;
  if (generation === undefined)
    throw new OperationRefused(`${projection.name} has no build yet: has a worker ever run?`);
  const compared = progressOfEvents(context, { phase: 'verifying', generation });
  return verifyBuild(database, { projection, generation }, { regions, signal, compared });
}
