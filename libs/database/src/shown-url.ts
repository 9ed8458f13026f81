/** What of a connection string tells where a database is. A list of what is secret would miss the next secret. */
const SHOWN = new Set(['host', 'port', 'user', 'sslmode', 'sslrootcert', 'sslnegotiation']);

/**
 * A connection string as people and logs may see it: without the password, wherever it stands, and without every parameter that is
 * not known to be harmless (libpq and `pg` take `?password=…`).
 *
 * @returns `postgresql:` alone for what is no URL
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
