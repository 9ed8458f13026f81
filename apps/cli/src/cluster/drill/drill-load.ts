import { setTimeout as sleep } from 'node:timers/promises';
import type { Region } from '@tidemark/local-cluster';
import pTimeout from 'p-timeout';
import { nextCommand, requestOf, type DrillAnswer, type DrillCommand, type DrillWallet } from './drill-command.js';

/** A few more than two cores can serve at once: enough for something to be in flight in every region when one dies. */
const CLIENTS_PER_REGION = 6;
/** A caller who waits longer asks another region, with the same key. */
const ANSWER_MS_MAX = 8_000;
/** Longer than any takeover between regions. A command without an answer by then counts as unknown. */
const INSIST_MS_MAX = 120_000;
const PAUSE_MS = 100;
/** Not enough money. Anything else that is no success tells nothing about the command, and it is sent again. */
const REFUSED = 422;

export interface LoadOptions {
  /** The regions' APIs; a client asks that of its own region first, and the others when it does not answer. */
  readonly apis: readonly { readonly region: Region; readonly url: string }[];
  readonly wallets: readonly DrillWallet[];
  /** Begins every key. */
  readonly name: string;
  readonly random: () => number;
}

/** Clients in all regions who send one command after the other, each until it has a definite answer, and keep the answers. */
export class DrillLoad {
  readonly answers: DrillAnswer[] = [];
  /** Requests without a definite answer, all of which were sent again. */
  askedAgain = 0;
  private stopping = false;
  private readonly clients: Promise<unknown>;
  private readonly homes: ReadonlyMap<string, Region>;
  private readonly waiting = new Set<(walletId: string, sentAt: number) => void>();

  constructor(private readonly options: LoadOptions) {
    this.homes = new Map(options.wallets.map(({ walletId, home }) => [walletId, home]));
    const places = options.apis.flatMap(({ region }, at) =>
      Array.from({ length: CLIENTS_PER_REGION }, (_, i) => ({ region, at, name: `${options.name}-${at}${i}` })),
    );
    this.clients = Promise.all(places.map((place) => this.work(place)));
  }

  /** Lets every client bring its command to an end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.clients;
  }

  /**
   * Milliseconds from now to the first answer to a request that is sent after now, about a wallet of that region; undefined
   * when there is none as long as a client insists.
   */
  timeToFirstSuccess(home: Region, signal: AbortSignal): Promise<number | undefined> {
    const from = performance.now();
    const first = new Promise<number>((resolve) => {
      const listener = (walletId: string, sentAt: number) => {
        if (sentAt < from || this.homes.get(walletId) !== home) return;
        this.waiting.delete(listener);
        resolve(performance.now() - from);
      };
      this.waiting.add(listener);
    });
    return pTimeout(first, { milliseconds: INSIST_MS_MAX, message: false, signal });
  }

  private async work({ region, at, name }: { region: Region; at: number; name: string }): Promise<void> {
    const { wallets, random } = this.options;
    for (let made = 0; !this.stopping; made++) {
      const command = nextCommand(`${name}-${made}`, region, wallets, random);
      this.answers.push({ command, told: await this.insist(command, at) });
    }
  }

  private async insist(command: DrillCommand, at: number): Promise<DrillAnswer['told']> {
    const { apis } = this.options;
    const giveUpAt = performance.now() + INSIST_MS_MAX;
    for (let place = at; performance.now() < giveUpAt; place++) {
      const sentAt = performance.now();
      const status = await send(apis[place % apis.length]!.url, command);
      const accepted = status === 200 || status === 201;
      if (accepted || status === REFUSED) {
        for (const listener of this.waiting) listener(command.walletId, sentAt);
        return accepted ? 'accepted' : 'rejected';
      }
      this.askedAgain++;
      await sleep(PAUSE_MS);
    }
    return 'unknown';
  }
}

/** The status of the answer; undefined when there is none. */
async function send(url: string, command: DrillCommand): Promise<number | undefined> {
  const { path, body } = requestOf(command);
  try {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': command.key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    await answer.arrayBuffer(); // an answer that breaks off is none
    return answer.status;
  } catch {
    return undefined;
  }
}
