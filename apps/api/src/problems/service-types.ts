import type { ProblemType } from './problem-type.js';

/** Problems of the service at the moment. The request may be sent again under the same key. */
export const SERVICE_TYPES = {
  internal_error: {
    ...{ status: 500, title: 'The service failed with an internal error' },
    meaning: 'The service has a defect. Its log has the cause under the `requestId`.',
    remedy: 'Tell the operator the `requestId`. A repeat with the same key is safe and takes effect at most once.',
  },
  queue_full: {
    ...{ status: 503, title: 'Too many commands are waiting' },
    meaning: 'The service has as many commands waiting as it keeps. This one was not carried out.',
    remedy: 'Send it again, with the same key, after `Retry-After` seconds. Send fewer at once.',
  },
  log_unavailable: {
    ...{ status: 503, title: 'The log cannot be written' },
    meaning: 'The database could not take the command in time. Nothing was booked.',
    remedy: 'Send it again, with the same key, after `Retry-After` seconds.',
  },
  outcome_unknown: {
    ...{ status: 503, title: 'Whether the command stands is not known yet' },
    meaning:
      'The connection to the database broke, or it gave no answer, after the command was sent. It may have been booked.',
    remedy: 'Send it again, with the same key, until there is another answer. It takes effect once.',
  },
  newer_version_needed: {
    ...{ status: 503, title: 'A newer Tidemark wrote this wallet' },
    meaning: 'The wallet has an event of a kind that this process does not know. Another version is being rolled out.',
    remedy: 'Send it again later, with the same key. Operators: finish the update.',
  },
  projection_behind: {
    ...{ status: 503, title: 'The list is not up to date yet' },
    meaning: 'The list had not seen everything up to `minPosition` within 5 s.',
    remedy: 'Ask again after `Retry-After` seconds, or leave `minPosition` out. Reading one wallet is always fresh.',
  },
  lists_busy: {
    ...{ status: 503, title: 'Too many lists are wanted at once' },
    meaning: 'Lists are read a few at a time, so that commands go first. Too many were waiting, or for more than 5 s.',
    remedy: 'Ask again after `Retry-After` seconds. Ask for fewer lists at once.',
  },
  database_unavailable: {
    ...{ status: 503, title: 'The database does not answer' },
    meaning: 'The database could not answer a read in time.',
    remedy: 'Send it again, with the same key if it has one, after `Retry-After` seconds.',
  },
  not_ready: {
    ...{ status: 503, title: 'The service is not ready' },
    meaning: 'Only `/health/ready` answers so. `detail` says what is missing.',
    remedy: 'Send no traffic to this process until it is ready.',
  },
  shutting_down: {
    ...{ status: 503, title: 'The service is shutting down' },
    meaning: 'The process is stopping. The request was not looked at.',
    remedy: 'Send it again, with the same key, to another process or after `Retry-After` seconds.',
  },
} as const satisfies Record<string, ProblemType>;
