import { rename, writeFile } from 'node:fs/promises';

/** A number in a file that a preload of a service process looks at; undefined in the file's absence. */
export class Switch {
  constructor(readonly file: string) {}

  async set(value: number): Promise<void> {
    await writeFile(`${this.file}.new`, String(value));
    await rename(`${this.file}.new`, this.file); // a reader sees the old or the new, and never half of it
  }
}
