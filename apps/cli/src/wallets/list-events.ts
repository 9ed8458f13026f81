import { readWalletEvents, type RecordedEvent } from '@tidemark/event-store';
import { withHomeDatabase } from '../process/home-database.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';
import { pageLines, type PageOptions } from '../commands/page-options.js';
import { unknownWallet } from './show-wallet.js';

/** `tidemark wallet events`. `--json`: `{walletId, events, next}`; `next` is for `--after`, or null. */
export function listEvents(at: Surroundings, walletId: string, { after, limit }: PageOptions): Promise<CommandResult> {
  return withHomeDatabase(at, { role: 'tidemark_api', command: 'wallet' }, async (database) => {
    const found = await readWalletEvents(database, { walletId, after, limit: limit + 1 });
    if (found.length === 0 && (await readWalletEvents(database, { walletId, after: 0, limit: 1 })).length === 0) {
      throw unknownWallet(walletId);
    }
    const events = found.slice(0, limit);
    const next = found.length > limit ? events.at(-1)!.version : null;
    return {
      json: { walletId, events: events.map(viewOf), next },
      lines: pageLines(events.map(lineOf), next, `no events after version ${after}`),
    };
  });
}

function viewOf({ version, position, recordedAt, type, schemaVersion, data, metadata, hash }: RecordedEvent) {
  return {
    version,
    position,
    recordedAt,
    type,
    schemaVersion,
    data: JSON.parse(data),
    metadata: JSON.parse(metadata),
    hash,
  };
}

function lineOf({ version, recordedAt, type, data }: RecordedEvent): string {
  return `${version}  ${recordedAt}  ${type}  ${data}`;
}
