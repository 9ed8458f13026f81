import { VERSIONS_MAX } from '@tidemark/application';
import { feeAnswer, feesAnswer, feeVersionsAnswer } from '../fees/fees.schemas.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const defineFee: EndpointDocs = {
  operationId: 'defineFee',
  tag: 'Fees',
  summary: 'Define a fee schedule, or its next version',
  description:
    'Deposits, withdrawals and transfers name it as `fee`. Each definition of a name is a new version. It counts in every process ' +
    'after a second, and stays for ever: a movement names the version that it was charged by.',
  once: 201,
  answer: { description: 'The version that was made.', schema: feeAnswer },
  problems: [
    'if_match_unsupported',
    'unknown_currency',
    'malformed_amount',
    'negative_zero',
    'too_many_fraction_digits',
    'too_many_digits',
  ],
};

export const listFees: EndpointDocs = {
  operationId: 'listFees',
  tag: 'Fees',
  summary: 'The fee schedules',
  description: 'The newest version of each, by name.',
  answer: { description: 'All of them.', schema: feesAnswer },
  problems: [],
};

export const readFee: EndpointDocs = {
  operationId: 'readFee',
  tag: 'Fees',
  summary: 'The versions of a fee schedule',
  description: `The newest first, ${VERSIONS_MAX} at most.`,
  answer: { description: 'Its versions.', schema: feeVersionsAnswer },
  problems: ['fee_not_defined'],
};
