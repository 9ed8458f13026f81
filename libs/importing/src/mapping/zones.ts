import { IANAZone } from 'luxon';

/** @returns whether it is a time zone of the IANA database */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
