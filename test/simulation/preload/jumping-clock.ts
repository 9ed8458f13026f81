// Loaded with `node --import` into a service process of the fault suite. Its wall clock is wrong by the milliseconds in the
// file CLOCK_OFFSET_FILE, and jumps when the file changes. This is test code; the product does not use it.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 20;
const file = process.env['CLOCK_OFFSET_FILE']!;
const RealDate = Date;
const realNow = Date.now.bind(Date);

let offsetMs = 0;
const look = () => {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // The file is being replaced now, so the clock does not change.
  }
};
look();
setInterval(look, LOOK_EVERY_MS).unref();

const now = () => realNow() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
});
