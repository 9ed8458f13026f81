import { randomBytes } from 'node:crypto';
import { ClusterFiles } from './cluster-files.js';
import { openControl } from './control-server.js';
import { portsFrom } from './ports.js';
import { processIdentityOf } from './process-identity.js';
import { Supervisor, type SupervisorOptions } from './supervisor.js';

/** The message that the supervisor sends once to the process that started it. */
export type StartReport = { readonly ready: true } | { readonly error: string };

/** The process that owns the cluster. `LocalCluster.up` starts it, `down` ends it. */
async function main(): Promise<void> {
  const { directory, ...options } = JSON.parse(process.argv[2] ?? '{}') as SupervisorOptions & { directory: string };
  const files = new ClusterFiles(directory);
  const token = randomBytes(24).toString('base64url');
  const supervisor = new Supervisor(files, options);

  let stopping: Promise<never> | undefined;
  const stop = (code: number) =>
    (stopping ??= (async () => {
      await supervisor.stop();
      files.forgetAll();
      process.exit(code);
    })());
  const fail = (error: Error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    void stop(3);
  };
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => void stop(0));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  // Until the start is reported, only the process that waits for it can stop this one. So it ends with that process.
  const orphaned = () => void stop(3);
  process.once('disconnect', orphaned);
  const report = (message: StartReport) =>
    new Promise<void>((told) => process.send!(message, undefined, {}, () => told()));
  try {
    // The control port is the lock: only one of two supervisors gets it, before it starts any process.
    await openControl(portsFrom(options.basePort).control, token, supervisor);
    files.writeRecord({ basePort: options.basePort, supervisor: processIdentityOf(process.pid)!, token });
    await supervisor.start();
    await report({ ready: true });
    process.off('disconnect', orphaned);
  } catch (error) {
    await report({ error: (error as Error).message });
    process.off('disconnect', orphaned);
    fail(error as Error);
  }
}

await main();
