import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engines } from '@tidemark/testing';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService } from './running-service.js';

const FOLDER = fileURLToPath(new URL('../typed-client', import.meta.url));
const GENERATED = join(FOLDER, 'generated');

/** The compiler's errors for the generated types and the program that uses them, with the settings of this repository. */
function complaints(): string[] {
  const { config } = ts.readConfigFile(join(FOLDER, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, FOLDER);
  const program = ts.createProgram(fileNames, { ...options, skipLibCheck: false, types: [] });
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.includes('typed-client') ?? true)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

describe.each(engines.slice(0, 1))('a client generated from /openapi.json', (engine) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start(engine, { worker: true });
    mkdirSync(GENERATED, { recursive: true });
    const { text } = await service.get('/openapi.json');
    writeFileSync(join(GENERATED, 'openapi.ts'), astToString(await openapiTS(text)));
  });
  afterAll(async () => {
    rmSync(GENERATED, { recursive: true, force: true });
    await service?.close();
  });

  it('compiles, strictly', () => expect(complaints()).toEqual([]));

  it('opens, deposits, transfers, reads, lists, and understands a rejection', async () => {
    // Imported by a computed name, so that the compiler does not follow it: outside this test the generated types do not exist.
    const story = (await import(join(FOLDER, 'wallet-story.ts'))) as { walletStory(url: string): Promise<unknown> };
    expect(await story.walletStory(service.api.url)).toEqual({
      opened: ['ann', 'ben'],
      deposited: { status: 201, version: 2, posted: '10.00' },
      replayed: 'true',
      balances: [
        { currency: 'EUR', posted: '6.00', held: '0.00', pendingIn: '0.00', pendingOut: '0.00', available: '6.00' },
      ],
      listed: ['ann', 'ben'],
      asOf: expect.stringMatching(/\d/),
      rejection: { code: 'insufficient_funds', available: { amount: '6.00', currency: 'EUR' } },
      wrongField: 'the query parameter "limit": must be a whole number from 1 to 200',
    });
  });
});
