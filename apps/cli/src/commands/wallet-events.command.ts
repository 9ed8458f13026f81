import { readWalletEvents, type RecordedEvent } from '@tidemark/event-store';
import type { Command } from 'commander';
import { withHomeDatabase } from '../process/home-database.js';
import type { Run } from '../process/run-command.js';
import { pageLines, withPage, type PageOptions } from './page-options.js';
import { unknownWallet } from './wallet-show.command.js';

/** Declares `tidemark wallet events` (`--json`: `{walletId, events, next}`; `next` is for `--after`, or null). */
export function walletEventsCommand(command: Command, run: Run): Command {
  return withPage(command)
    .description('list the events of a wallet, as the log holds them')
    .argument('<wallet>', 'wallet id')
    .action((walletId: string, { after, limit }: PageOptions) =>
      run((at) =>
        withHomeDatabase(at, { role: 'tidemark_api', command: 'wallet' }, async (database) => {
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
        }),
      ),
    );
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
