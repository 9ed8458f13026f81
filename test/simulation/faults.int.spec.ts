import { nothingIsLostOrDoubled } from './short-form.js';

// Faults that need a private server are in faults.long.spec.ts.
await nothingIsLostOrDoubled(['shared']);
