/** The rules of the checker. The checker's own test has a corruption for each rule. */
export const RULES = {
  acknowledged_lost: 'an acknowledged command is in the log, at the version and position of its answer',
  command_twice: 'a command has one set of events and one outcome, also if it was sent several times',
  outcome_missing: 'each answer has a stored outcome, and no events exist without an outcome',
  rejection_false: 'a stored rejection is true for a state that the wallet had',
  answer_false: 'versions and balances in answers equal those of the log',
  repeat_differs: 'a repeated key gets the first answer, and with another body it is refused',
  not_definite: 'a command is answered as accepted, replayed or rejected; never 500',
  version_gap: 'versions of a wallet are 1, 2, 3 … without a gap',
  hash_broken: 'the hash of every event covers its predecessor and itself',
  time_backwards: 'the recorded time never decreases within a wallet',
  below_limit: 'no command takes money from a wallet beyond its limit at that time',
  money_lost: 'in every currency the balances are the deposits less the withdrawals, and transfers sum to zero',
  went_backwards: 'no client gets an older state of a wallet than before',
  commit_differs: 'commits and events agree both ways',
  tailer_skipped: 'a tailer has seen every commit and every event, once, in order',
  projection_differs: 'the projection is the fold of the log',
  directory_differs: 'a wallet is in the directory exactly if it has events, and with their region',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly message: string;
}

export type Report = (rule: Rule, message: string) => void;
