import { createHash, hash, type Hash } from 'node:crypto';
import type { Database } from '@tidemark/database';
import {
  PageSize,
  readEventPage,
  readWalletEvents,
  SHARDS,
  shardOf,
  type EventPlace,
  type Position,
} from '@tidemark/event-store';
import { Money } from '@tidemark/money';
import { Decoder, WalletFold } from '@tidemark/following';
import {
  type Build,
  type Line,
  pageOfLines,
  pageOfRows,
  type Projection,
  readTotals,
  type WalletRow,
} from '@tidemark/projections';
import type { Proof } from './certificate.js';
import { TotalSums } from './total-sums.js';
import { encoded } from './wallet-check.js';

const ROWS_PAGE = 2_000;
const EVENTS_PAGE = 2_000;
/** Events fetched at once of a wallet that has moved. */
const PAST_PAGE = 1_000;
/** Before every line of a region. */
const FIRST_LINE = { walletId: '', version: 0, line: 0 };

/** The proof of what a build holds. Keeps some 64 bytes a wallet in memory. */
export async function proofOfBuild(database: Database, build: Build, regions: readonly string[]): Promise<Proof> {
  const proof = new ProofSoFar(build.projection);
  for (const region of regions) {
    const lines = await hashesOfLines(database, build, region);
    for (let after = ''; ;) {
      const rows = await pageOfRows(database, build, { region, after, limit: ROWS_PAGE });
      for (const row of rows) {
        proof.wallet(region, row.walletId, row, lines.get(row.walletId));
        lines.delete(row.walletId);
      }
      if (rows.length < ROWS_PAGE) break;
      after = rows.at(-1)!.walletId;
    }
    for (const [walletId, digest] of lines) proof.wallet(region, walletId, undefined, digest);
    const sums = new TotalSums(build.projection);
    for (const held of await readTotals(database, build, region)) sums.add(held);
    proof.sums(region, sums);
  }
  return proof.proof();
}

/**
 * The proof computed from the log up to a position, independent of any build.
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
  const proof = new ProofSoFar(projection);
  let events = 0;
  for (const region of regions) {
    const sums = new TotalSums(projection);
    const size = new PageSize(EVENTS_PAGE);
    let wallet: WalletProof | undefined;
    for (let after: EventPlace = { walletId: '', version: 0 }; ;) {
      const page = await readEventPage(database, { region, after, to: null, upTo, limit: size.events });
      size.learn({ events: page.events.length, bytes: page.bytes });
      for (const event of page.events) {
        if (wallet?.fold.walletId !== event.walletId) {
          wallet?.end(proof, region);
          wallet = new WalletProof(projection, event.walletId);
        }
        if (wallet.fold.needsBefore(event.version)) await wallet.bringPast(database, event.version);
        wallet.fold.apply(event, true);
        wallet.take(sums);
      }
      events += page.events.length;
      counted(page.events.length);
      if (page.end) break;
      after = page.events.at(-1)!;
    }
    wallet?.end(proof, region);
    proof.sums(region, sums);
  }
  return { ...proof.proof(), events };
}

async function hashesOfLines(database: Database, build: Build, region: string): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  let [walletId, digest] = ['', createHash('sha256')];
  for (let after: Parameters<typeof pageOfLines>[2]['after'] = FIRST_LINE; ;) {
    const lines = await pageOfLines(database, build, { region, after, limit: ROWS_PAGE });
    for (const line of lines) {
      if (line.walletId !== walletId) {
        if (walletId !== '') hashes.set(walletId, digest.digest('base64url'));
        [walletId, digest] = [line.walletId, createHash('sha256')];
      }
      addLine(digest, line);
    }
    if (lines.length < ROWS_PAGE) break;
    after = lines.at(-1)!;
  }
  if (walletId !== '') hashes.set(walletId, digest.digest('base64url'));
  return hashes;
}

function addLine(digest: Hash, { version, line, values }: Line): void {
  digest.update(JSON.stringify([version, line, values]));
}

/** One wallet, folded from the log. */
class WalletProof {
  readonly fold: WalletFold;
  private readonly digest = createHash('sha256');
  private row: WalletRow | undefined;
  private lines = 0;

  constructor(projection: Projection, walletId: string) {
    this.fold = new WalletFold(projection, walletId, undefined, new Decoder());
  }

  /** The state that a wallet had before it came to this region. Its earlier lines and sums belong to the other region. */
  async bringPast(database: Database, before: number): Promise<void> {
    const { walletId, version: after } = this.fold;
    for (let from = after; from < before - 1; from += PAST_PAGE) {
      const limit = Math.min(PAST_PAGE, before - 1 - from);
      const past = await readWalletEvents(database, { walletId, after: from, limit });
      for (const event of past) this.fold.apply(event, false);
    }
  }

  take(sums: TotalSums): void {
    const { row, lines, additions } = this.fold.take();
    this.row = row ?? this.row;
    this.lines += lines.length;
    for (const line of lines) addLine(this.digest, line);
    for (const addition of additions) sums.add(addition);
  }

  end(proof: ProofSoFar, region: string): void {
    const digest = this.lines > 0 ? this.digest.digest('base64url') : undefined;
    if (this.row || digest !== undefined) proof.wallet(region, this.fold.walletId, this.row, digest);
  }
}

/** Adds wallets and sums up to a proof, in any order. */
class ProofSoFar {
  private readonly leaves = Array.from({ length: SHARDS }, (): string[] => []);
  private readonly holdings = new Map<string, Money>();
  private wallets = 0;

  constructor(private readonly projection: Projection) {}

  wallet(region: string, walletId: string, row: WalletRow | undefined, lines: string | undefined): void {
    const state = row ? [row.version, encoded(this.projection, row)] : null;
    this.leaf(shardOf(walletId), [region, walletId, state, lines ?? null]);
    this.wallets++;
    for (const amount of (row && this.projection.holdings?.(row.state)) ?? []) {
      const { code } = amount.currency;
      this.holdings.set(code, amount.plus(this.holdings.get(code) ?? Money.zero(amount.currency)));
    }
  }

  sums(region: string, sums: TotalSums): void {
    for (const { shard, key, numbers } of sums.all()) this.leaf(shard, [region, key, numbers]);
  }

  proof(): Proof {
    const shards = this.leaves.map((leaves) => hash('sha256', leaves.sort().join(), 'hex'));
    const sums = [...this.holdings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, sum]) => [code, sum.toString()]);
    const root = hash('sha256', shards.join(), 'hex');
    return { wallets: this.wallets, sums: Object.fromEntries(sums), root, shards };
  }

  private leaf(shard: number, content: readonly unknown[]): void {
    this.leaves[shard]!.push(hash('sha256', JSON.stringify(content), 'base64url'));
  }
}
