/** What doctor proves, one word a promise (DESIGN §6). The names are part of the public surface. */
export const INVARIANTS = {
  versions_contiguous: 'the versions of a wallet are 1, 2, 3 … and the directory lists it where it lives',
  hash_chain: 'every event carries the hash of its predecessor and itself',
  event_decodes: 'every event can be read, and can stand where it stands',
  within_limits: 'amounts are positive, and no withdrawal or transfer takes a wallet below its limit',
  commits_agree: 'every event is named by one commit at its position, and every event that a commit names is there',
  outcome_present: 'every event has the stored outcome of its command, which says what the log says',
  outcome_agrees: 'every accepted outcome has its events',
  snapshot_is_fold: 'a snapshot is the fold of the events up to its version',
  fact_is_said: 'a fact is what the last event that said something under its key has said',
  account_defined: 'every account of the outside that an event names was defined',
  projection_is_fold: 'every row, line and sum that readers see is what the events before it make',
  certificate_holds: 'a certificate says what the log says',
  money_conserved: 'what a transfer takes from one wallet it gives to the other, in the same commit',
} as const;

/** A broken promise, at one wallet and version. */
export interface Finding {
  /** A name of `INVARIANTS`, or of a check that the caller brought along. */
  readonly invariant: string;
  /** Empty if a commit cannot be read, so that its wallets are unknown. */
  readonly walletId: string;
  /** 0 where it is about no event in particular. */
  readonly version: number;
  /** What was expected and what was found, in one line. */
  readonly message: string;
}

export type Report = (finding: Finding) => void;

/** Findings that are listed, at most; further ones are only counted. */
export const FINDINGS_MAX = 1_000;

/**
 * Keeps findings, each invariant once for a wallet's version: one event can break a promise in several places. What projections
 * hold is another matter: each row, line and sum is a place of its own, which its message names.
 */
export class Findings {
  private readonly list: Finding[] = [];
  /** How many there are beyond `FINDINGS_MAX`. */
  more = 0;
  private readonly known = new Set<string>();

  get full(): boolean {
    return this.list.length >= FINDINGS_MAX;
  }

  sorted(): Finding[] {
    return this.list.toSorted(
      (a, b) => compare(a.walletId, b.walletId) || a.version - b.version || compare(a.invariant, b.invariant),
    );
  }

  readonly report: Report = (finding) => {
    const { invariant, walletId, version, message } = finding;
    const place = `${invariant} ${walletId} ${version} ${invariant === 'projection_is_fold' ? message : ''}`;
    if (this.known.has(place)) return;
    if (this.full) {
      this.more++;
      return;
    }
    this.known.add(place);
    this.list.push(finding);
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
