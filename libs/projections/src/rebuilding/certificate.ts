import { createHash, hash } from 'node:crypto';
import type { Database } from '@tidemark/database';
import {
  readEventPage,
  readWalletEvents,
  SHARDS,
  type EventPlace,
  type Position,
  type RecordedEvent,
} from '@tidemark/event-store';
import { Money } from '@tidemark/money';
import { Decoder, WalletFold } from '../following/fold-stream.js';
import { pageOfRows } from '../projection-tables.js';
import type { Build, Projection, WalletRow } from '../projection.js';
import { encoded } from './wallet-check.js';

/** What a rebuild leaves behind: enough to prove, later and from the log alone, what readers were given. */
export interface Certificate {
  readonly format: 'tidemark-certificate-1';
  readonly projection: string;
  readonly version: number;
  readonly generation: string;
  readonly engine: string;
  readonly regions: readonly string[];
  /** The log up to here. */
  readonly position: Position;
  readonly events: number;
  /** Rows: a wallet that has lived in two regions counts in both. */
  readonly wallets: number;
  /** What all wallets hold together, by currency; canonical amounts. Empty for a projection that does not say. */
  readonly sums: Readonly<Record<string, string>>;
  /** sha256 over the hashes of the 64 shards. */
  readonly root: string;
  /** Of each shard: sha256 over the sorted hashes of its rows. A difference is somewhere in the shard that differs. */
  readonly shards: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly requestedBy: string;
}

/** The part that follows from the log alone: the same on both engines for the same log. */
export type Proof = Pick<Certificate, 'wallets' | 'sums' | 'root' | 'shards'>;

const ROWS_PAGE = 2_000;
const EVENTS_PAGE = 5_000;

/** Adds rows up to a proof, in any order. Keeps 32 bytes a row. */
export class ProofOfRows {
  private readonly leaves = Array.from({ length: SHARDS }, (): string[] => []);
  private readonly totals = new Map<string, Money>();

  constructor(private readonly projection: Projection) {}

  add(region: string, row: WalletRow): void {
    const text = JSON.stringify([region, row.walletId, row.version, encoded(this.projection, row)]);
    this.leaves[row.shard]!.push(hash('sha256', text, 'base64url'));
    for (const amount of this.projection.holdings?.(row.state) ?? []) {
      const { code } = amount.currency;
      this.totals.set(code, amount.plus(this.totals.get(code) ?? Money.zero(amount.currency)));
    }
  }

  proof(): Proof {
    const shards = this.leaves.map((leaves) => hash('sha256', leaves.sort().join(), 'hex'));
    const sums = [...this.totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, sum]) => [code, sum.toString()]);
    return {
      wallets: this.leaves.reduce((all, { length }) => all + length, 0),
      sums: Object.fromEntries(sums),
      root: createHash('sha256').update(shards.join()).digest('hex'),
      shards,
    };
  }
}

/** The proof of a build's rows as they stand. */
export async function proofOfBuild(database: Database, build: Build, regions: readonly string[]): Promise<Proof> {
  const proof = new ProofOfRows(build.projection);
  for (const region of regions) {
    for (let after = ''; ;) {
      const rows = await pageOfRows(database, build, { region, after, limit: ROWS_PAGE });
      for (const row of rows) proof.add(region, row);
      if (rows.length < ROWS_PAGE) break;
      after = rows.at(-1)!.walletId;
    }
  }
  return proof.proof();
}

/**
 * The proof that the log gives up to a position, whatever any build holds.
 *
 * @throws ShardFromTheFuture, and for an event that the projection cannot apply
 */
export async function proofOfLog(
  database: Database,
  projection: Projection,
  regions: readonly string[],
  upTo: Position,
  counted: (events: number) => void = () => undefined,
): Promise<Proof & { readonly events: number }> {
  const proof = new ProofOfRows(projection);
  const decoder = new Decoder();
  let events = 0;
  for (const region of regions) {
    let fold: WalletFold | undefined;
    const end = () => {
      const row = fold?.take().row;
      if (row) proof.add(region, row);
    };
    for (let after: EventPlace = { walletId: '', version: 0 }; ;) {
      const page = await readEventPage(database, { region, after, to: null, upTo, limit: EVENTS_PAGE });
      for (const event of page) {
        if (fold?.walletId !== event.walletId) {
          end();
          fold = new WalletFold(projection, event.walletId, undefined, decoder);
        }
        for (const earlier of await pastOf(database, fold, event)) fold.apply(earlier, false);
        fold.apply(event, false);
      }
      events += page.length;
      counted(page.length);
      if (page.length < EVENTS_PAGE) break;
      after = { walletId: page.at(-1)!.walletId, version: page.at(-1)!.version };
    }
    end();
  }
  return { ...proof.proof(), events };
}

/** What a wallet brought from another region. */
async function pastOf(
  database: Database,
  fold: WalletFold,
  { walletId, version }: RecordedEvent,
): Promise<RecordedEvent[]> {
  if (!fold.needsBefore(version)) return [];
  return readWalletEvents(database, { walletId, after: fold.version, limit: version - 1 - fold.version });
}

/** Whether two proofs say the same, and if not in which shards they differ. */
export function differingShards(a: Proof, b: Proof): number[] {
  return a.shards.flatMap((each, shard) => (each === b.shards[shard] ? [] : [shard]));
}
