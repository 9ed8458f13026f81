import { expect, it } from 'vitest';
import { placeWallet } from './wallet-opening.js';

const wallet = (homeRegion: string, metadata = {}) => ({ walletId: 'a', homeRegion, metadata });

it.each([
  ['one region, none declared', '', ['local'], { wallet: wallet('') }],
  ['one region, that one declared', 'local', ['local'], { wallet: wallet('local') }],
  ['one region, another declared', 'eu-east', ['local'], { wallet: wallet('local', { homeRegion: 'eu-east' }) }],
  ['several regions, none declared', '', ['eu-west', 'eu-east'], { wallet: wallet('') }],
  ['several regions, one of them declared', 'eu-east', ['eu-west', 'eu-east'], { wallet: wallet('eu-east') }],
  [
    'several regions, another declared',
    'us',
    ['eu-west', 'eu-east'],
    { problem: { code: 'unknown_region', detail: 'there is no region "us" (there are eu-west, eu-east)' } },
  ],
])('%s', (_, declared, regions, expected) => expect(placeWallet(wallet(declared), regions)).toEqual(expected));
