import { describe, expect, it } from 'vitest';
import { splitStatements } from './split-statements.js';

const texts = (script: string) => splitStatements(script).map(({ text }) => text);

describe('splitStatements', () => {
  it.each([
    ['two statements', 'SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
    ['a last one without a semicolon', 'SELECT 1;\nSELECT 2', ['SELECT 1', 'SELECT 2']],
    ['nothing', ' ;; \n -- only; a comment\n /* ; */ ;', []],
    ['a line comment', 'SELECT 1 -- one; and\n, 2;', ['SELECT 1 -- one; and\n, 2']],
    ['a comment before', '-- why;\nSELECT 1;', ['SELECT 1']],
    ['a nested comment', 'SELECT /* a /* b; */ c; */ 1;', ['SELECT /* a /* b; */ c; */ 1']],
    ['a string', "SELECT 'a;b', 'it''s; fine';", ["SELECT 'a;b', 'it''s; fine'"]],
    ['a backslash in a plain string', "SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", 'SELECT 2']],
    ['an escape string', "SELECT E'a\\';b'; SELECT 2", ["SELECT E'a\\';b'", 'SELECT 2']],
    ['a word that ends in e before a string', "SELECT date'a\\'; SELECT 2", ["SELECT date'a\\'", 'SELECT 2']],
    ['an identifier', 'SELECT 1 AS "a;""b";', ['SELECT 1 AS "a;""b"']],
    ['a comment sign in a string', "SELECT '--', '/*'; SELECT 2", ["SELECT '--', '/*'", 'SELECT 2']],
    ['dollar quotes', 'DO $$ BEGIN a; b; END $$; SELECT 2', ['DO $$ BEGIN a; b; END $$', 'SELECT 2']],
    ['tagged dollar quotes', 'DO $x$ a; $$ b; $y$ $x$; SELECT 2', ['DO $x$ a; $$ b; $y$ $x$', 'SELECT 2']],
    ['parameters and dollars in names', 'SELECT $1; SELECT a$b$c; SELECT 3', ['SELECT $1', 'SELECT a$b$c', 'SELECT 3']],
    ['CRLF', 'SELECT 1;\r\nSELECT 2;\r\n', ['SELECT 1', 'SELECT 2']],
    ['letters beyond ASCII', "SELECT 'ü;' AS größe; SELECT 2", ["SELECT 'ü;' AS größe", 'SELECT 2']],
  ])('%s', (_what, script, statements) => expect(texts(script)).toEqual(statements));

  it('gives the line on which each statement begins', () => {
    expect(splitStatements('-- head\n\nSELECT 1;\nSELECT\n2;').map(({ line }) => line)).toEqual([3, 4]);
  });

  it.each([
    ["SELECT 1;\nSELECT 'a;", 'line 2: this quote never ends'],
    ['SELECT 1;\n\n/* a', 'line 3: this comment never ends'],
    ['DO $a$ x $b$', 'line 1: this dollar quote never ends'],
    ['SELECT "a', 'line 1: this quote never ends'],
  ])('%j is refused', (script, message) => expect(() => splitStatements(script)).toThrow(message));
});
