import { describe, expect, it } from 'vitest';
import { operationIdOf, type OperationRequestKey } from './operation-id.js';

const asked: OperationRequestKey = {
  caller: 'console',
  idempotencyKey: 'k-1',
  projection: 'balances',
  action: 'rebuild',
};

describe('the id of an operation', () => {
  it('is a UUID of version 8, the same for every repeat', () => {
    expect(operationIdOf(asked)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(operationIdOf({ ...asked })).toBe(operationIdOf(asked));
  });

  it('differs by caller, key, projection and action', () => {
    const others: OperationRequestKey[] = [
      { ...asked, caller: 'cron' },
      { ...asked, idempotencyKey: 'k-2' },
      { ...asked, projection: 'journal' },
      { ...asked, action: 'verify' },
      { ...asked, idempotencyKey: 'k', caller: '1\nconsole' },
    ];
    expect(new Set([asked, ...others].map(operationIdOf)).size).toBe(others.length + 1);
  });
});
