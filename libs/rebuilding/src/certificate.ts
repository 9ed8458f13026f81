import type { Position } from '@tidemark/event-store';

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
  /** A wallet that has lived in two regions counts in both. */
  readonly wallets: number;
  /** What all wallets hold together, by currency; canonical amounts. Empty for a projection that does not say. */
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
