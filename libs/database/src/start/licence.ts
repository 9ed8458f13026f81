import { withClient } from '../ask-engine.js';
import { sqlStateOf } from '../classification.js';
import { StartRefused } from '../errors.js';
import { send } from '../statement.js';

/**
 * Number of open transactions that a CockroachDB node without a valid licence key allows. It reports the licence state when one more
 * is opened (https://www.cockroachlabs.com/docs/stable/licensing-faqs). A role without privileges cannot read the licence state
 * in another way.
 */
const OPEN_WITHOUT_KEY_MAX = 5;

/**
 * Checks that CockroachDB does not throttle because a licence key is missing. Throttling fails statements at any load. A single
 * node needs no key. A new cluster needs one after seven days.
 *
 * @param warn gets CockroachDB's notice about when it will throttle
 * @param timeoutMs for connecting, and for each statement
 * @throws StartRefused in one line; ConnectFailed
 */
export async function requireLicence(url: string, warn: (line: string) => void, timeoutMs: number): Promise<void> {
  try {
    await openTransactions(OPEN_WITHOUT_KEY_MAX + 1, url, warn, timeoutMs);
  } catch (error) {
    if (sqlStateOf(error) !== 'XXC02') throw error;
    throw new StartRefused(
      `this CockroachDB has no valid licence key and lets ${OPEN_WITHOUT_KEY_MAX} transactions be open at once: install one` +
        " (SET CLUSTER SETTING enterprise.license = '…')",
    );
  }
}

async function openTransactions(
  count: number,
  url: string,
  warn: (line: string) => void,
  timeoutMs: number,
): Promise<void> {
  await withClient(url, timeoutMs, async (client) => {
    await send(client, { text: 'BEGIN' }, timeoutMs);
    if (count > 1) return await openTransactions(count - 1, url, warn, timeoutMs);
    client.once('notice', ({ message }) => warn(`CockroachDB says: ${message}`));
    return void (await send(client, { text: 'SELECT 1' }, timeoutMs));
  });
}
