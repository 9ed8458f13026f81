import { runTidemark } from './program.js';

const stop = new AbortController();
// Any further signal means the same. npm passes each signal on twice.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
// The channel to bootstrap.mjs, which may be killed. Waiting for its end must not keep a finished command alive.
process.on('disconnect', () => stop.abort());
process.channel?.unref();
// Whoever reads us may stop reading (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runTidemark(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
});
