import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ClusterRefused } from './cluster-refused.js';

const run = promisify(execFile);

/** A listening node answers at once. If a node does not listen yet, the caller tries again. */
const INIT_MS_MAX = 10_000;
/** Most of this is GIVE_UP_NODE_SECONDS, during which there may be no progress. */
const DECOMMISSION_MS_MAX = 240_000;

/**
 * Makes three waiting nodes one cluster.
 *
 * @param binary the `cockroach` program
 * @param host `host:port` of one of the nodes
 * @returns empty on success, otherwise the reason of the failure in one line
 */
export async function initialise(binary: string, host: string): Promise<string> {
  try {
    await run(binary, ['init', '--insecure', `--host=${host}`], { timeout: INIT_MS_MAX });
    return '';
  } catch (error) {
    const said = complaintOf(error);
    return said.includes('already been initialized') ? '' : said;
  }
}

/**
 * Moves every replica away from a node that will not be started again, and waits for the end. CockroachDB begins when it
 * considers the node dead (GIVE_UP_NODE_SECONDS).
 *
 * @throws ClusterRefused
 */
export async function decommission(binary: string, host: string, nodeId: string): Promise<void> {
  const args = ['node', 'decommission', nodeId, '--wait=all', '--checks=skip', '--insecure', `--host=${host}`];
  try {
    await run(binary, args, { timeout: DECOMMISSION_MS_MAX });
  } catch (error) {
    throw new ClusterRefused(
      `the data of the former node ${nodeId} was not copied to the new one: ${complaintOf(error)}`,
    );
  }
}

/**
 * The id of a node in its cluster.
 *
 * @param consoleUrl without a slash at the end
 */
export async function nodeIdOf(consoleUrl: string): Promise<string> {
  const answer = await fetch(`${consoleUrl}/_status/details/local`);
  return String(((await answer.json()) as { nodeId: number }).nodeId);
}

function complaintOf(error: unknown): string {
  const { stderr = '', killed, message } = error as { stderr?: string; killed?: boolean; message: string };
  if (killed) return 'no answer in time';
  return stderr.trim().split('\n')[0] || message.split('\n')[0]!;
}
