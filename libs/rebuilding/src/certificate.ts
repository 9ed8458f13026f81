import type { Position } from '@tidemark/event-store';

/** The result of a rebuild. It allows to prove later, from the log alone, which rows the build had. */
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
  /** A wallet that has lived in two regions counts in both. */
  readonly wallets: number;
  /** Sum of all balances, by currency; canonical amounts. Empty for a projection without balances. */
  readonly sums: Readonly<Record<string, string>>;
  /** sha256 over the hashes of the 64 shards. */
  readonly root: string;
  /** Of each shard: sha256 over the sorted hashes of its wallets and sums, so a difference is known to its shard. */
  readonly shards: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly requestedBy: string;
}

/** The part that follows from the log alone: the same on both engines for the same log. */
export type Proof = Pick<Certificate, 'wallets' | 'sums' | 'root' | 'shards'>;

/** In which shards two proofs differ. */
export function differingShards(a: Proof, b: Proof): number[] {
  return a.shards.flatMap((each, shard) => (each === b.shards[shard] ? [] : [shard]));
}
