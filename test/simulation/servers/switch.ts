import { rename, writeFile } from 'node:fs/promises';

/** A number in a file that a preload of a service process reads. Without the file it is undefined. */
export class Switch {
  constructor(readonly file: string) {}

  async set(value: number): Promise<void> {
    await writeFile(`${this.file}.new`, String(value));
    await rename(`${this.file}.new`, this.file); // a reader sees the old or the new file, never a part of it
  }
}
