import { randomUUID } from 'node:crypto';
import { REGIONS, type Region } from '@tidemark/local-cluster';
import autocannon from 'autocannon';

/** Wallets in each region: enough that none is hot, few enough that every process soon knows all it writes. */
const WALLETS = 100;
/** Requests that wait for an answer in each region at any moment. */
const CONNECTIONS = 16;

/** Who is asked for what. `far`: the wallets of the next region. */
export type Load = 'local deposits' | 'cross-region deposits' | 'cross-region transfers';

export interface Measured {
  /** Of all regions together. */
  readonly commandsASecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The three APIs of a cluster, under load from clients in every region at once. */
export class RegionLoad {
  private readonly prefix = `bench-${randomUUID().slice(0, 8)}`;
  private sent = 0;

  /** @param apis without a slash at the end */
  constructor(private readonly apis: ReadonlyMap<Region, string>) {}

  /** A wallet of the region; each number has one, up to {@link WALLETS}. */
  walletOf(region: Region, n = 0): string {
    return `${this.prefix}-${region}-${n % WALLETS}`;
  }

  /**
   * Opens the wallets, gives them money to transfer, and lets each region write those of the next, so that every process
   * knows what it will write.
   *
   * @throws Error when one is refused
   */
  async openWallets(): Promise<void> {
    await this.forEachWallet((region, n) =>
      this.require(region, '/v1/wallets', { walletId: this.walletOf(region, n) }),
    );
    const deposit = (region: Region, walletId: string) =>
      this.require(region, `/v1/wallets/${walletId}/deposits`, euro('1000000.00'));
    await this.forEachWallet((region, n) => deposit(region, this.walletOf(region, n)));
    await this.forEachWallet((region, n) => deposit(region, this.walletOf(next(region), n)));
  }

  /** One command in one region. @returns the status of the answer, 0 where there was none within the time */
  async ask(region: Region, path: string, body: object, withinMs: number): Promise<number> {
    try {
      const answer = await fetch(this.apis.get(region)! + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': this.key() },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(withinMs),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /**
   * All regions at once, as many as they can take.
   *
   * @throws Error when an answer is not 2xx: then the figures mean nothing
   */
  async run(load: Load, seconds: number): Promise<Measured> {
    const times: number[] = [];
    await Promise.all(REGIONS.map((region) => this.runIn(region, load, seconds, times)));
    return measuredOf(times, seconds);
  }

  /**
   * One command after the other in one region, while nothing else happens anywhere: what it costs by itself.
   *
   * @throws Error when an answer is not 2xx
   */
  async runAlone(load: Load, region: Region, commands: number): Promise<Measured> {
    const times: number[] = [];
    const began = performance.now();
    for (let i = 0; i < commands; i++) {
      const { path, body } = this.commandOf(load, region);
      const sentAt = performance.now();
      await this.require(region, path, body);
      times.push(performance.now() - sentAt);
    }
    return measuredOf(times, (performance.now() - began) / 1_000);
  }

  /** How many times the database sent a client a restart error (40001), in all regions, and of how many commands. */
  async restarts(): Promise<{ restarts: number; commands: number }> {
    const texts = await Promise.all([...this.apis.values()].map(async (url) => (await fetch(`${url}/metrics`)).text()));
    const sum = (line: RegExp) => texts.reduce((all, text) => all + Number(line.exec(text)?.[1] ?? 0), 0);
    return {
      restarts: sum(/^tidemark_command_retries_total\{reason="lost_race"\} (\S+)/m),
      commands: sum(/^tidemark_flush_commands_sum (\S+)/m),
    };
  }

  private commandOf(load: Load, region: Region): { path: string; body: object } {
    const n = this.sent++;
    // Those that send never receive: two processes that write one wallet race, and that is another thing to measure.
    const [near, far] = [this.walletOf(region, 2 * n), this.walletOf(next(region), 2 * n + 1)];
    if (load === 'cross-region transfers')
      return { path: '/v1/transfers', body: { from: near, to: far, ...euro('0.01') } };
    return { path: `/v1/wallets/${load === 'local deposits' ? near : far}/deposits`, body: euro('0.01') };
  }

  private async runIn(region: Region, load: Load, seconds: number, times: number[]): Promise<void> {
    const setupRequest = (request: autocannon.Request): autocannon.Request => {
      const { path, body } = this.commandOf(load, region);
      const headers = { 'content-type': 'application/json', 'idempotency-key': this.key() };
      return { ...request, path, headers, body: JSON.stringify(body) };
    };
    const { non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
      const running = autocannon(
        {
          url: this.apis.get(region)!,
          duration: seconds,
          connections: CONNECTIONS,
          requests: [{ method: 'POST', setupRequest }],
        },
        (error, result) => (error ? reject(error as Error) : resolve(result)),
      );
      running.on('response', (_client, _status, _bytes, ms) => times.push(ms));
    });
    if (non2xx > 0 || errors > 0) {
      throw new Error(`${load} in ${region}: ${non2xx} answers were not 2xx, ${errors} requests failed`);
    }
  }

  private async forEachWallet(work: (region: Region, n: number) => Promise<void>): Promise<void> {
    for (let first = 0; first < WALLETS; first += CONNECTIONS) {
      const some = Array.from({ length: Math.min(CONNECTIONS, WALLETS - first) }, (_, i) => first + i);
      await Promise.all(REGIONS.flatMap((region) => some.map((n) => work(region, n))));
    }
  }

  private async require(region: Region, path: string, body: object): Promise<void> {
    const status = await this.ask(region, path, body, ANSWER_MS_MAX);
    if (status !== 201) throw new Error(`${path} in ${region}: ${status || 'no answer'}`);
  }

  private key(): string {
    return randomUUID();
  }
}

/** For preparations, on a machine that has just started three nodes. */
const ANSWER_MS_MAX = 30_000;

export const euro = (amount: string) => ({ amount, currency: 'EUR' });

function next(region: Region): Region {
  return REGIONS[(REGIONS.indexOf(region) + 1) % REGIONS.length]!;
}

/** @param seconds how long all of them took together */
function measuredOf(times: number[], seconds: number): Measured {
  times.sort((a, b) => a - b);
  const at = (share: number) => tenths(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return { commandsASecond: Math.round(times.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
