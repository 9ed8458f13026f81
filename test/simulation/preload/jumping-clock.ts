// Loaded with `node --import` into a service process of the fault suite: its wall clock is off by as many milliseconds as
// the file CLOCK_OFFSET_FILE says, and jumps when the file changes. Test code; the product knows nothing of it.
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
    // The file is being replaced at this moment: the clock stays as it is.
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
