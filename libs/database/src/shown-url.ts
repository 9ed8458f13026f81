/** The parameters of a connection string that are shown. A list of secret parameters instead would miss new ones. */
const SHOWN = new Set(['host', 'port', 'user', 'sslmode', 'sslrootcert', 'sslnegotiation']);

/**
 * A connection string for logs and messages: without a password, and only with parameters that are known to be harmless
 * (libpq and `pg` take `?password=…`).
 *
 * @returns only `postgresql:` for a text that is no URL
 */
export function shownUrl(url: string): string {
  const shown = URL.parse(url);
  if (!shown) return 'postgresql:';
  shown.password = '';
  shown.hash = '';
  for (const name of [...shown.searchParams.keys()]) {
    if (!SHOWN.has(name)) shown.searchParams.delete(name);
  }
  return shown.href;
}
