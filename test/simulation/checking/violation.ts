/** What the checker proves, one word a promise. Each has a corruption in the checker's own test that only it finds. */
export const RULES = {
  acknowledged_lost:
    'a command that was acknowledged is in the log, at the version and position that its client was told',
  command_twice: 'a command has one set of events and one outcome, however often it was sent',
  outcome_missing: 'whatever was answered has its outcome stored, and events never stand without one',
  rejection_false: 'a stored rejection is true of a state that the wallet was in',
  answer_false: 'versions and balances that clients were shown are those of the log',
  repeat_differs: 'a key that is sent once more gets the first answer, and with another body it is refused',
  not_definite: 'a command is answered as done, replayed, or refused by the rules of money; never 500',
  version_gap: 'versions of a wallet are 1, 2, 3 … without a gap',
  hash_broken: 'every event carries the hash of its predecessor and itself',
  time_backwards: 'the recorded time never decreases along a wallet',
  below_limit: 'nothing takes money out of a wallet beyond the limit that it has then',
  money_lost: 'in every currency the balances are the deposits less the withdrawals, and transfers sum to zero',
  went_backwards: 'what one client sees of a wallet never gets older',
  commit_differs: 'commits and events agree both ways',
  tailer_skipped: 'a tailer has seen every commit and every event, once, in order',
  projection_differs: 'the projection is the fold of the log',
  directory_differs: 'a wallet is in the directory exactly if it has events, under the region that they are in',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly message: string;
}

export type Report = (rule: Rule, message: string) => void;
