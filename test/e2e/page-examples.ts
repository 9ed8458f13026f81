import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Answer, RunningService } from './running-service.js';

/** A GET, or a POST with a key and a body. */
export interface PageRequest {
  readonly path: string;
  readonly accept?: string;
  readonly key?: string;
  readonly body?: string;
}

/** A command of a page, and what the page shows below it. */
export interface Example {
  /** The heading above it. */
  readonly section: string;
  /** The line as printed. */
  readonly command: string;
  /** What a curl command sends. */
  readonly request?: PageRequest;
  /** The arguments of `npm run -s tidemark --`. */
  readonly args?: readonly string[];
  /** The line `# …` below it: the status, then the code or a field of the answer. Empty if there is none. */
  readonly expected: string;
  /** The other lines below it: what the command prints, with `…` for what varies. Empty if there are none. */
  readonly output: string;
}

/** The two ways to quote an address. A shell would read `?` and `&` of an address without quotes. */
const ADDRESS = /(?:'localhost:3000(?<quoted>[^\s']+)'|localhost:3000(?<bare>[^\s'?&]+))/.source;
const ACCEPT = / -H 'Accept: (?<accept>[^']+)'/.source;
const SENT = / -H "\$JSON" -H 'Idempotency-Key: (?<key>[^\s']+)' -d '(?<body>[^']*)'/.source;
const CURL = new RegExp(`^curl -s ${ADDRESS}(?:${ACCEPT})?(?:${SENT})?$`);
const TIDEMARK = /^npm run -s tidemark -- (?<args>[\w -]+)$/;
/** Sets the variable that the other commands use. */
const SETUP = "JSON='Content-Type: application/json'";

/** An account's statement ends 5 s ago, and a projection may lag a little. */
const READ_MS_MAX = 15_000;
const READ_AGAIN_MS = 200;

/**
 * The commands of a page under docs/, in order.
 *
 * @throws if the page has a command that cannot be read
 */
export function examplesOf(file: string): Example[] {
  const page = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
  const examples: { -readonly [K in keyof Example]: Example[K] }[] = [];
  let [section, inBlock, example] = ['', false, undefined as (typeof examples)[number] | undefined];
  for (const line of page.split('\n')) {
    if (/^#+ /.test(line) && !inBlock) section = line.replace(/^#+ /, '');
    if (line.startsWith('```')) [inBlock, example] = [!inBlock, undefined];
    else if (inBlock && /^\W*(curl|npm run -s tidemark) /.test(line)) {
      examples.push((example = { section, command: line, ...read(line), expected: '', output: '' }));
    } else if (!inBlock || line === SETUP) example = undefined;
    else if (example?.output === '' && line.startsWith('# ')) example.expected = line.slice(2);
    else if (example) example.output += line.trim();
  }
  return examples;
}

/**
 * The requests of a page under docs/, in order.
 *
 * @throws if the page has a command that is not a request, or that cannot be read
 */
export function requestsOf(file: string): (Example & PageRequest)[] {
  return examplesOf(file).map((example) => {
    if (!example.request) throw new Error(`docs/${file} has a command that is no request: ${example.command}`);
    return { ...example, ...example.request };
  });
}

function read(command: string): Pick<Example, 'request' | 'args'> {
  const curl = CURL.exec(command)?.groups;
  if (curl) {
    const { quoted, bare, accept, key, body } = curl;
    return {
      request: { path: (quoted ?? bare)!, ...(accept && { accept }), ...(key && { key, body: body! }) },
    };
  }
  const tidemark = TIDEMARK.exec(command)?.groups;
  if (tidemark) return { args: tidemark['args']!.split(' ') };
  throw new Error(`this command cannot be read: ${command}`);
}

/** Sends a request as printed. */
export function send(service: RunningService, { path, accept, key, body }: PageRequest): Promise<Answer> {
  if (key === undefined) return service.get(path, accept === undefined ? {} : { accept });
  return service.post(path, JSON.parse(body!), { key });
}

/** The answer in the form of a line `# …`: the status, and the code or a field. */
export function shown({ status, json }: Answer, expected: string): string {
  const [, field] = expected.split(' ');
  if (field === undefined) return String(status);
  return json.code === undefined ? `${status} ${field} ${json[field]}` : `${status} ${json.code}`;
}

/** Requires the text that a command printed to be as the page shows it. Line breaks and indents do not count. */
export function expectPrinted(text: string, { command, output }: Example): void {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  expect(text.replace(/\r?\n\s*/g, ''), command).toMatch(new RegExp(`^${parts.join('[^]*?')}$`));
}

/** Sends a request, and requires what the page shows of its answer. A GET may need some seconds to get there. */
export async function expectShown(service: RunningService, example: Example): Promise<Answer> {
  const until = Date.now() + (example.request!.key === undefined ? READ_MS_MAX : 0);
  for (;;) {
    const answer = await send(service, example.request!);
    try {
      if (example.expected !== '') expect(shown(answer, example.expected), answer.text).toBe(example.expected);
      if (example.output !== '') expectPrinted(answer.text, example);
      return answer;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, READ_AGAIN_MS));
    }
  }
}
