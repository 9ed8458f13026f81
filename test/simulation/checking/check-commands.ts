import { domainEvent, type EventMetadata, type RecordedEvent } from '@tidemark/event-store';
import { statementLineOf } from '@tidemark/wallet';
import type { Told } from '../clients/client-model.js';
import type { Command } from '../clients/workload.js';
import type { Evidence, StoredOutcome } from './evidence.js';
import type { Report } from './violation.js';

/** Events and outcomes by idempotency key. In these runs a key is unique over all wallets. */
interface Traces {
  readonly events: ReadonlyMap<string, readonly RecordedEvent[]>;
  readonly outcomes: ReadonlyMap<string, readonly StoredOutcome[]>;
}

/** Checks that each command is in the log at most once, each acknowledged command exactly once, and that log and outcomes agree. */
export function checkCommands({ events, outcomes, directory, model }: Evidence, report: Report): void {
  const homes = new Map(directory.map(({ walletId, region }) => [walletId, region]));
  const traces: Traces = {
    events: Map.groupBy(events, (event) => (JSON.parse(event.metadata) as EventMetadata).idempotencyKey),
    outcomes: Map.groupBy(outcomes, ({ idempotencyKey }) => idempotencyKey),
  };
  for (const [key, stored] of traces.outcomes) {
    checkCopies(key, stored, homes, report);
    checkOutcome(key, stored[0]!, traces, report);
  }
  for (const [key, written] of traces.events) {
    if (!traces.outcomes.has(key)) {
      report('outcome_missing', `${key}: ${written.map(nameOf).join(', ')} without an outcome`);
    }
  }
  for (const told of model.told) checkTold(told, traces, report);
  for (const command of model.unresolved) checkWritten(command, traces.events.get(command.key) ?? [], report);
}

/** Checks that each command has one outcome. A moved wallet has a copy of it in each region that it was in. */
function checkCopies(
  key: string,
  stored: readonly StoredOutcome[],
  homes: ReadonlyMap<string, string>,
  report: Report,
): void {
  const [first] = stored;
  const said = ({ walletId, position, result }: StoredOutcome) => `${walletId} ${position} ${JSON.stringify(result)}`;
  const regions = new Set(stored.map(({ region }) => region));
  if (regions.size < stored.length || stored.some((copy) => said(copy) !== said(first!))) {
    report('command_twice', `${key} has ${stored.length} outcomes: ${stored.map(said).join('; ')}`);
  }
  const home = homes.get(first!.walletId);
  if (home !== undefined && !regions.has(home)) {
    report('outcome_missing', `${key} has no outcome in ${home}, where ${first!.walletId} lives`);
  }
}

function checkOutcome(key: string, { result, position }: StoredOutcome, { events }: Traces, report: Report): void {
  const written = events.get(key) ?? [];
  if (result.kind === 'rejected' && written.length > 0) {
    report('command_twice', `${key} is stored as ${result.code}, and yet there is ${written.map(nameOf).join(', ')}`);
  }
  if (result.kind === 'accepted' && written.some((event) => event.position !== position)) {
    report('outcome_missing', `${key} is stored at ${position}, its events at ${written.map((e) => e.position)}`);
  }
  if (result.kind === 'accepted' && written.length === 0) {
    report('acknowledged_lost', `${key} is stored as accepted, and no event says so`);
  }
}

function checkTold({ command, status, code, position, wallets }: Told, traces: Traces, report: Report): void {
  const { key } = command;
  const [stored] = traces.outcomes.get(key) ?? [];
  const written = traces.events.get(key) ?? [];
  if (status === 200 || status === 201) {
    if (!stored) report('outcome_missing', `${key} was acknowledged and has no outcome`);
    if (written.length === 0) return report('acknowledged_lost', `${key} was acknowledged and is not in the log`);
    checkWritten(command, written, report);
    if (written.some((event) => event.position !== position)) {
      report('acknowledged_lost', `${key}: told position ${position}, written at ${written.map((e) => e.position)}`);
    }
    for (const event of written) {
      const shown = wallets.find(({ walletId }) => walletId === event.walletId);
      if (shown?.version !== event.version) {
        report('acknowledged_lost', `${key}: told version ${shown?.version} of ${nameOf(event)}`);
      }
    }
    return;
  }
  if (!MAY_BE_REFUSED.has(code!)) return report('not_definite', `${key} was answered ${status} ${code}`);
  if (stored?.result.kind !== 'rejected' || stored.result.code !== code) {
    report('outcome_missing', `${key} was answered ${code}; stored is ${JSON.stringify(stored?.result ?? null)}`);
  }
}

const MAY_BE_REFUSED = new Set(['insufficient_funds', 'same_region']);

/** Whether the key has no events, or exactly the events of its command once. */
function checkWritten(command: Command, written: readonly RecordedEvent[], report: Report): void {
  if (written.length === 0) return;
  const expected = eventsOf(command).sort().join(', ');
  const found = written.map(meaningOf).sort().join(', ');
  if (found === expected) return;
  const rule = written.length > eventsOf(command).length ? 'command_twice' : 'acknowledged_lost';
  report(rule, `${command.key}: ${expected} was asked for, written is ${found}`);
}

function eventsOf(command: Command): string[] {
  const { walletId } = command;
  if (command.kind === 'open') return [`WalletOpened ${walletId}`];
  if (command.kind === 'rehome') return [`WalletRehomed ${walletId} to ${command.homeRegion}`];
  const money = `${command.amount} ${command.currency}`;
  switch (command.kind) {
    case 'limit':
      return [`OverdraftLimitChanged ${walletId} ${money}`];
    case 'deposit':
      return [`FundsDeposited ${walletId} ${money}`];
    case 'withdraw':
      return [`FundsWithdrawn ${walletId} ${money}`];
    case 'transfer':
      return [
        `TransferSent ${walletId} to ${command.to} ${money}`,
        `TransferReceived ${command.to} from ${walletId} ${money}`,
      ];
  }
}

function meaningOf(recorded: RecordedEvent): string {
  const event = domainEvent(recorded);
  const about = `${event.type} ${recorded.walletId}`;
  if (event.type === 'WalletOpened') return about;
  if (event.type === 'WalletRehomed') return `${about} to ${event.homeRegion}`;
  const amount = event.type === 'OverdraftLimitChanged' ? event.limit : statementLineOf(event)?.amount.abs();
  if (!amount) return about;
  const other =
    event.type === 'TransferSent' ? ` to ${event.to}` : event.type === 'TransferReceived' ? ` from ${event.from}` : '';
  return `${about}${other} ${amount.toString()} ${amount.currency.code}`;
}

function nameOf({ walletId, version, type }: RecordedEvent): string {
  return `${walletId} version ${version} (${type})`;
}
