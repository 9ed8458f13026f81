/** One statement of a migration file and the line, from 1, on which it begins. */
export interface SqlStatement {
  text: string;
  line: number;
}

/**
 * Splits a SQL script at its semicolons. It handles comments (nested ones too), quoted strings and identifiers, `E'…'` and
 * dollar quotes. Parts with only comments are left out. It does not handle `BEGIN ATOMIC … END` bodies: write
 * such a function with dollar quotes.
 *
 * Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html; CockroachDB reads the same syntax.
 *
 * @throws SyntaxError with the line on which an unterminated quote or comment begins
 */
export function splitStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start: number | undefined; // the index of the current statement's first word
  let at = 0;
  const flush = (end: number) => {
    if (start !== undefined) statements.push({ text: script.slice(start, end).trim(), line: lineOf(script, start) });
    start = undefined;
  };
  while (at < script.length) {
    const skipped = skipBlank(script, at);
    if (skipped > at) {
      at = skipped;
    } else if (script[at] === ';') {
      flush(at);
      at++;
    } else {
      start ??= at;
      at = skipToken(script, at);
    }
  }
  flush(script.length);
  return statements;
}

/** @returns the index after white space or one comment; `at` itself without either */
function skipBlank(script: string, at: number): number {
  if (/\s/.test(script[at]!)) return at + 1;
  if (script.startsWith('--', at)) {
    const end = script.indexOf('\n', at);
    return end < 0 ? script.length : end + 1;
  }
  return script.startsWith('/*', at) ? skipBlockComment(script, at) : at;
}

function skipBlockComment(script: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < script.length) {
    if (script.startsWith('/*', at)) {
      depth++;
      at += 2;
    } else if (script.startsWith('*/', at)) {
      depth--;
      at += 2;
      if (depth === 0) return at;
    } else {
      at++;
    }
  }
  throw neverEnds('comment', script, start);
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** @returns the index after one word, string, identifier, dollar-quoted text or single character */
function skipToken(script: string, at: number): number {
  const char = script[at];
  if (char === "'") return skipQuoted(script, at, "'", false);
  if (char === '"') return skipQuoted(script, at, '"', false);
  if (char === '$') {
    const tag = match(DOLLAR_TAG, script, at);
    return tag ? skipDollarQuoted(script, at, tag) : at + 1;
  }
  const word = match(WORD, script, at);
  if (!word) return at + 1;
  const end = at + word.length;
  return /^e$/i.test(word) && script[end] === "'" ? skipQuoted(script, end, "'", true) : end;
}

function skipQuoted(script: string, start: number, quote: string, backslashEscapes: boolean): number {
  for (let at = start + 1; at < script.length; at++) {
    if (backslashEscapes && script[at] === '\\') at++;
    else if (script[at] === quote) {
      if (script[at + 1] !== quote) return at + 1;
      at++; // a doubled quote means one quote
    }
  }
  throw neverEnds('quote', script, start);
}

function skipDollarQuoted(script: string, start: number, tag: string): number {
  const end = script.indexOf(tag, start + tag.length);
  if (end < 0) throw neverEnds('dollar quote', script, start);
  return end + tag.length;
}

function match(pattern: RegExp, script: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(script)?.[0];
}

function neverEnds(what: string, script: string, at: number): SyntaxError {
  return new SyntaxError(`line ${lineOf(script, at)}: this ${what} never ends`);
}

function lineOf(script: string, at: number): number {
  return script.slice(0, at).split('\n').length;
}
