import type { WalletCommand } from '@tidemark/wallet';
import type { Limits } from './limits.js';
import { QueueFull } from './outcome.js';

/** Bounds the commands in memory, in number and bytes. */
export class QueueRoom {
  private commands = 0;
  private bytes = 0;

  constructor(private readonly limits: Pick<Limits, 'queueMax' | 'queueBytesMax'>) {}

  /** @throws QueueFull */
  enter(command: WalletCommand): void {
    const { queueMax, queueBytesMax } = this.limits;
    if (this.commands >= queueMax) throw new QueueFull(`${queueMax} commands are waiting; nothing was written`);
    const bytes = largeTextBytes(command);
    // A single command always fits, also with a very small bound.
    if (this.bytes > 0 && this.bytes + bytes > queueBytesMax) {
      throw new QueueFull(`commands of ${this.bytes} bytes are waiting; nothing was written`);
    }
    this.commands++;
    this.bytes += bytes;
  }

  /** Call it once for each command that has entered. */
  leave(command: WalletCommand): void {
    this.commands--;
    this.bytes -= largeTextBytes(command);
  }
}

/** Metadata is all that is large about a command: the rest, with a hundred legs, has a few kilobytes. */
function largeTextBytes(command: WalletCommand): number {
  if (command.type === 'Batch') return command.commands.reduce((sum, one) => sum + largeTextBytes(one), 0);
  const { metadata } = command as { readonly metadata?: Readonly<Record<string, string | null>> };
  let characters = 0;
  for (const key in metadata) characters += key.length + (metadata[key]?.length ?? 0);
  return characters * BYTES_PER_CHARACTER;
}

/** Of a string that is not Latin-1 in V8. */
const BYTES_PER_CHARACTER = 2;
