import { movementAnswer, movementsAnswer, transferAnswer } from '../movements/movements.answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const listMovements: EndpointDocs = {
  operationId: 'listMovements',
  tag: 'History',
  summary: 'Find movements by reference',
  description: 'The lines with exactly this reference, of every wallet, by wallet and version, from the projection.',
  answer: { description: 'One page.', schema: movementsAnswer },
  problems: ['invalid_cursor', 'projection_behind', 'lists_busy', 'position_not_reached'],
};

export const readMovement: EndpointDocs = {
  operationId: 'readMovement',
  tag: 'History',
  summary: 'Read a booked movement',
  description:
    'A deposit, withdrawal, capture, reversal, merge or transfer by its id, with its lines on every wallet, and how much of it was ' +
    'reversed. What is only pending is not booked: `GET /v1/wallets/{walletId}/pending/{movementId}`.',
  answer: { description: 'The movement.', schema: movementAnswer },
  problems: ['movement_not_found', 'projection_behind', 'newer_version_needed'],
};

export const readTransfer: EndpointDocs = {
  operationId: 'readTransfer',
  tag: 'Transfers',
  summary: 'Read a transfer',
  description: 'Its legs, and how much of each part was reversed.',
  answer: { description: 'The transfer.', schema: transferAnswer },
  problems: ['transfer_not_found', 'projection_behind', 'newer_version_needed'],
};
