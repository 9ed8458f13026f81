import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { Answer, ClientModel, Told, WalletShown } from './client-model.js';
import { processOf } from './crowd.js';
import type { HttpAnswer, HttpConnections } from './http-connection.js';
import { requestOf, withOtherBody, type Action, type Command } from './workload.js';

/** With the pauses below, a client repeats a command for at least 1 min. Every fault of the suite is shorter. */
const ATTEMPTS_MAX = 400;
const PAUSE_MS_MAX = 400;
const SERVED_LATER = 503;
/** Number of recent commands that a client may repeat. */
const REMEMBERED = 8;

/** The first process of a request: that of its wallet, as with a good load balancer, or any. */
export type Routing = 'by-wallet' | 'any';

/** The current processes of the service. A fault may change them. */
export interface Routes {
  urls: readonly string[];
  routing: Routing;
}

interface Found {
  readonly answer: HttpAnswer;
  readonly attempts: number;
  readonly sentAt: number;
}

/** One client. It sends one command after the other, each with its key, and repeats it until it gets a definite answer. */
export class SimulatedClient {
  private readonly remembered: Told[] = [];

  constructor(
    private readonly number: number,
    private readonly parts: {
      readonly model: ClientModel;
      readonly http: HttpConnections;
      readonly random: SeededRandom;
      readonly routes: Routes;
    },
  ) {}

  /** @param enough called before each action; true ends the run */
  async run(actions: Iterable<Action>, signal: AbortSignal, enough = () => false): Promise<void> {
    for (const action of actions) {
      if (signal.aborted || enough()) return;
      if (action.kind === 'read') await this.read(action.walletId, signal);
      else if (action.kind === 'again') await this.repeat(action.otherBody, signal);
      else await this.submit(action.command, action.twice, signal);
    }
  }

  private async submit(command: Command, twice: boolean, signal: AbortSignal): Promise<void> {
    const { model } = this.parts;
    const place = this.placeOf(command.walletId);
    const beside = twice ? this.send(command, place + 1, signal) : undefined;
    const found = await this.send(command, place, signal);
    const besides = await beside;
    if (!found) return void model.unresolved.push(command);
    const { answer, attempts, sentAt } = found;
    const told = { client: this.number, command, replayed: answer.replayed, attempts, ...answerOf(answer) };
    model.answered(told, sentAt);
    if (besides) model.repeats.push({ first: told, otherBody: false, answer: answerOf(besides.answer) });
    if (this.remembered.push(told) > REMEMBERED) this.remembered.shift();
  }

  /** Repeats the key of an answered command, to any process. */
  private async repeat(otherBody: boolean, signal: AbortSignal): Promise<void> {
    const { model, random, routes } = this.parts;
    if (this.remembered.length === 0) return;
    const first = random.pick(this.remembered);
    const command = otherBody ? withOtherBody(first.command) : first.command;
    if (!command) return;
    const found = await this.send(command, random.integer(0, routes.urls.length - 1), signal);
    if (found) model.repeats.push({ first, otherBody, answer: answerOf(found.answer) });
  }

  private async read(walletId: string, signal: AbortSignal): Promise<void> {
    const found = await this.insist(this.placeOf(walletId), `/v1/wallets/${walletId}`, signal);
    if (found?.answer.status === 200) this.parts.model.read(this.number, shown(found.answer.json));
  }

  private send(command: Command, place: number, signal: AbortSignal): Promise<Found | undefined> {
    const { path, body } = requestOf(command);
    return this.insist(place, path, signal, { key: command.key, body });
  }

  private async insist(
    place: number,
    path: string,
    signal: AbortSignal,
    command?: { key: string; body: object },
  ): Promise<Found | undefined> {
    const { http, model, random, routes } = this.parts;
    for (let attempts = 1; attempts <= ATTEMPTS_MAX && !signal.aborted; attempts++) {
      const url = routes.urls[(place + attempts - 1) % routes.urls.length]!;
      const sentAt = performance.now();
      const answer = await http.send(url, path, command).catch(() => undefined);
      if (answer && answer.status !== SERVED_LATER) return { answer, attempts, sentAt };
      model.indefinite++;
      await sleep(random.integer(5, Math.min(PAUSE_MS_MAX, 20 * 2 ** attempts)));
    }
    return undefined;
  }

  private placeOf(walletId: string): number {
    const { random, routes } = this.parts;
    const processes = routes.urls.length;
    return routes.routing === 'any' ? random.integer(0, processes - 1) : processOf(walletId, processes);
  }
}

function answerOf({ status, json }: HttpAnswer): Answer {
  if (status !== 200 && status !== 201) return { status, code: String(json.code), wallets: [] };
  return { status, position: json.position, wallets: json.wallets.map(shown) };
}

function shown(wallet: {
  walletId: string;
  version: number;
  homeRegion: string;
  balances: { currency: string; posted: string }[];
}): WalletShown {
  const { walletId, version, homeRegion } = wallet;
  const balances = Object.fromEntries(wallet.balances.map(({ currency, posted }) => [currency, posted]));
  return { walletId, version, homeRegion, balances };
}
