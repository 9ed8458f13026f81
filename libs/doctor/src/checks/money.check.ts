import { domainEvent, readEvents, type RecordedEvent } from '@tidemark/event-store';
import { eventDefinition, statementLineOf, type WalletEvent } from '@tidemark/wallet';
import { keysOf, type EventRange } from '../commits/appended.js';
import type { Page } from '../wallets/page.js';
import { answerOf, type CommandEvent } from './command-outcomes.js';
import { readFlushes } from './flushes.js';

/** Events read at once to find the other sides of transfers. */
const COUNTERPARTS_AT_ONCE = 4_000;

interface TransferSide {
  readonly command: CommandEvent;
  readonly transferId: string;
  readonly counterpart: string;
  readonly sent: boolean;
  readonly money: string;
}

/**
 * Each side of a transfer has its other side: in the other wallet, of the same amount, at the same position. The outcome
 * says at which version the other wallet was left; where that leads nowhere, the whole flush is looked through.
 */
export async function judgeTransfers(page: Page, commands: readonly CommandEvent[]): Promise<void> {
  const sides = commands.flatMap(sideOf);
  const unmatched: TransferSide[] = [];
  for (const batch of batchesOf(sides)) {
    const found = await page.audit.read((reader) =>
      readEvents(
        reader,
        batch.flatMap(({ range }) => (range ? keysOf(range) : [])),
      ),
    );
    const byWallet = Map.groupBy(found, ({ walletId }) => walletId);
    for (const { side } of batch) {
      if (!mirrorsOf(side, byWallet.get(side.counterpart)).some(isExact(side))) unmatched.push(side);
    }
  }
  if (unmatched.length === 0) return;
  const flushes = await readFlushes(
    page.audit,
    page.allRegions,
    unmatched.map(({ command }) => command.judged.recorded.position),
  );
  for (const side of unmatched) {
    const { recorded } = side.command.judged;
    const mirrors = mirrorsOf(side, flushes.get(recorded.position));
    if (mirrors.some(isExact(side))) continue;
    const { walletId, version } = recorded;
    page.report({ invariant: 'money_conserved', walletId, version, message: messageOf(side, mirrors[0]) });
  }
}

function sideOf(command: CommandEvent): TransferSide[] {
  const side = transferOf(command.judged.event);
  return side ? [{ command, ...side }] : [];
}

function transferOf(event: WalletEvent | undefined): Omit<TransferSide, 'command'> | undefined {
  const other = event && eventDefinition(event.type).counterpart?.(event);
  const line = other && statementLineOf(event);
  if (!line) return undefined;
  const sent = other.half === 'sent';
  const amount = sent ? line.amount.negated() : line.amount;
  return { transferId: other.id, counterpart: other.walletId, sent, money: `${amount} ${amount.currency.code}` };
}

function* batchesOf(sides: readonly TransferSide[]) {
  let batch: { readonly side: TransferSide; readonly range: EventRange | undefined }[] = [];
  let events = 0;
  for (const side of sides) {
    const range = rangeOf(side);
    batch.push({ side, range });
    events += range ? range.lastVersion - range.firstVersion + 1 : 0;
    if (events < COUNTERPARTS_AT_ONCE) continue;
    yield batch;
    [batch, events] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** Where the other side should be: the version that the command left the other wallet at, or, of several legs, before it. */
function rangeOf({ command: { outcome }, counterpart: walletId }: TransferSide): EventRange | undefined {
  const answer = outcome && answerOf(outcome);
  if (answer?.kind !== 'accepted') return undefined;
  const shown = answer.wallets.find((wallet) => wallet.walletId === walletId);
  if (!shown) return undefined;
  const legs = Math.max(1, answer.wallets.length - 1);
  return {
    ...{ region: shown.homeRegion, walletId },
    firstVersion: Math.max(1, shown.version - legs + 1),
    lastVersion: shown.version,
  };
}

type Mirror = Omit<TransferSide, 'command'> & { readonly recorded: RecordedEvent };

/** Events that are the other side of a transfer, whether or not they say the same of it. */
function mirrorsOf({ command, transferId, counterpart, sent }: TransferSide, events: readonly RecordedEvent[] = []) {
  const { walletId, metadata } = command.judged.recorded;
  return events.flatMap((recorded): Mirror[] => {
    if (recorded.walletId !== counterpart || recorded.metadata !== metadata) return [];
    const mirror = readable(recorded);
    const fits = mirror && mirror.sent !== sent && mirror.transferId === transferId && mirror.counterpart === walletId;
    return fits ? [{ ...mirror, recorded }] : [];
  });
}

function readable(recorded: RecordedEvent): Omit<TransferSide, 'command'> | undefined {
  try {
    return transferOf(domainEvent(recorded));
  } catch {
    return undefined; // a finding of its own where it stands
  }
}

const isExact = (side: TransferSide) => (mirror: Mirror) =>
  mirror.money === side.money && mirror.recorded.position === side.command.judged.recorded.position;

function messageOf({ command, transferId, counterpart, sent, money }: TransferSide, near: Mirror | undefined): string {
  const [did, other] = sent ? ['sent to', 'received'] : ['received from', 'sent'];
  const said = `transfer ${transferId}: ${money} ${did} ${counterpart}`;
  if (!near) return `${said}, and nothing ${other} there`;
  const { version, position } = near.recorded;
  if (near.money !== money) return `${said}, and ${near.money} ${other} there, at version ${version}`;
  return `${said} at position ${command.judged.recorded.position}, and ${other} there at ${position}`;
}
