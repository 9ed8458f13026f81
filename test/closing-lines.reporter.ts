import type { MissingEngine, TestEngine } from '@tidemark/testing';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Ends every run with a line of its engines and, as the last line, `N passed, N failed`, with `, N skipped` if there are any.
 * It counts test cases. A file that could not be loaded, a hook that failed for a whole block, and an error that no test
 * caught count as one failure each.
 */
export default class ClosingLinesReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const engines = this.#vitest?.projects.find(({ name }) => name === 'engines')?.getProvidedContext();
    if (engines?.engines) this.#say(enginesLine(engines.engines, engines.missingEngines));
    this.#say(countsLine(modules, unhandled.length));
  }

  #say(line: string): void {
    this.#vitest?.logger.log(line);
  }
}

function enginesLine(engines: readonly TestEngine[], missing: readonly MissingEngine[]): string {
  const ran = engines.map(({ engine, version, found }) => `${engine} ${version} (${found})`).join(', ') || 'none';
  const absent = missing.map(({ engine, reason }) => `${engine} (${reason})`).join(', ');
  return `engines: ${ran}${absent && `; not found: ${absent}`}`;
}

function countsLine(modules: readonly TestModule[], unhandled: number): string {
  let passed = 0;
  let failed = unhandled;
  let skipped = 0;
  for (const module of modules) {
    let broken = module.errors().length > 0 ? 1 : 0;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) broken++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed++;
      else if (state === 'failed') broken++;
      else skipped++;
    }
    // If a file failed for any other reason, the last line must not say 0 failed.
    failed += broken || (module.ok() ? 0 : 1);
  }
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
