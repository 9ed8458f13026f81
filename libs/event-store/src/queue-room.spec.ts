import type { WalletCommand } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { QueueFull } from './outcome.js';
import { QueueRoom } from './queue-room.js';

const opening = (characters: number): WalletCommand => ({
  ...{ type: 'OpenWallet', walletId: 'w', homeRegion: 'local' },
  metadata: { k: 'x'.repeat(characters - 1) },
});
const rehome: WalletCommand = { type: 'Rehome', walletId: 'w', homeRegion: 'east' };

describe('the room for commands in memory', () => {
  it('is bounded in bytes', () => {
    const room = new QueueRoom({ queueMax: 100, queueBytesMax: 1_000 });
    room.enter(opening(300));
    room.enter(opening(200));
    expect(() => room.enter(opening(10))).toThrow(QueueFull);
    room.enter(rehome); // of no size
    room.leave(opening(200));
    room.enter(opening(10));
  });
  it('is bounded in number', () => {
    const room = new QueueRoom({ queueMax: 2, queueBytesMax: 1_000 });
    room.enter(rehome);
    room.enter(rehome);
    expect(() => room.enter(rehome)).toThrow(QueueFull);
    room.leave(rehome);
    room.enter(rehome);
  });
  it('takes one command of any size while there is no other large one', () => {
    const room = new QueueRoom({ queueMax: 100, queueBytesMax: 10 });
    room.enter(rehome);
    room.enter(opening(300));
    expect(() => room.enter(opening(1))).toThrow(QueueFull);
  });
});
