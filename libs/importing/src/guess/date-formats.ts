import { DateTime } from 'luxon';
import { orProblem } from '../mapping/row-problem.js';
import { effectiveTime } from '../mapping/dates.js';

const DAYS = [
  ...[
    'dd.MM.yyyy',
    'd.M.yyyy',
    'dd/MM/yyyy',
    'MM/dd/yyyy',
    'd/M/yyyy',
    'M/d/yyyy',
    'dd-MM-yyyy',
    'MM-dd-yyyy',
    'yyyy/MM/dd',
    'yyyyMMdd',
  ],
  ...[
    'dd.MM.yy',
    'dd/MM/yy',
    'MM/dd/yy',
    'dd-MM-yy',
    'dd MMM yyyy',
    'd MMM yyyy',
    'dd-MMM-yyyy',
    'MMM d, yyyy',
    'yyyy-MM-dd',
  ],
];
const TIMES = ['', ' HH:mm', ' HH:mm:ss', ' HH:mm:ss.SSS'];

/** The formats that read every one of the dates. `iso`: as Tidemark reads them without a format. */
export function formatsOf(dates: readonly string[]): string[] {
  if (dates.every((text) => 'value' in orProblem(() => effectiveTime(text)))) return ['iso'];
  const reads = (format: string) =>
    dates.every((text) => DateTime.fromFormat(text, format, { locale: 'en', zone: 'UTC' }).isValid);
  const all = DAYS.flatMap((day) => TIMES.map((time) => `${day}${time}`)).filter(reads);
  // "d" reads whatever "dd" reads: only formats that differ in what they read are different answers.
  return all.filter((format, i) => all.findIndex((other) => sameDays(dates, format, other)) === i);
}

function sameDays(dates: readonly string[], a: string, b: string): boolean {
  const day = (text: string, format: string) =>
    DateTime.fromFormat(text, format, { locale: 'en', zone: 'UTC' }).toMillis();
  return dates.every((text) => day(text, a) === day(text, b));
}

/** A date as a format reads it, for a question. */
export function readingOf(text: string, format: string): string {
  return DateTime.fromFormat(text, format, { locale: 'en', zone: 'UTC' }).toISODate() ?? text;
}
