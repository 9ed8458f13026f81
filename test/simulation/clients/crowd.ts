/** How many clients share how many wallets, and how often they get in each other's way. */
export interface Crowd {
  /** Clients that use nothing but the hot wallets, so that commands meet. */
  readonly hotClients: number;
  readonly hotWallets: number;
  /** Groups of clients with wallets of their own, so that flushes mix many wallets. */
  readonly groups: number;
  readonly clientsPerGroup: number;
  readonly walletsPerGroup: number;
  /** The probability that a client takes a wallet of anybody: each time, two processes meet on it. */
  readonly strays: number;
  /** The probability that a client sends what it has sent before: again, twice at the same moment, or with another body. */
  readonly repeats: number;
}

/** For some hundred commands: every other one meets somebody else's. */
export const SMALL_CROWD: Crowd = {
  ...{ hotClients: 10, hotWallets: 4, groups: 2, clientsPerGroup: 7, walletsPerGroup: 25 },
  ...{ strays: 0.3, repeats: 0.06 },
};

/** For many thousands: most commands go out in large flushes, and one flush in some meets another process's. */
export const LARGE_CROWD: Crowd = {
  ...{ hotClients: 12, hotWallets: 4, groups: 8, clientsPerGroup: 15, walletsPerGroup: 40 },
  ...{ strays: 0.002, repeats: 0.004 },
};

/** The wallets of a crowd: those of everybody, and those of each group. */
export interface WalletNames {
  readonly hot: readonly string[];
  readonly groups: readonly (readonly string[])[];
  readonly all: readonly string[];
}

export function walletNames({ hotWallets, groups, walletsPerGroup }: Crowd): WalletNames {
  const named = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}-${i}`);
  const hot = named('hot', hotWallets);
  const grouped = Array.from({ length: groups }, (_, group) => named(`g${group}`, walletsPerGroup));
  return { hot, groups: grouped, all: [...hot, ...grouped.flat()] };
}

/** Of each client, the wallets that it uses. */
export function circlesOf(crowd: Crowd, { hot, groups }: WalletNames): (readonly string[])[] {
  const hotClients = Array.from({ length: crowd.hotClients }, () => hot);
  return [...hotClients, ...groups.flatMap((wallets) => Array.from({ length: crowd.clientsPerGroup }, () => wallets))];
}

/** The process that a wallet belongs to: all wallets of a group to one process, hot wallets spread over all. */
export function processOf(walletId: string, processes: number): number {
  return Number(/\d+/.exec(walletId)![0]) % processes;
}
