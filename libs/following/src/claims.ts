import type { Lease } from './leases.js';

/** A worker process: its home region, and a name that no other has. */
export interface WorkerIdentity {
  readonly region: string;
  readonly id: string;
}

export function ownerOf({ region, id }: WorkerIdentity): string {
  return `${region}/${id}`;
}

/**
 * Which leases of a region a worker takes now. Pure.
 *
 * Nobody is asked: a lease changes hands in one statement, and who lost it finds out at its next write. A worker takes
 * up to its fair share of what is free, then of what others of its region hold beyond theirs. Workers of the region
 * itself take from strangers at once; a stranger takes only what has stalled. What has stalled counts for nobody.
 *
 * @param stalled shards that have something to follow and have not moved for a while
 * @param avoided shards that this worker gave back
 */
export function leasesToTake({
  me,
  region,
  leases,
  stalled,
  avoided,
}: {
  readonly me: WorkerIdentity;
  readonly region: string;
  readonly leases: readonly Lease[];
  readonly stalled: ReadonlySet<number>;
  readonly avoided: ReadonlySet<number>;
}): Lease[] {
  const mine = ownerOf(me);
  const takeable = leases.filter(({ owner, shard }) => owner !== mine && !avoided.has(shard));
  const overdue = takeable.filter(({ shard }) => stalled.has(shard));
  if (me.region !== region) return overdue;

  const native = (owner: string | null) => owner?.startsWith(`${region}/`) ?? false;
  const held = new Map<string, Lease[]>([[mine, []]]);
  for (const lease of leases) {
    const counts = native(lease.owner) && (lease.owner === mine || !stalled.has(lease.shard));
    if (counts) held.set(lease.owner!, [...(held.get(lease.owner!) ?? []), lease]);
  }
  const share = leases.length / held.size;
  const free = takeable.filter(({ owner, shard }) => !native(owner) && !stalled.has(shard));
  const taken = [...overdue, ...free].slice(0, Math.max(overdue.length, Math.ceil(share) - held.get(mine)!.length));
  // Down to a whole share only, so that two workers never take the last odd one from each other for ever.
  const wanted = Math.floor(share) - held.get(mine)!.length - taken.length;
  const surplus = [...held]
    .filter(([owner]) => owner !== mine)
    .flatMap(([, theirs]) => theirs.slice(Math.ceil(share)))
    .filter(({ shard }) => !avoided.has(shard));
  return [...taken, ...surplus.slice(0, Math.max(0, wanted))];
}
