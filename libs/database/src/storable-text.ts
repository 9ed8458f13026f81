/**
 * Whether both engines can store a text. Both refuse the character NUL (22021). Half of a
 * surrogate pair has no encoding in UTF-8; the driver would write U+FFFD instead, and two different texts would become one.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
