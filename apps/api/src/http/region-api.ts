import type { Logger } from '@tidemark/observability';
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  handleType,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  wrap,
  type IBackoff,
  type IBackoffFactory,
} from 'cockatiel';

/**
 * How long a command may take there: as long as a flush, because the region may work on it until then. After that the command is
 * executed here under the same key, so it takes effect once; if the region did it too, the answer here is a replay. A shorter
 * time would make two regions compete for a wallet whenever one of them is slow.
 */
const COMMAND_MS_MAX = 5_000;
/** A read holds no lock, and a second read does no harm. */
const READ_MS_MAX = 1_000;
/** While the circuit is open: one request in 10 s tries the region again, and its caller waits 1 s at most. */
const PAUSE_MS = 10_000;
const PROBE_MS_MAX = 1_000;
/** The circuit opens when more than half of the last 20 requests failed, and not before the third. */
const FAILURES = { size: 20, threshold: 0.5, minimumNumberOfCalls: 3 };
/** Requests to that region at a time. Each takes a connection. More are executed in this region. */
const UNDER_WAY_MAX = 1_000;

/** The region's API can be reached and did not serve this request. The next request may succeed. */
class NotServed extends Error {
  override readonly name = 'NotServed';
}

/** The region's API cannot be reached, or serves no request. This opens the circuit. */
class RegionFailed extends Error {
  override readonly name = 'RegionFailed';
}

/** Problems with status 503 that are about the process or its database, and not about a wallet or a caller. */
const FAILED_CODES = new Set<unknown>(['shutting_down', 'not_ready', 'log_unavailable', 'database_unavailable']);

export interface RegionRequest {
  readonly method: string;
  /** In origin form. */
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

export interface RegionAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The API of another region, asked only while it answers. Only its own failures count against it, never what a caller sends. */
export class RegionApi {
  private readonly commands = this.newCircuit();
  private readonly reads = this.newCircuit();
  private readonly underWay = bulkhead(UNDER_WAY_MAX);

  /**
   * @param url without a slash at the end
   * @param monotonic milliseconds that only ever grow
   */
  constructor(
    private readonly region: string,
    private readonly url: string,
    private readonly logger: Logger,
    private readonly monotonic: () => number,
  ) {}

  /** @returns undefined when the region was not to be asked, did not answer in time, or cannot do it */
  async ask(request: RegionRequest): Promise<RegionAnswer | undefined> {
    const isRead = request.method === 'GET';
    const circuit = isRead ? this.reads : this.commands; // reads get less time, so theirs says nothing about commands
    if (circuit.state === CircuitState.HalfOpen) return undefined; // one request finds out for all
    const withinMs = circuit.state === CircuitState.Open ? PROBE_MS_MAX : isRead ? READ_MS_MAX : COMMAND_MS_MAX;
    try {
      const toSend = this.requestOf(request);
      return await wrap(this.underWay, circuit).execute(() => send(toSend, withinMs));
    } catch (error) {
      if (isBrokenCircuitError(error) || isBulkheadRejectedError(error)) return undefined;
      const { region } = this;
      const requestId = request.headers['x-request-id'];
      this.logger.warn({ err: error, region, requestId }, 'a request could not be forwarded; executed in this region');
      return undefined;
    }
  }

  private newCircuit() {
    return circuitBreaker(handleType(RegionFailed), {
      halfOpenAfter: afterPause(() => this.monotonic()),
      breaker: new CountBreaker(FAILURES),
    });
  }

  /** Built outside of the circuit: if it cannot be built, that is not the region's failure. */
  private requestOf({ method, target, headers, body }: RegionRequest): Request {
    if (!target.startsWith('/')) throw new NotServed('the target of the request is no path');
    return new Request(this.url + target, { method, headers, redirect: 'error', ...(body !== undefined && { body }) });
  }
}

async function send(request: Request, withinMs: number): Promise<RegionAnswer> {
  const answer = await fetch(request, { signal: AbortSignal.timeout(withinMs) })
    .then(async (response) => ({ response, body: Buffer.from(await response.arrayBuffer()) }))
    .catch((error: Error) => {
      throw new RegionFailed(error.name === 'TimeoutError' ? `no answer within ${withinMs} ms` : error.message, {
        cause: error,
      });
    });
  const { status, headers } = answer.response;
  if (status === 502 || status === 504) throw new RegionFailed(`it answered ${status}`);
  if (status === 503) throw unavailable(answer.body);
  // A key that was made or revoked a moment ago is known here and not yet there, or the other way round.
  if (status === 401 || status === 403) throw new NotServed(`it answered ${status}`);
  return { status, headers, body: answer.body };
}

function unavailable(body: Buffer): Error {
  const code = codeOf(body);
  const message = `it answered 503 ${String(code ?? '')}`.trimEnd();
  // An answer without a code came from a proxy before the API.
  return code === undefined || FAILED_CODES.has(code) ? new RegionFailed(message) : new NotServed(message);
}

function codeOf(body: Buffer): unknown {
  try {
    return (JSON.parse(body.toString()) as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}

/** cockatiel compares with the wall clock; a clock that is set back must not keep a region from being tried again. */
function afterPause(monotonic: () => number): IBackoffFactory<unknown> {
  const next = (): IBackoff<unknown> => {
    const openedAt = monotonic();
    return {
      get duration() {
        return monotonic() - openedAt < PAUSE_MS ? Infinity : -Infinity;
      },
      next,
    };
  };
  return { next };
}
