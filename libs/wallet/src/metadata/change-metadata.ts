import { defineCommand } from '../declaring/command.js';
import { accept, reject } from '../declaring/decision.js';
import { defineEvent, type EventOf } from '../declaring/event.js';
import { defineFact } from '../declaring/fact.js';
import { definePart } from '../declaring/part.js';
import { defineRejection } from '../declaring/rejection.js';
import { metadata, metadataPatch, walletId } from '../fields/fields.js';
import { METADATA_PAIRS_MAX } from '../fields/input-rules.js';
import { counted, type Wallet } from '../wallet.js';

/** The version of the event that has the wallet's metadata, where it is not the first event. */
export const metadataChangedAt = definePart<number>('metadata', {
  initial: 0,
  charactersMax: 16,
  encode: (version) => version,
  decode: (json) => json,
});

/** The version of the event whose metadata the wallet has. Its text, up to 50 KB, is no part of the state. */
export function metadataVersionOf(wallet: Wallet): number {
  return metadataChangedAt.of(wallet) || 1;
}

/** What the wallet's metadata is. The opening says it first. */
const ofWallet = defineFact('metadata', { metadata }, { orOpening: true });

/** All metadata after the change, so that a reader needs this event alone. */
export const MetadataChanged = defineEvent('MetadataChanged', {
  fields: { metadata },
  evolve: (wallet) => counted(metadataChangedAt.put(wallet, wallet.version + 1)),
  postings: () => [],
  statement: () => undefined,
  violation: ({ metadata }) =>
    Object.keys(metadata).length > METADATA_PAIRS_MAX ? `there are more than ${METADATA_PAIRS_MAX} pairs` : undefined,
  facts: ({ metadata }) => [ofWallet.is('', { metadata })],
});
export type MetadataChanged = EventOf<typeof MetadataChanged>;

export const tooMuchMetadata = defineRejection('too_much_metadata', {
  kind: 'refused',
  title: 'The wallet would have too much metadata',
  meaning: 'After the change the wallet would have more pairs than it may have. `details` has both numbers.',
  remedy: 'Remove keys with null, in the same request or before it.',
})<{ walletId: string; pairs: number; pairsMax: number }>();

export const changeMetadata = defineCommand('ChangeMetadata', {
  http: {
    path: 'v1/wallets/:walletId/metadata',
    tag: 'Wallets',
    operationId: 'changeMetadata',
    summary: 'Change the metadata',
    description: 'Keys that are named get the new value; null removes a key (RFC 7396). All others stay.',
    done: 'The metadata is changed.',
  },
  fields: { walletId, metadata: metadataPatch },
  rejects: [tooMuchMetadata],
  facts: ({ walletId }) => [ofWallet.at(walletId, '')],
  decide({ walletId, metadata: changes }, { factOf }) {
    const merged = { ...factOf(ofWallet, walletId, '')?.metadata, ...changes };
    const left = Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== null);
    if (left.length > METADATA_PAIRS_MAX) {
      return reject(tooMuchMetadata, { walletId, pairs: left.length, pairsMax: METADATA_PAIRS_MAX });
    }
    return accept({ walletId, event: MetadataChanged({ metadata: Object.fromEntries(left) }) });
  },
});
