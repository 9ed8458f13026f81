import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { Metrics } from './metrics.js';

const logger = createLogger({ level: 'silent' });

describe('metrics', () => {
  it('count what the write path and the workers report', async () => {
    const metrics = new Metrics();
    const [write, worker] = [metrics.writeObserver(logger), metrics.workerObserver(logger)];
    write.flushed(3, 12);
    write.flushed(500, 4);
    write.retried('lost_race', 7);
    write.ambiguityEnded('had_committed');
    write.failed('snapshot', new Error('no'));
    worker.applied('balances', 'local', 40);
    worker.failed('balances', 'local', new Error('no'));
    metrics.requested('POST', '/v1/transfers', 201, 5);
    const text = await metrics.registry.metrics();
    for (const line of [
      'tidemark_flush_commands_sum 503',
      'tidemark_flush_commands_bucket{le="5"} 1',
      'tidemark_flush_seconds_sum 0.016',
      'tidemark_command_retries_total{reason="lost_race"} 7',
      'tidemark_ambiguous_results_total{end="had_committed"} 1',
      'tidemark_best_effort_failures_total{what="snapshot"} 1',
      'tidemark_projection_events_total{projection="balances",region="local"} 40',
      'tidemark_projection_failures_total{projection="balances",region="local"} 1',
      'tidemark_http_request_seconds_count{method="POST",route="/v1/transfers",status="201"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('ask for the queue when they are read', async () => {
    const metrics = new Metrics();
    metrics.showWaitingCommands(() => 17);
    expect(await metrics.registry.metrics()).toContain('tidemark_commands_waiting 17');
  });
});
