import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { ClientModel, WalletShown } from './client-model.js';
import type { HttpAnswer, HttpConnections } from './http-connection.js';
import { requestOf, type Action, type Command } from './workload.js';

/** With the pauses below, a client asks for at least a minute: longer than any fault of the suite lasts. */
const ATTEMPTS_MAX = 400;
const PAUSE_MS_MAX = 400;
const SERVED_LATER = 503;

/** To which process a request goes first: the one that its wallet hashes to, as a load balancer should; or any. */
export type Routing = 'by-wallet' | 'any';

/** One client: sends one command after the other, each with its key, again and again until it is told a definite answer. */
export class SimulatedClient {
  constructor(
    private readonly number: number,
    private readonly parts: {
      readonly model: ClientModel;
      readonly http: HttpConnections;
      readonly random: SeededRandom;
      readonly urls: readonly string[];
      readonly routing: Routing;
    },
  ) {}

  /** @param enough asked before each action */
  async run(actions: Iterable<Action>, signal: AbortSignal, enough = () => false): Promise<void> {
    for (const action of actions) {
      if (signal.aborted || enough()) return;
      if (action.kind === 'read') await this.read(action.walletId, signal);
      else await this.submit(action, signal);
    }
  }

  private async submit(command: Command, signal: AbortSignal): Promise<void> {
    const { model } = this.parts;
    const { path, body } = requestOf(command);
    const found = await this.insist(command.walletId, path, signal, { key: command.key, body });
    if (!found) return void model.unresolved.push(command);
    const { answer, attempts, sentAt } = found;
    const { status, replayed, json } = answer;
    const facts = { client: this.number, command, status, replayed, attempts };
    const accepted = status === 200 || status === 201;
    model.answered(
      accepted
        ? { ...facts, position: json.position, wallets: json.wallets.map(shown) }
        : { ...facts, code: String(json.code), wallets: [] },
      sentAt,
    );
  }

  private async read(walletId: string, signal: AbortSignal): Promise<void> {
    const found = await this.insist(walletId, `/v1/wallets/${walletId}`, signal);
    if (found?.answer.status === 200) this.parts.model.read(this.number, shown(found.answer.json));
  }

  private async insist(
    walletId: string,
    path: string,
    signal: AbortSignal,
    command?: { key: string; body: object },
  ): Promise<{ answer: HttpAnswer; attempts: number; sentAt: number } | undefined> {
    const { http, model, random, urls } = this.parts;
    const first = this.firstUrl(walletId);
    for (let attempts = 1; attempts <= ATTEMPTS_MAX && !signal.aborted; attempts++) {
      const url = urls[(first + attempts - 1) % urls.length]!;
      const sentAt = performance.now();
      const answer = await http.send(url, path, command).catch(() => undefined);
      if (answer && answer.status !== SERVED_LATER) return { answer, attempts, sentAt };
      model.indefinite++;
      await sleep(random.integer(5, Math.min(PAUSE_MS_MAX, 20 * 2 ** attempts)));
    }
    return undefined;
  }

  private firstUrl(walletId: string): number {
    const { random, routing, urls } = this.parts;
    if (routing === 'any') return random.integer(0, urls.length - 1);
    let hash = 0;
    for (const character of walletId) hash = (hash * 31 + character.charCodeAt(0)) % 65_521;
    return hash % urls.length;
  }
}

function shown(wallet: {
  walletId: string;
  version: number;
  balances: { currency: string; posted: string }[];
}): WalletShown {
  const balances = Object.fromEntries(wallet.balances.map(({ currency, posted }) => [currency, posted]));
  return { walletId: wallet.walletId, version: wallet.version, balances };
}
