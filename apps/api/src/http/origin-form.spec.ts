import { describe, expect, it } from 'vitest';
import { originFormOf } from './origin-form.js';

describe('the target of a request', () => {
  it.each([
    ['/v1/wallets?limit=1', '/v1/wallets?limit=1', 'here'],
    ['//v1/wallets', '//v1/wallets', 'here'],
    ['http://there:3000/v1/wallets/a%2Fb?limit=1', '/v1/wallets/a%2Fb?limit=1', 'there:3000'],
    ['HTTPS://user@there', '/', 'there'],
    ['ftp://there/v1', 'ftp://there/v1', 'here'],
    ['http://', 'http://', 'here'],
    ['*', '*', 'here'],
  ])('%s is %s on %s', (url, target, host) => {
    const headers = { host: 'here' };
    expect([originFormOf({ url, headers }), headers.host]).toEqual([target, host]);
  });
});
