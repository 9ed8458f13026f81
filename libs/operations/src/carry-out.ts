import { dropBuild, listBuilds, OperationRefused } from '@tidemark/rebuilding';
import { readArguments, type Action, type ArgumentsOf } from './operation.js';
import type { OperationContext } from './operation-context.js';
import { rebuildAll } from './rebuild.operation.js';
import { rebuildWallet } from './rebuild-wallet.operation.js';
import { retryWallets } from './retry.operation.js';
import { shadowOf } from './shadow.js';
import { rollBack, swapIn, verify } from './swap.operation.js';

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
      const { walletId, ...rest } = argumentsOf(action, asked);
      return walletId === undefined ? rebuildAll(context, rest) : rebuildWallet(context, walletId);
    }
    case 'verify':
      return verify(context, argumentsOf(action, asked).generation ?? (await toVerify(context)));
    case 'diff':
      return shadowOf(context.database, context.projection, { ...context, ...argumentsOf(action, asked) });
    case 'swap':
      return swapIn(context, argumentsOf(action, asked));
    case 'rollback':
      return rollBack(context);
    case 'drop': {
      const { generation } = argumentsOf(action, asked);
      context.report({ phase: 'removing', generation });
      const { database, projection } = context;
      return { generation, rows: await dropBuild(database, { projection, generation }) };
    }
    case 'retry':
      return retryWallets(context, argumentsOf(action, asked).walletId);
  }
}

/** @throws OperationRefused for an operation that another version of Tidemark, or a person by hand, recorded */
function argumentsOf<A extends Action>(action: A, asked: object): ArgumentsOf<A> {
  const read = readArguments(action, asked);
  if (typeof read === 'string') throw new OperationRefused(read);
  return read;
}

/** The newest build, as `swap` would take; where readers see that, it is as good a question. */
async function toVerify({ database, projection }: OperationContext): Promise<string> {
  const followed = (await listBuilds(database, projection.name)).filter(({ state }) => state === 'following');
  const found = followed.at(-1);
  if (!found) throw new OperationRefused(`${projection.name} has no build yet: start a worker first`);
  return found.generation;
}
