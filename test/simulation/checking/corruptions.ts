import { Money } from '@tidemark/money';
import type { SeededRandom } from '../seeded-random.js';
import type { Repeat, Told } from '../clients/client-model.js';
import type { Evidence } from './evidence.js';
import type { Rule } from './violation.js';

/** A corruption of the evidence of a correct run, and the rule that must find it. */
export interface Corruption {
  readonly what: string;
  readonly found: Rule;
  spoil(evidence: Evidence, random: SeededRandom): Evidence;
}

export const CORRUPTIONS: readonly Corruption[] = [
  {
    what: 'an event in the middle of a wallet is deleted',
    found: 'version_gap',
    spoil: (evidence, random) => {
      const last = new Set(lastEvents(evidence));
      const victim = random.pick(evidence.events.filter((event) => !last.has(event)));
      return { ...evidence, events: evidence.events.filter((event) => event !== victim) };
    },
  },
  {
    what: 'the last event of a wallet is deleted, commit and outcome stay',
    found: 'acknowledged_lost',
    spoil: (evidence, random) => {
      const victim = random.pick(lastEvents(evidence));
      return { ...evidence, events: evidence.events.filter((event) => event !== victim) };
    },
  },
  {
    what: 'a commit row is deleted',
    found: 'commit_differs',
    spoil: (evidence, random) => ({ ...evidence, commits: without(evidence.commits, random) }),
  },
  {
    what: 'an amount is changed',
    found: 'hash_broken',
    spoil: (evidence, random) =>
      changeEvent(evidence, random, ({ data }) => ({
        data: data.replace(/"amount":"(\d)/, (_, digit) => `"amount":"${(Number(digit) % 9) + 1}`),
      })),
  },
  {
    what: 'an event is recorded before its predecessor',
    found: 'time_backwards',
    spoil: (evidence, random) => changeEvent(evidence, random, () => ({ recordedAt: '2001-01-01T00:00:00.000Z' })),
  },
  {
    what: 'an event is moved to another position',
    found: 'commit_differs',
    spoil: (evidence, random) => changeEvent(evidence, random, ({ position }) => ({ position: `${position}1` })),
  },
  {
    what: 'an outcome is dropped',
    found: 'outcome_missing',
    spoil: (evidence, random) => ({ ...evidence, outcomes: without(evidence.outcomes, random) }),
  },
  {
    what: 'an outcome is stored twice',
    found: 'command_twice',
    spoil: (evidence, random) => {
      const twice = random.pick(evidence.outcomes);
      return { ...evidence, outcomes: [...evidence.outcomes, { ...twice, walletId: 'another' }] };
    },
  },
  {
    what: 'a command is written twice',
    found: 'command_twice',
    spoil: (evidence, random) => {
      const last = random.pick(lastEvents(evidence).filter(({ type }) => type !== 'WalletOpened'));
      return { ...evidence, events: [...evidence.events, { ...last, version: last.version + 1 }] };
    },
  },
  {
    what: 'one side of a transfer is gone',
    found: 'money_lost',
    spoil: (evidence, random) => {
      const victim = random.pick(evidence.events.filter(({ type }) => type === 'TransferReceived'));
      return { ...evidence, events: evidence.events.filter((event) => event !== victim) };
    },
  },
  {
    what: 'a withdrawal takes more than there is',
    found: 'below_limit',
    spoil: (evidence, random) => {
      const victim = random.pick(evidence.events.filter(({ type }) => type === 'FundsWithdrawn'));
      const data = JSON.parse(victim.data) as { currency: string };
      const amount = data.currency === 'JPY' ? '99999999' : '99999999.00';
      const spoilt = { ...victim, data: JSON.stringify({ ...data, amount }) };
      return { ...evidence, events: evidence.events.map((event) => (event === victim ? spoilt : event)) };
    },
  },
  {
    what: 'a rejection is stored that was never true',
    found: 'rejection_false',
    spoil: (evidence, random) => {
      const victim = random.pick(evidence.outcomes.filter(({ result }) => result.kind === 'rejected'));
      const details = { ...(victim.result as { details: Record<string, { currency: string }> }).details };
      const { currency } = details['requested']!;
      details['available'] = Money.fromCanonical(currency === 'JPY' ? '7654321' : '7654321.99', currency).toJSON();
      const result = { kind: 'rejected' as const, code: 'insufficient_funds', details };
      return {
        ...evidence,
        outcomes: evidence.outcomes.map((each) => (each === victim ? { ...victim, result } : each)),
      };
    },
  },
  {
    what: 'a client was told another version',
    found: 'acknowledged_lost',
    spoil: (evidence, random) =>
      changeTold(evidence, random, ({ wallets: [first, ...rest] }) => ({
        wallets: [{ ...first!, version: first!.version + 1 }, ...rest],
      })),
  },
  {
    what: 'a client was told about a command that is nowhere',
    found: 'acknowledged_lost',
    spoil: (evidence, random) =>
      changeTold(evidence, random, ({ command }) => ({ command: { ...command, key: 'never-sent' } })),
  },
  {
    what: 'a client asked for another amount than was written',
    found: 'acknowledged_lost',
    spoil: (evidence, random) =>
      changeTold(evidence, random, ({ command }) => ({ command: { ...command, amount: '77777.77' } as never })),
  },
  {
    what: 'a client was answered 500',
    found: 'not_definite',
    spoil: (evidence, random) => changeTold(evidence, random, () => ({ status: 500, code: 'internal_error' })),
  },
  {
    what: 'a client was shown another balance',
    found: 'answer_false',
    spoil: (evidence, random) => {
      const seen = [...evidence.model.seen];
      const at = random.integer(0, seen.length - 1);
      seen[at] = { ...seen[at]!, balances: { EUR: '123456.78' } };
      return { ...evidence, model: { ...evidence.model, seen } };
    },
  },
  {
    what: 'a client was shown an older version than before',
    found: 'went_backwards',
    spoil: (evidence, random) => {
      const newer = random.pick(evidence.model.seen.filter(({ version }) => version > 1));
      const older = { ...newer, version: 1, balances: {}, by: 'read' as const };
      return { ...evidence, model: { ...evidence.model, seen: [...evidence.model.seen, older] } };
    },
  },
  {
    what: 'a repeat was answered otherwise',
    found: 'repeat_differs',
    spoil: (evidence, random) => {
      const first = random.pick(evidence.model.told.filter(({ position }) => position));
      const answer = { ...first, position: `${first.position}1` };
      return withRepeat(evidence, { first, otherBody: false, answer });
    },
  },
  {
    what: 'another body under a key that was used got its answer',
    found: 'repeat_differs',
    spoil: (evidence, random) => {
      const first = random.pick(evidence.model.told);
      return withRepeat(evidence, { first, otherBody: true, answer: first });
    },
  },
  {
    what: 'a tailer missed a commit',
    found: 'tailer_skipped',
    spoil: (evidence, random) => {
      const commits = without(evidence.tailed.commits, random);
      return { ...evidence, tailed: { ...evidence.tailed, commits } };
    },
  },
  {
    what: 'a tailer saw two commits in the wrong order',
    found: 'tailer_skipped',
    spoil: (evidence, random) => {
      const commits = [...evidence.tailed.commits];
      const at = random.integer(1, commits.length - 1);
      [commits[at - 1], commits[at]] = [commits[at]!, commits[at - 1]!];
      return { ...evidence, tailed: { ...evidence.tailed, commits } };
    },
  },
  {
    what: 'a tailer missed an event',
    found: 'tailer_skipped',
    spoil: (evidence, random) => {
      const events = without(evidence.tailed.events, random);
      return { ...evidence, tailed: { ...evidence.tailed, events } };
    },
  },
  {
    what: 'a projected row is behind',
    found: 'projection_differs',
    spoil: (evidence, random) => changeRow(evidence, random, ({ version }) => ({ version: version - 1 })),
  },
  {
    what: 'a projected row has another state',
    found: 'projection_differs',
    spoil: (evidence, random) => changeRow(evidence, random, ({ state }) => ({ state: `${state} ` })),
  },
  {
    what: 'a statement has a line twice',
    found: 'projection_differs',
    spoil: (evidence, random) => changeRow(evidence, random, ({ movements }) => ({ movements: movements + 1 })),
  },
  {
    what: 'a wallet is not in the directory',
    found: 'directory_differs',
    spoil: (evidence, random) => ({ ...evidence, directory: without(evidence.directory, random) }),
  },
];

function withRepeat(evidence: Evidence, repeat: Repeat): Evidence {
  return { ...evidence, model: { ...evidence.model, repeats: [...evidence.model.repeats, repeat] } };
}

function without<T>(list: readonly T[], random: SeededRandom): T[] {
  const gone = random.integer(0, list.length - 1);
  return list.filter((_, i) => i !== gone);
}

function lastEvents({ events }: Evidence): Evidence['events'] {
  const last = new Map(events.map((event) => [event.walletId, event]));
  return [...last.values()];
}

/** Changes a random deposit that is not the first event of its wallet. */
function changeEvent(
  evidence: Evidence,
  random: SeededRandom,
  change: (event: Evidence['events'][number]) => Partial<Evidence['events'][number]>,
): Evidence {
  const victim = random.pick(evidence.events.filter(({ version, type }) => version > 1 && type === 'FundsDeposited'));
  return {
    ...evidence,
    events: evidence.events.map((event) => (event === victim ? { ...event, ...change(event) } : event)),
  };
}

/** Changes the answer to a random accepted command that is no opening. */
function changeTold(evidence: Evidence, random: SeededRandom, change: (told: Told) => Partial<Told>): Evidence {
  const { told } = evidence.model;
  const victim = random.pick(told.filter(({ position, command }) => position && command.kind !== 'open'));
  const changed = told.map((each) => (each === victim ? { ...each, ...change(each) } : each));
  return { ...evidence, model: { ...evidence.model, told: changed } };
}

function changeRow(
  evidence: Evidence,
  random: SeededRandom,
  change: (row: NonNullable<Evidence['projected']>[number]) => object,
): Evidence {
  const victim = random.pick(evidence.projected!);
  const projected = evidence.projected!.map((row) => (row === victim ? { ...row, ...change(row) } : row));
  return { ...evidence, projected };
}
