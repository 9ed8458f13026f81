import createClient from 'openapi-fetch';
// Made from `/openapi.json` by the test that runs this file.
import type { components, paths } from './generated/openapi.js';

type ProblemCode = components['schemas']['ProblemCode'];

/** The answers to the client, which the test compares. */
export interface Told {
  readonly opened: string[];
  readonly deposited: { readonly status: number; readonly version: number; readonly posted: string | undefined };
  readonly replayed: string | null;
  readonly balances: components['schemas']['Balance'][];
  readonly listed: string[];
  readonly asOf: string;
  readonly rejection: { readonly code: ProblemCode | undefined; readonly available: unknown };
  readonly wrongField: string | undefined;
}

/** Uses the service like an app with only the generated types, without casts. */
export async function walletStory(baseUrl: string): Promise<Told> {
  const client = createClient<paths>({ baseUrl });
  const key = (name: string) => ({ header: { 'Idempotency-Key': name } });
  const opened: string[] = [];
  for (const walletId of ['ann', 'ben']) {
    const { data } = await client.POST('/v1/wallets', { params: key(walletId), body: { walletId } });
    if (data) opened.push(data.walletId);
  }
  const path = { walletId: 'ann' };
  const deposit = { params: { path, ...key('d-1') }, body: { amount: '10.00', currency: 'EUR', reference: 'INV-1' } };
  const first = await client.POST('/v1/wallets/{walletId}/deposits', deposit);
  const again = await client.POST('/v1/wallets/{walletId}/deposits', deposit);
  const moved = await client.POST('/v1/transfers', {
    params: key('t-1'),
    body: { from: 'ann', to: 'ben', amount: '4.00', currency: 'EUR' },
  });
  const read = await client.GET('/v1/wallets/{walletId}', { params: { path } });
  const list = await client.GET('/v1/wallets', {
    params: { query: { limit: 2, ...(moved.data && { minPosition: moved.data.position }) } },
  });
  const refused = await client.POST('/v1/wallets/{walletId}/withdrawals', {
    params: { path, ...key('w-1') },
    body: { amount: '100.00', currency: 'EUR' },
  });
  // @ts-expect-error a limit is a number
  const wrong = await client.GET('/v1/wallets', { params: { query: { limit: 'ten' } } });
  return {
    opened,
    deposited: {
      status: first.response.status,
      version: first.data?.version ?? 0,
      posted: first.data?.balances[0]?.posted,
    },
    replayed: again.response.headers.get('idempotency-replayed'),
    balances: read.data?.balances ?? [],
    listed: list.data?.wallets.map(({ walletId }) => walletId) ?? [],
    asOf: list.data?.asOf.position ?? '',
    rejection: { code: refused.error?.code, available: refused.error?.details?.['available'] },
    wrongField: wrong.error?.detail,
  };
}

/** Code that must not compile. It is never called. */
export async function mistakes(): Promise<void> {
  const client = createClient<paths>({ baseUrl: '' });
  // @ts-expect-error a command needs its key
  await client.POST('/v1/wallets', { body: {} });
  const { error } = await client.POST('/v1/wallets/{walletId}/deposits', {
    params: { path: { walletId: 'ann' }, header: { 'Idempotency-Key': 'k' } },
    // @ts-expect-error an amount is a string
    body: { amount: 10, currency: 'EUR' },
  });
  // @ts-expect-error there is no such code
  if (error?.code === 'not_a_code') return;
}
