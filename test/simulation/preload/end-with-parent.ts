// Loaded with `node --import` into the service processes of the fault suite: they end when the test that started them does,
// even when that was killed with -9. Test code; the product knows nothing of it.
const LOOK_EVERY_MS = 250;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, LOOK_EVERY_MS).unref();
