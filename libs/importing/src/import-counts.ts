import type { Booking } from './movement-booking.js';
import type { MovementRow } from './mapping/movement-row.js';
import type { Order } from './survey/order-survey.js';
import { Totals, type AmountsByCurrency } from './totals.js';

/** How a file was read. */
export interface ReadAs {
  readonly format: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly quote: string;
  /** 0 where it has none. */
  readonly headerLine: number;
  readonly decimalMark: string;
  readonly order: Order;
}

/** What `tidemark import --json` prints (DESIGN §9), and some more. */
export interface ImportSummary {
  /** Rows of the file, without its header: booked + replayed + rejected. */
  readonly read: number;
  readonly booked: number;
  /** Booked by an earlier import already. */
  readonly replayed: number;
  readonly rejected: number;
  /** Rows that the mapping leaves out. They are not among those that were read. */
  readonly skipped: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Wallets of the import: those of the wallets file that are open, and those that a movement found. */
  readonly wallets: number;
  readonly walletsOpened: number;
  /** Rows of the wallets file that could not be used. */
  readonly walletsRejected: number;
  /** Of all that is booked, now and before. */
  readonly credits: AmountsByCurrency;
  readonly debits: AmountsByCurrency;
  readonly net: AmountsByCurrency;
  /** How the file of movements was read: as declared, or as found. */
  readonly readAs: ReadAs;
  readonly rejectsFile: string | null;
  readonly walletRejectsFile: string | null;
  readonly seconds: number;
  /** Stopped before the end of the file; the same command goes on. */
  readonly interrupted: boolean;
}

/** Counts an import as it goes. */
export class ImportCounts {
  readonly totals = new Totals();
  readonly wallets = new Set<string>();
  read = 0;
  skipped = 0;
  walletsOpened = 0;
  walletsRejected = 0;
  interrupted = false;
  private booked = 0;
  private replayed = 0;
  private readonly rejectedByCode = new Map<string, number>();

  get rejected(): number {
    return [...this.rejectedByCode.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts one row of the movements file. @param movement where the row could be read */
  count(booking: Booking, movement: MovementRow | undefined): void {
    this.read++;
    const movements = movement ? [movement, ...movement.more] : [];
    if (!(booking.kind === 'rejected' && booking.code === 'wallet_not_found'))
      for (const { walletId } of movements) this.wallets.add(walletId);
    for (const each of movements.slice(0, booking.kind === 'rejected' ? (booking.stands ?? 0) : movements.length)) {
      this.totals.add(each);
    }
    if (booking.kind === 'rejected') {
      this.rejectedByCode.set(booking.code, (this.rejectedByCode.get(booking.code) ?? 0) + 1);
      return;
    }
    this[booking.kind]++;
  }

  summary(rest: Pick<ImportSummary, 'rejectsFile' | 'walletRejectsFile' | 'seconds' | 'readAs'>): ImportSummary {
    const { read, booked, replayed, rejected, skipped, walletsOpened, walletsRejected } = this;
    const rejectedByCode = Object.fromEntries([...this.rejectedByCode].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      ...{ read, booked, replayed, rejected, skipped, rejectedByCode },
      ...{ wallets: this.wallets.size, walletsOpened, walletsRejected },
      ...this.totals.toJSON(),
      ...rest,
      interrupted: this.interrupted,
    };
  }
}
