// Loaded with `node --import` into the service processes of the fault suite. They end when the test that started them ends,
// also when it was killed with -9. This is test code; the product does not use it.
const LOOK_EVERY_MS = 250;
// The parent passes its own process id, because it may have ended before this line runs.
const parent = Number(process.env['PARENT_PID']);

setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, LOOK_EVERY_MS).unref();
