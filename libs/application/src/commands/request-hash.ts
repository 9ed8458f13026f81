import { hash } from 'node:crypto';
import { commandDefinition, requestText, type SingleCommand } from '@tidemark/wallet';
import type { AskedCommand } from './asked-command.js';

/** What a request is recognised by. */
export interface RequestHashes {
  readonly requestHash: string;
  /** What earlier versions of Tidemark stored for the same request, where that differs. */
  readonly formerHashes?: readonly string[];
}

/** Tells a repeat of a request from a reuse of its key: base64url sha256 over the command as it was understood. */
export function requestHash(command: SingleCommand): string {
  return hash('sha256', requestText(command), 'base64url');
}

/**
 * The hashes of a request. The region that the process adds is left out, or a repeat that reaches another process would be
 * another request. Earlier versions hashed it; so a request that names none is also recognised with any region.
 *
 * @param command what was asked, completed
 * @param regions of this installation
 */
export function hashesOf(asked: AskedCommand, command: SingleCommand, regions: readonly string[]): RequestHashes {
  const added = addedRegion(asked);
  if (added === undefined) return { requestHash: requestHash(command) };
  const inRegion = (region?: string) => requestHash({ ...command, [added]: region } as SingleCommand);
  return { requestHash: inRegion(), formerHashes: regions.map(inRegion) };
}

/** What a request asks for, as a text: that of `requestHash`, without a region that the process adds. */
export function askedText(asked: AskedCommand, command: SingleCommand): string {
  const added = addedRegion(asked);
  return requestText(added === undefined ? command : ({ ...command, [added]: undefined } as SingleCommand));
}

/** The field of the region that the process adds; undefined where the caller names it, or the command has none. */
function addedRegion(asked: AskedCommand): string | undefined {
  const { defaultRegion } = commandDefinition(asked.type);
  if (defaultRegion === undefined) return undefined;
  return (asked as Record<string, unknown>)[defaultRegion] === undefined ? defaultRegion : undefined;
}
