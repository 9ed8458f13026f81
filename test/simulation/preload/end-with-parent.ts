// Loaded with `node --import` into the service processes of the fault suite: they end when the test that started them does,
// even when that was killed with -9. Test code; the product knows nothing of it.
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
(process.stdin as unknown as { unref(): void }).unref();
