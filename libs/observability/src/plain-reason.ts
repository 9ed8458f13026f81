import type { z } from 'zod';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};
const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
};

/**
 * Says in plain words what is wrong with a value, where its schema has no words of its own. To be given to zod as `error`.
 *
 * @returns a reason without the name of the field, such as `must be a string`
 */
export function plainReason(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `must ${amountOf(issue.origin, Number(issue.minimum), 'at least')}`;
    case 'too_big':
      return `must ${amountOf(issue.origin, Number(issue.maximum), 'at most')}`;
    case 'invalid_union':
      return 'has none of the forms that are known here';
    default:
      return 'is malformed';
  }
}

function amountOf(origin: string, count: number, bound: string): string {
  const [one, many] = UNITS[origin] ?? [];
  return one === undefined ? `be ${bound} ${count}` : `have ${bound} ${count} ${count === 1 ? one : many}`;
}
