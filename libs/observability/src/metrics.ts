import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from './logger.js';
import { showProjections, type ProjectionSource } from './projection-gauges.js';

/** 0.5 ms to 10 s: from a flush on a fast disk to a request that is about to time out. */
const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FLUSH_SIZE_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500];

/** The metrics of one process, in a registry of its own so that several can live side by side. */
export class Metrics {
  readonly registry = new Registry();

  private readonly registers = [this.registry];
  private readonly flushCommands = new Histogram({
    name: 'tidemark_flush_commands',
    help: 'Commands written by one statement.',
    buckets: FLUSH_SIZE_BUCKETS,
    registers: this.registers,
  });
  private readonly flushSeconds = new Histogram({
    name: 'tidemark_flush_seconds',
    help: 'How long one statement of the write path took.',
    buckets: SECONDS_BUCKETS,
    registers: this.registers,
  });
  private readonly retries = new Counter({
    name: 'tidemark_command_retries_total',
    help: 'Commands that had to be sent again, by reason.',
    labelNames: ['reason'],
    registers: this.registers,
  });
  private readonly ambiguous = new Counter({
    name: 'tidemark_ambiguous_results_total',
    help: 'Commands whose result had been ambiguous, by how that ended.',
    labelNames: ['end'],
    registers: this.registers,
  });
  private readonly bestEffort = new Counter({
    name: 'tidemark_best_effort_failures_total',
    help: 'Work beside the write path that failed, such as a snapshot.',
    labelNames: ['what'],
    registers: this.registers,
  });
  private readonly applied = new Counter({
    name: 'tidemark_projection_events_total',
    help: 'Events that a projection has applied.',
    labelNames: ['projection', 'region'],
    registers: this.registers,
  });
  private readonly workerFailures = new Counter({
    name: 'tidemark_projection_failures_total',
    help: 'Steps of a projection worker that failed and will be tried again.',
    labelNames: ['projection', 'region'],
    registers: this.registers,
  });
  private readonly requests = new Histogram({
    name: 'tidemark_http_request_seconds',
    help: 'HTTP requests, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS_BUCKETS,
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts what the write path reports (event-store's `WriteObserver`). */
  writeObserver(logger: Logger) {
    return {
      flushed: (commands: number, milliseconds: number): void => {
        this.flushCommands.observe(commands);
        this.flushSeconds.observe(milliseconds / 1_000);
      },
      retried: (reason: string, commands: number): void => this.retries.inc({ reason }, commands),
      ambiguityEnded: (end: string): void => this.ambiguous.inc({ end }),
      failed: (what: string, error: unknown): void => {
        this.bestEffort.inc({ what });
        logger.warn({ err: error, what }, 'work beside the write path failed');
      },
    };
  }

  /** Counts what a projection worker reports (projections' `WorkerObserver`). */
  workerObserver(logger: Logger) {
    return {
      applied: (projection: string, region: string, events: number): void =>
        this.applied.inc({ projection, region }, events),
      parked: (projection: string, region: string, walletId: string, reason: string): void =>
        logger.error({ projection, region, walletId, reason }, 'a wallet is parked: an event could not be applied'),
      failed: (projection: string, region: string, error: unknown): void => {
        this.workerFailures.inc({ projection, region });
        logger.error({ err: error, projection, region }, 'a projection step failed and will be tried again');
      },
    };
  }

  /** @param route the pattern, never the path: a metric has as many series as its labels have values */
  requested(method: string, route: string, status: number, milliseconds: number): void {
    this.requests.observe({ method, route, status }, milliseconds / 1_000);
  }

  /** Shows how many commands wait for their answer. */
  showWaitingCommands(waiting: () => number): void {
    new Gauge({
      name: 'tidemark_commands_waiting',
      help: 'Commands in memory: queued, or in flight.',
      registers: this.registers,
      collect() {
        this.set(waiting());
      },
    });
  }

  /** Shows how far projections are behind in some regions, each looked at on its own whenever the metrics are read. */
  showProjections(regions: readonly ProjectionSource[], logger: Logger): void {
    showProjections(this.registry, regions, logger);
  }
}
