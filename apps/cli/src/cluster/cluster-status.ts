import type { ClusterStatus, ProcessStatus } from '@tidemark/local-cluster';

/** A table of the cluster for people. */
export function statusLines({ regions, roundTripMs }: ClusterStatus): string[] {
  const rows = regions.flatMap(({ region, cut, node, api, worker, consoleUrl }) => [
    [cut ? `${region} (cut)` : region, 'node', stateOf(node), node.url, `console ${consoleUrl}`],
    ...(api.state === 'absent' ? [] : [['', 'API', stateOf(api), api.url, `documentation ${api.url}/docs`]]),
    ...(worker.state === 'absent'
      ? []
      : [['', 'worker', stateOf(worker), worker.url, `metrics ${worker.url}/metrics`]]),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const cut = regions.filter((each) => each.cut).map(({ region }) => region);
  return [
    ...table,
    `round trips between regions take ${roundTripMs} ms longer than on this machine; cut off: ${cut.join(', ') || 'none'}`,
  ];
}

/** What to try after `up`. */
export function firstSteps({ regions }: ClusterStatus): string[] {
  const [west, , east] = regions;
  const post = (url: string, key: string, body: object) =>
    `  curl -s ${url} -H 'Content-Type: application/json' -H 'Idempotency-Key: ${key}' -d '${JSON.stringify(body)}'`;
  if (west!.api.state === 'absent') return [`  cockroach sql --url '${west!.node.url}'`];
  const amount = (text: string) => ({ amount: text, currency: 'EUR' });
  return [
    `Open a wallet in ${west!.region}, deposit there, withdraw in ${east!.region}:`,
    post(`${west!.api.url}/v1/wallets`, '1', { walletId: 'alice' }),
    post(`${west!.api.url}/v1/wallets/alice/deposits`, '2', amount('25.00')),
    post(`${east!.api.url}/v1/wallets/alice/withdrawals`, '3', amount('10.00')),
    'or run `npm run cluster -- demo`. `npm run cluster -- down` stops the cluster.',
  ];
}

function stateOf({ state, ready, pid, ending }: ProcessStatus): string {
  if (state === 'running') return `${ready ? 'ready' : 'not ready'} (pid ${pid})`;
  return ending ?? state;
}
