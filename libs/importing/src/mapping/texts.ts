import type { Pick } from './columns.js';
import { MalformedRow } from './row-problem.js';

/** Enough of a bad field to recognise it by. */
export function cut(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

const SHOWN_CHARACTERS_MAX = 40;

/**
 * A text that the wallet keeps: one line (any white space becomes one space), bounded, without control characters.
 *
 * @param name for messages
 * @returns a function from a row's fields to the text, which throws MalformedRow with the reason
 */
export function textReader(name: string, pick: Pick, charactersMax: number): Pick {
  return (fields) => {
    const text = pick(fields).replace(/\s+/g, ' ').trim();
    if (text.length > charactersMax) throw new MalformedRow(`${name} is longer than ${charactersMax} characters`);
    if (CONTROL.test(text)) throw new MalformedRow(`${name} has a control character`);
    return text;
  };
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
