import { LOG_START, NO_COMMIT_ID } from '@tidemark/event-store';
import { describe, expect, it } from 'vitest';
import { checkpointsOf } from './checkpoints.js';

const commit_id = '0c5dbd2c-0000-4000-8000-000000000001';

describe('checkpointsOf', () => {
  it('writes positions as the log does', () => {
    const [postgres] = checkpointsOf(
      { engine: 'postgres' },
      ['local'],
      [{ region: 'local', position: '42', commit_id }],
    );
    expect(postgres).toEqual({ region: 'local', position: '0000000000000000042', commitId: commit_id });
    const position = '1764000000000000000.0000000001';
    const [cockroach] = checkpointsOf({ engine: 'cockroach' }, ['local'], [{ region: 'local', position, commit_id }]);
    expect(cockroach).toEqual({ region: 'local', position, commitId: commit_id });
  });

  it('takes the start of the log where no worker has been, however an engine prints its zero', () => {
    const start = { region: 'local', position: LOG_START.cockroach, commitId: NO_COMMIT_ID };
    const zero = { region: 'local', position: '0E-10', commit_id: NO_COMMIT_ID };
    expect(checkpointsOf({ engine: 'cockroach' }, ['local'], [zero])).toEqual([start]);
    expect(checkpointsOf({ engine: 'cockroach' }, ['local'], null)).toEqual([start]);
    expect(checkpointsOf({ engine: 'cockroach' }, ['local', 'north'], [zero])).toEqual([
      start,
      { ...start, region: 'north' },
    ]);
  });
});
