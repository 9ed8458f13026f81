import { setTimeout as sleep } from 'node:timers/promises';
import { addressText, findMovements, MovementsBehind, readFacts, type LocatedLine } from '@tidemark/event-store';
import type { Money } from '@tidemark/money';
import { reversedOf, reversiblePartsOf, type MovementSearch } from '@tidemark/wallet';
import type { ReadModel } from './read-model.js';
import { ProjectionBehind } from './wait-for-position.js';

/** What one wallet got or gave by a movement, from or to one other wallet in one currency, and what was reversed of it. */
export interface MovementPart {
  readonly walletId: string;
  readonly counterparty?: string;
  /** What the wallet got; negative for what it gave. */
  readonly amount: Money;
  readonly reversed: Money;
}

/** A booked movement, as the log has it. */
export interface BookedMovement {
  readonly movementId: string;
  /** Of every wallet that it touched, by wallet and version. */
  readonly lines: readonly [LocatedLine, ...LocatedLine[]];
  /** None for a reversal, which is not reversed. */
  readonly parts: readonly MovementPart[];
}

/** Searches in one query. Each may bring 500 events that the projection has not seen. */
const SEARCHES_MAX = 20;
/** How long to wait while the projection is too far behind. The same time as for `minPosition`. */
const WAIT_MS_MAX = 5_000;
const PAUSE_MS = 50;

/**
 * A booked movement with the lines of every wallet.
 *
 * @param search with a wallet, everything that is committed is found; without one, what the projection has seen
 * @returns undefined where there is none
 * @throws ProjectionBehind
 */
export async function readMovement(readModel: ReadModel, search: MovementSearch): Promise<BookedMovement | undefined> {
  const lines = await linesOfAll(readModel, search);
  const sorted = [...lines].sort((a, b) =>
    a.walletId === b.walletId ? a.version - b.version : a.walletId < b.walletId ? -1 : 1,
  );
  const [first, ...rest] = sorted;
  if (!first) return undefined;
  return { movementId: search.movementId, lines: [first, ...rest], parts: await partsOf(readModel, sorted) };
}

/** The projection may know one side of a transfer and not the other yet. So each wallet of it is searched by name. */
async function linesOfAll(readModel: ReadModel, { movementId, walletId }: MovementSearch): Promise<LocatedLine[]> {
  const known = await linesOf(readModel, [{ movementId, ...(walletId !== undefined && { walletId }) }]);
  const asked = new Set(walletId === undefined ? [] : [walletId]);
  const found = new Map(walletId === undefined ? [] : [[walletId, known]]);
  for (let next = known; ;) {
    const wallets = next.flatMap((line) => [line.walletId, line.counterparty ?? line.walletId]);
    const more = [...new Set(wallets)].filter((id) => !asked.has(id));
    if (more.length === 0) return [...found.values()].flat();
    next = await linesOf(
      readModel,
      more.map((id) => ({ movementId, walletId: id })),
    );
    for (const id of more) {
      asked.add(id);
      found.set(
        id,
        next.filter((line) => line.walletId === id),
      );
    }
  }
}

async function linesOf({ database, regions }: ReadModel, searches: readonly MovementSearch[]): Promise<LocatedLine[]> {
  const deadline = performance.now() + WAIT_MS_MAX;
  const lines: LocatedLine[] = [];
  for (let left = searches; left.length > 0;) {
    const batch = left.slice(0, SEARCHES_MAX);
    const found = await findMovements(database, regions, batch);
    const behind = found.find((each) => each instanceof MovementsBehind);
    if (!behind) {
      lines.push(...(found as LocatedLine[][]).flat());
      left = left.slice(SEARCHES_MAX);
    } else if (performance.now() > deadline) throw new ProjectionBehind(behind.message);
    else await sleep(PAUSE_MS);
  }
  return lines;
}

async function partsOf({ database }: ReadModel, lines: readonly LocatedLine[]): Promise<MovementPart[]> {
  const parts = reversiblePartsOf(lines);
  if (parts.length === 0) return [];
  const facts = await readFacts(
    database,
    parts.map(({ reversedAt }) => reversedAt),
  );
  return parts.map(({ reversedAt, ...part }) => ({
    ...part,
    reversed: reversedOf({ ...part, reversedAt }, facts.get(addressText(reversedAt))!.value),
  }));
}
