import { setTimeout as sleep } from 'node:timers/promises';
import { listParked, type ParkedWallet, requestRetry } from '@tidemark/following';
import { OperationRefused } from '@tidemark/rebuilding';
import type { OperationContext } from './operation-context.js';

const LOOK_EVERY_MS = 100;
/** A worker tries a hundred wallets a second; whatever is left then still is tried. */
const WAIT_MS_MAX = 60_000;
const PARKED_MAX = 10_000;

export interface Retried {
  /** How many were asked to be tried. */
  readonly asked: number;
  /** Those that still are parked, with the new reason. */
  readonly parked: readonly ParkedWallet[];
}

/**
 * Has parked wallets tried again, after whatever was wrong is mended.
 *
 * @throws OperationRefused when the wallet is not parked
 */
export async function retryWallets(context: OperationContext, walletId?: string): Promise<Retried> {
  const { database, projection, report, signal } = context;
  const asked = await requestRetry(database, projection.name, walletId);
  if (asked === 0 && walletId !== undefined)
    throw new OperationRefused(`${walletId} is not parked in ${projection.name}`);
  report({ phase: 'waiting_for_worker' });
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const all = await listParked(database, { projection: projection.name, limit: PARKED_MAX });
    const parked = all.filter((each) => walletId === undefined || each.walletId === walletId);
    const waiting = parked.some(({ retry }) => retry !== null);
    if (!waiting || performance.now() >= deadline) return { asked, parked };
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
