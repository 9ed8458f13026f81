import { InvalidCursor } from './cursor.js';

/** Where a page of the journal ended. No two entries share wallet and version, so this orders them all. */
export interface JournalPlace {
  /** ISO 8601, UTC, milliseconds. */
  readonly recordedAt: string;
  readonly walletId: string;
  readonly version: number;
}

/** Where a page of daily totals ended: the key of its last one. */
export interface DailyTotalsPlace {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly region: string;
  readonly currency: string;
  readonly type: string;
}

/** Where a page of an account's statement ended. */
export interface AccountPlace extends JournalPlace {
  /** Where all pages of it end. ISO 8601, UTC, milliseconds. */
  readonly to: string;
  /** Of the account after the last line. Canonical. */
  readonly balance: string;
}

/** Where a page of lines of several wallets ended. No two lines share wallet and version. */
export interface LinePlace {
  readonly walletId: string;
  readonly version: number;
}

// Neither database has a year 0, and neither takes a NUL in a text.
const JOURNAL_PLACE = /^(?<recordedAt>(?!0000)\d{4}-\S{19}) (?<version>[1-9]\d{0,14}) (?<walletId>[\w.:-]{1,64})$/;
const DAILY_TOTALS_PLACE =
  /^(?<day>(?!0000)\d{4}-\S{5}) (?<currency>\w{1,64}) (?<type>\w{1,64}) (?<region>\P{Cc}{1,64})$/u;

const LINE_PLACE = /^(?<version>[1-9]\d{0,14}) (?<walletId>[\w.:-]{1,64})$/;

/** For a cursor, which holds one text. */
export function linePlaceText({ version, walletId }: LinePlace): string {
  return `${version} ${walletId}`;
}

/** @throws InvalidCursor for what `linePlaceText` did not write */
export function linePlaceOf(text: string): LinePlace {
  const { version, walletId } = LINE_PLACE.exec(text)?.groups ?? {};
  if (walletId === undefined) throw new InvalidCursor('not a place among movements');
  return { version: Number(version), walletId };
}

/** For a cursor, which holds one text. */
export function journalPlaceText({ recordedAt, version, walletId }: JournalPlace): string {
  return `${recordedAt} ${version} ${walletId}`;
}

/** @throws InvalidCursor for what `journalPlaceText` did not write */
export function journalPlaceOf(text: string): JournalPlace {
  const { recordedAt, version, walletId } = JOURNAL_PLACE.exec(text)?.groups ?? {};
  if (recordedAt === undefined || !isInstant(recordedAt)) throw new InvalidCursor('not a place in the journal');
  return { recordedAt, version: Number(version), walletId: walletId! };
}

const ACCOUNT_PLACE = /^(?<to>(?!0000)\d{4}-\S{19}) (?<balance>-?\d{1,60}(\.\d{1,18})?) (?<place>.*)$/;

/** For a cursor, which holds one text. */
export function accountPlaceText({ to, balance, ...place }: AccountPlace): string {
  return `${to} ${balance} ${journalPlaceText(place)}`;
}

/** @throws InvalidCursor for what `accountPlaceText` did not write */
export function accountPlaceOf(text: string): AccountPlace {
  const { to, balance, place } = ACCOUNT_PLACE.exec(text)?.groups ?? {};
  if (to === undefined || !isInstant(to)) throw new InvalidCursor('not a place in the statement of an account');
  return { to, balance: balance!, ...journalPlaceOf(place!) };
}

/** For a cursor, which holds one text. A region's name may have spaces in it, so it comes last. */
export function dailyTotalsPlaceText({ day, currency, type, region }: DailyTotalsPlace): string {
  return `${day} ${currency} ${type} ${region}`;
}

/** @throws InvalidCursor for what `dailyTotalsPlaceText` did not write */
export function dailyTotalsPlaceOf(text: string): DailyTotalsPlace {
  const { day, currency, type, region } = DAILY_TOTALS_PLACE.exec(text)?.groups ?? {};
  if (day === undefined || !isInstant(`${day}T00:00:00.000Z`)) {
    throw new InvalidCursor('not a place in the daily totals');
  }
  return { day, currency: currency!, type: type!, region: region! };
}

/** Date takes 30 February for 2 March. */
function isInstant(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}
