import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClusterRefused } from './cluster-refused.js';
import { BASE_PORT_MAX, portsFrom, requireFree } from './ports.js';

const all = (base: number) => {
  const { control, regions } = portsFrom(base);
  return [
    control,
    ...[...regions.values()].flatMap(({ from, apiFrom, ...rest }) => [
      ...Object.values(rest),
      ...from.values(),
      ...apiFrom.values(),
    ]),
  ];
};

describe('ports', () => {
  it('are all different', () => {
    expect(all(26_300).length).toBe(1 + 3 * 10);
    expect(new Set(all(26_300)).size).toBe(1 + 3 * 10);
  });

  it('the highest base leaves room for all of them', () =>
    expect(Math.max(...all(BASE_PORT_MAX))).toBeLessThan(65_536));

  it('names the port that another process uses', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as AddressInfo;
    const refused = requireFree(portsFrom(port));
    await expect(refused).rejects.toThrow(ClusterRefused);
    await expect(refused).rejects.toThrow(`port ${port} (control) is taken: choose other ports with --base-port`);
  });
});
