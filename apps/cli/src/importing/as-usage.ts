import { FileRefused } from '@tidemark/importing';
import { UsageError } from '../process/exit.js';

/** @returns a UsageError for a file that cannot be used: the caller named it. Any other error stays as it is. */
export function asUsage(error: unknown): unknown {
  return error instanceof FileRefused ? new UsageError(error.message) : error;
}
