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
