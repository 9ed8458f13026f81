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
 * A worker takes a lease with one statement and without a handshake; the former holder notices at its next write. A worker takes
 * up to its fair share: first free leases, then those that other workers of its region hold above their share. Workers of the
 * region take leases from workers of other regions at once. Workers of other regions take only stalled shards. A stalled shard is
 * not counted as held.
 *
 * @param stalled shards that have events to apply and whose checkpoint has not moved for some time
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
  // Take only what is above a full share, or two workers would take the last odd shard from each other for ever.
  const wanted = Math.floor(share) - held.get(mine)!.length - taken.length;
  const surplus = [...held]
    .filter(([owner]) => owner !== mine)
    .flatMap(([, theirs]) => theirs.slice(Math.ceil(share)))
    .filter(({ shard }) => !avoided.has(shard));
  return [...taken, ...surplus.slice(0, Math.max(0, wanted))];
}
