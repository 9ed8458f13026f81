import type { RecordedEvent } from '@tidemark/event-store';
import { CurrencyTable, Money } from '@tidemark/money';
import { encodeEvent, type WalletEvent } from '@tidemark/wallet';
import { describe, expect, it } from 'vitest';
import { judge } from './drill-check.js';
import type { DrillAnswer } from './drill-command.js';

const eur = (amount: string) => Money.of(amount, CurrencyTable.iso4217().get('EUR'));
const versions = new Map<string, number>();
const written = (key: string, walletId: string, event: WalletEvent) => {
  const version = (versions.get(walletId) ?? 0) + 1;
  versions.set(walletId, version);
  const metadata = JSON.stringify({ idempotencyKey: key });
  return { walletId, version, metadata, ...encodeEvent(event) } as RecordedEvent;
};
const opened = (walletId: string) => {
  versions.delete(walletId);
  return written(`open-${walletId}`, walletId, { type: 'WalletOpened', homeRegion: 'eu-west', metadata: {} });
};
const deposited = (key: string, walletId: string, amount: string) =>
  written(key, walletId, { type: 'FundsDeposited', movementId: 'm', amount: eur(amount), details: {} });
const moved = (key: string, from: string, to: string, amount: string) => [
  written(key, from, { type: 'TransferSent', transferId: 't', to, amount: eur(amount), details: {} }),
  written(key, to, { type: 'TransferReceived', transferId: 't', from, amount: eur(amount), details: {} }),
];
const deposit = (key: string, told: DrillAnswer['told']): DrillAnswer => ({
  ...{ told, command: { key, walletId: 'a', kind: 'deposit', amount: '5.00' } },
});
const transfer = (key: string, told: DrillAnswer['told']): DrillAnswer => ({
  ...{ told, command: { key, walletId: 'a', kind: 'transfer', to: 'b', amount: '2.00' } },
});

describe('the judgement of a drill', () => {
  it('finds nothing where the log is what the clients were told', () => {
    const events = [opened('a'), opened('b'), deposited('1', 'a', '5.00'), ...moved('2', 'a', 'b', '2.00')];
    const answers = [deposit('1', 'accepted'), transfer('2', 'accepted'), deposit('3', 'rejected')];
    expect(judge(answers, events)).toEqual({ events: 5, lost: [], doubled: [], wrong: [] });
  });

  it('finds what was acknowledged and is not there, or not as it was asked for', () => {
    const { lost } = judge(
      [deposit('1', 'accepted'), deposit('2', 'accepted')],
      [opened('a'), deposited('2', 'a', '6.00')],
    );
    expect(lost.map((line) => line.split(':')[0])).toEqual(['1', '2']);
  });

  it('finds a transfer of which one side is missing', () => {
    const [sent] = [opened('a'), opened('b'), deposited('1', 'a', '5.00'), moved('2', 'a', 'b', '2.00')[0]!].slice(3);
    const verdict = judge(
      [transfer('2', 'accepted')],
      [opened('a'), deposited('1', 'a', '5.00'), sent as RecordedEvent],
    );
    expect(verdict.lost).toHaveLength(1);
    expect(verdict.wrong).toEqual(['transfers do not sum to zero: -200 cents are left over']);
  });

  it('finds what is there twice, and what is there although it was refused', () => {
    const events = [opened('a'), deposited('1', 'a', '5.00'), deposited('1', 'a', '5.00'), deposited('2', 'a', '5.00')];
    const { doubled } = judge([deposit('1', 'accepted'), deposit('2', 'rejected')], events);
    expect(doubled.map((line) => line.split(' ')[0])).toEqual(['1', '2']);
  });

  it('lets a command without an answer stand once or not at all', () => {
    const none = judge([deposit('1', 'unknown')], [opened('a')]);
    const once = judge([deposit('1', 'unknown')], [opened('a'), deposited('1', 'a', '5.00')]);
    const twice = judge(
      [deposit('1', 'unknown')],
      [opened('a'), ...['1', '1'].map((key) => deposited(key, 'a', '5.00'))],
    );
    expect([none, once, twice].map(({ lost, doubled }) => [lost.length, doubled.length])).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  it('finds a gap in the versions and a balance below zero', () => {
    const events = [opened('a'), opened('b'), deposited('1', 'a', '1.00'), ...moved('2', 'a', 'b', '2.00')];
    const gap = { ...events[2]!, version: 9 };
    expect(judge([], events).wrong).toEqual(['a at version 3: -1.00']);
    expect(judge([], [events[0]!, gap]).wrong).toEqual(['a: 9 after 1']);
  });
});
