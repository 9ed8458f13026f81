import type { Socket } from 'node:net';
import { DelayLine } from './delay-line.js';
import type { Distance, Origin } from './distance.js';
import { ORIGIN_BYTES_MAX } from './origin.js';
import type { Region } from './regions.js';

/**
 * Maximum of bytes in flight in one direction of a connection. It bounds the memory. With a round trip of 60 ms it allows
 * 1 Gbit/s, which is more than three nodes on one machine exchange.
 */
const ON_THE_WAY_BYTES_MAX = 4 * 1024 * 1024;

const END = Symbol('end of stream');
type Item = Buffer | typeof END;

export interface PassageOptions {
  readonly distance: Distance;
  readonly to: Region;
  /** The dialling region, or a function that detects it from the first bytes. */
  readonly from: Region | ((head: Buffer) => Origin);
}

/** One connection between two nodes, with the delay between their regions. */
export class Passage {
  readonly #unwatch: () => void;
  readonly #lines: DelayLine<Item>[];
  #from: Origin;
  #head: Buffer | undefined;
  #severed = false;

  /**
   * @param dialling the node that opened the connection
   * @param dialled the node behind the proxy
   */
  constructor(
    private readonly dialling: Socket,
    private readonly dialled: Socket,
    private readonly options: PassageOptions,
  ) {
    if (typeof options.from === 'string') this.#from = options.from;
    else this.#head = Buffer.alloc(0);
    this.#lines = [this.#direction(dialling, dialled), this.#direction(dialled, dialling)];
    this.#unwatch = options.distance.watch(() => this.#apply());
    this.#apply();
  }

  /** Resets both sockets, as a firewall does. */
  reset(): void {
    this.#unwatch();
    for (const line of this.#lines) line.clear();
    for (const socket of [this.dialling, this.dialled]) {
      if (!socket.destroyed) socket.resetAndDestroy();
    }
  }

  #direction(source: Socket, target: Socket): DelayLine<Item> {
    let onTheWay = 0;
    const flow = () => {
      if (this.#severed) return;
      if (onTheWay > ON_THE_WAY_BYTES_MAX || target.writableNeedDrain) source.pause();
      else source.resume();
    };
    const line = new DelayLine<Item>((item) => {
      if (item === END) return void target.end();
      onTheWay -= item.length;
      if (!target.destroyed) target.write(item);
      flow();
    });
    const enter = (item: Item) => line.push(item, this.options.distance.oneWayMs);
    source.setNoDelay(true);
    source.on('data', (chunk: Buffer) => {
      if (source === this.dialling) this.#lookFor(chunk);
      if (this.#severed) return; // a cut connection loses its data in flight
      onTheWay += chunk.length;
      enter(chunk);
      flow();
    });
    target.on('drain', flow);
    source.on('end', () => enter(END));
    source.on('error', () => this.reset());
    source.on('close', (broken) => {
      if (broken || target.destroyed) this.reset();
    });
    return line;
  }

  #lookFor(chunk: Buffer): void {
    if (this.#head === undefined || typeof this.options.from === 'string') return;
    this.#head = Buffer.concat([this.#head, chunk]);
    this.#from = this.options.from(this.#head);
    if (this.#from === undefined && this.#head.length < ORIGIN_BYTES_MAX) return;
    this.#head = undefined;
    this.#apply();
  }

  /**
   * A cut is silent, as between real regions: the peers detect it only by a timeout. After the cut the connection is reset,
   * because bytes are missing.
   */
  #apply(): void {
    const { distance, to } = this.options;
    // As long as its origin is not detected, a connection has carried only its greeting.
    const severed = this.#head === undefined && distance.severed(this.#from, to);
    if (this.#severed && !severed) return this.reset();
    if (!severed || this.#severed) return;
    this.#severed = true;
    for (const line of this.#lines) line.clear();
    this.dialling.pause();
    this.dialled.pause();
  }
}
