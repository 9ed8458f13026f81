import { LOG_START, NO_COMMIT_ID, SHARDS } from '@tidemark/event-store';
import { describe, expect, it } from 'vitest';
import { checkpointsOf } from './checkpoints.js';

const commit_id = '0c5dbd2c-0000-4000-8000-000000000001';
const start = { position: LOG_START.cockroach, commitId: NO_COMMIT_ID };

describe('checkpointsOf', () => {
  it('writes positions as the log does', () => {
    const [postgres] = checkpointsOf(
      { engine: 'postgres' },
      ['local'],
      [{ region: 'local', position: '42', commit_id, shards: [0, 63] }],
    );
    expect(postgres!.shards[63]).toEqual({ position: '0000000000000000042', commitId: commit_id });
    expect(postgres!.shards[1]!.position).toBe(LOG_START.postgres);
    const position = '1764000000000000000.0000000001';
    const [cockroach] = checkpointsOf(
      { engine: 'cockroach' },
      ['local'],
      [{ region: 'local', position, commit_id, shards: [7] }],
    );
    expect(cockroach!.shards[7]).toEqual({ position, commitId: commit_id });
  });

  it('takes the start of the log where no worker has been, however an engine prints its zero', () => {
    const zero = { region: 'local', position: '0E-10', commit_id: NO_COMMIT_ID, shards: [0] };
    const nowhere = { shards: Array.from({ length: SHARDS }, () => start) };
    expect(checkpointsOf({ engine: 'cockroach' }, ['local'], [zero])).toEqual([{ region: 'local', ...nowhere }]);
    expect(checkpointsOf({ engine: 'cockroach' }, ['local', 'north'], null)).toEqual([
      { region: 'local', ...nowhere },
      { region: 'north', ...nowhere },
    ]);
  });
});
