import { transferAnswer } from '../schemas/answers.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const transfer: EndpointDocs = {
  operationId: 'transfer',
  tag: 'Transfers',
  summary: 'Transfer between wallets',
  description:
    'One leg, or up to 100 that are booked together or not at all. The idempotency key belongs to the (first) source.',
  once: 201,
  servedAtHome: true,
  answer: { description: 'The money has moved.', schema: transferAnswer },
  problems: [
    'wallet_not_found',
    'if_match_unsupported',
    'unknown_currency',
    'malformed_amount',
    'negative_zero',
    'too_many_fraction_digits',
    'too_many_digits',
    'amount_not_positive',
    'same_wallet',
    'too_many_currencies',
    'insufficient_funds',
  ],
};
