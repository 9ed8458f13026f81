/**
 * The file, its mapping or the name of the rejects file cannot be used. The message is one plain line for people, and nothing was
 * written.
 */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}
