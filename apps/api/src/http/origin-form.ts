import type { IncomingMessage } from 'node:http';

const SCHEMES = new Set(['http:', 'https:']);

/**
 * The target of a request in origin form (`/path?query`). A client may send the absolute form (`http://host/path?query`, RFC 9112
 * §3.2.2); its host then replaces that of the Host header, as the RFC asks. Everything behind this function sees one form.
 *
 * @returns the target as it came where it is neither, such as `*`: no route has it
 */
export function originFormOf(request: Pick<IncomingMessage, 'url' | 'headers'>): string {
  const { url = '/', headers } = request;
  if (url.startsWith('/')) return url;
  const target = URL.parse(url);
  if (!target || !SCHEMES.has(target.protocol)) return url;
  headers.host = target.host;
  return target.pathname + target.search;
}
