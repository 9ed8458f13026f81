import type { z } from 'zod';
import type { Pick } from './columns.js';
import { MalformedRow } from './row-problem.js';

const SHOWN_CHARACTERS_MAX = 40;

/** Enough of a bad field to recognise it by. */
export function cut(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

/**
 * A text that the wallet keeps. Any white space in it becomes one space.
 *
 * @param name for messages
 * @param rule what the wallet takes
 * @returns a function from a row's fields to the text, which throws MalformedRow with the reason
 */
export function textReader(name: string, pick: Pick, rule: z.ZodType): Pick {
  return (fields) => {
    const text = pick(fields).replace(/\s+/g, ' ').trim();
    const { error } = rule.safeParse(text);
    if (error) throw new MalformedRow(`${name} ${error.issues[0]!.message}`);
    return text;
  };
}
