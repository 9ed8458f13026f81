/** Numbers of clients and wallets, and the probability of conflicts between clients. */
export interface Crowd {
  /** Clients that use only the hot wallets, so that their commands conflict. */
  readonly hotClients: number;
  readonly hotWallets: number;
  /** Groups of clients with their own wallets, so that a flush contains many wallets. */
  readonly groups: number;
  readonly clientsPerGroup: number;
  readonly walletsPerGroup: number;
  /** The probability that a client uses a wallet of another group. Each time, two processes write to it. */
  readonly strays: number;
  /** The probability that a client repeats a command: again, twice at the same time, or with another body. */
  readonly repeats: number;
}

/** For some hundred commands: every other command conflicts with another client. */
export const SMALL_CROWD: Crowd = {
  ...{ hotClients: 10, hotWallets: 4, groups: 2, clientsPerGroup: 7, walletsPerGroup: 25 },
  ...{ strays: 0.3, repeats: 0.06 },
};

/** For many thousands of commands: most are written in large flushes, and some flushes conflict with another process. */
export const LARGE_CROWD: Crowd = {
  ...{ hotClients: 12, hotWallets: 4, groups: 8, clientsPerGroup: 15, walletsPerGroup: 40 },
  ...{ strays: 0.002, repeats: 0.004 },
};

/** The wallets of a crowd: the hot wallets, and those of each group. */
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

/** The wallets of each client. */
export function circlesOf(crowd: Crowd, { hot, groups }: WalletNames): (readonly string[])[] {
  const hotClients = Array.from({ length: crowd.hotClients }, () => hot);
  return [...hotClients, ...groups.flatMap((wallets) => Array.from({ length: crowd.clientsPerGroup }, () => wallets))];
}

/** The process of a wallet: all wallets of a group have the same process, hot wallets are spread over all. */
export function processOf(walletId: string, processes: number): number {
  return Number(/\d+/.exec(walletId)![0]) % processes;
}
