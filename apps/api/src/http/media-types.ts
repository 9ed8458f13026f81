import { parse } from 'content-type';
import Negotiator from 'negotiator';
import { Problem } from '../problems/problem.js';

/**
 * The media type to answer with (RFC 9110 §12.5.1).
 *
 * @param accept the header, if there is one
 * @param offered what there is, the default first
 * @throws Problem `not_acceptable`
 */
export function chooseMediaType<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept === '*/*' || accept === offered[0]) return offered[0];
  const chosen = new Negotiator({ headers: { accept } }).mediaType([...offered]);
  if (chosen === undefined) throw new Problem('not_acceptable', `this endpoint answers with ${offered.join(' or ')}`);
  return chosen as T;
}

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
