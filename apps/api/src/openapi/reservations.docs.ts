import { outcomeAnswer } from '../reservations/outcomes.answers.js';
import { holdAnswer, holdsAnswer, pendingAnswer, pendingPageAnswer } from '../reservations/reservations.answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

const ONE = ['wallet_not_found', 'newer_version_needed', 'lists_busy'] as const;

export const listHolds: EndpointDocs = {
  operationId: 'listHolds',
  tag: 'History',
  summary: 'The open holds of a wallet',
  description: 'By id, always fresh. What is past its time is left out.',
  servedAtHome: true,
  answer: { description: 'One page.', schema: holdsAnswer },
  problems: ['wallet_not_found', 'newer_version_needed', 'invalid_cursor'],
};

export const readHold: EndpointDocs = {
  operationId: 'readHold',
  tag: 'History',
  summary: 'Read a hold',
  description:
    'Open or over: what is left, what was captured, and its events. A hold that is over is looked for in the newest 20,000 events of its wallet.',
  servedAtHome: true,
  answer: { description: 'The hold.', schema: holdAnswer },
  problems: [...ONE, 'hold_not_found'],
};

export const listPending: EndpointDocs = {
  operationId: 'listPendingMovements',
  tag: 'History',
  summary: 'The pending deposits and withdrawals of a wallet',
  description: 'By id, always fresh. What is past its time is left out.',
  servedAtHome: true,
  answer: { description: 'One page.', schema: pendingPageAnswer },
  problems: ['wallet_not_found', 'newer_version_needed', 'invalid_cursor'],
};

export const readPending: EndpointDocs = {
  operationId: 'readPendingMovement',
  tag: 'History',
  summary: 'Read a pending deposit or withdrawal',
  description:
    'Open or over, and its events. One that is over is looked for in the newest 20,000 events of its wallet.',
  servedAtHome: true,
  answer: { description: 'The movement.', schema: pendingAnswer },
  problems: [...ONE, 'pending_movement_not_found'],
};

export const readOutcome: EndpointDocs = {
  operationId: 'readOutcome',
  tag: 'History',
  summary: 'What an idempotency key was answered',
  description:
    'The stored outcome of the caller’s own key on this wallet (of a transfer: the first source), accepted or rejected. While the ' +
    'command is on its way nothing is stored yet: to be sure that it is done, send it again under the same key.',
  servedAtHome: true,
  answer: { description: 'The outcome.', schema: outcomeAnswer },
  problems: ['wallet_not_found', 'outcome_not_found'],
};
