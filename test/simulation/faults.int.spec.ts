import { nothingIsLostOrDoubled } from './short-form.js';

// What takes a server of its own is in faults.long.spec.ts.
await nothingIsLostOrDoubled(['shared']);
