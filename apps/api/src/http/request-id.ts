import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Long enough for every tracing system's ids, short enough to be kept with each event. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The id that the caller gave its request, if it may be written into logs and headers; otherwise a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
