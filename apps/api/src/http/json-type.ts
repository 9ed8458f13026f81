import { parse } from 'content-type';
import { Problem } from '../problems/problem.js';

const CHARSETS = new Set<string | undefined>([undefined, 'utf-8', 'utf8']);

/**
 * Makes sure that a body is JSON in UTF-8 (RFC 8259 §8.1). Other parameters than `charset` mean nothing and are ignored.
 *
 * @param header `Content-Type` as it was sent
 * @throws Problem `unsupported_media_type`
 */
export function requireJson(header = ''): void {
  if (header === 'application/json') return;
  const { type, parameters } = parse(header);
  if (type === 'application/json' && CHARSETS.has(parameters.charset?.toLowerCase())) return;
  throw new Problem('unsupported_media_type', 'send the body as application/json in UTF-8');
}
