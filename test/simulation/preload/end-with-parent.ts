// Loaded with `node --import` into the service processes of the fault suite: they end when the test that started them does,
// even when that was killed with -9. Test code; the product knows nothing of it.
const LOOK_EVERY_MS = 250;
// Named by the parent itself: it may be gone before this line runs.
const parent = Number(process.env['PARENT_PID']);

setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, LOOK_EVERY_MS).unref();
