import { describe, expect, it } from 'vitest';
import { regionApis } from './region-apis.js';

describe('REGION_APIS', () => {
  it('names the API of each region', () =>
    expect(regionApis.parse('eu-west=https://west.example/, eu-east=http://10.0.0.7:3000')).toEqual(
      new Map([
        ['eu-west', 'https://west.example'],
        ['eu-east', 'http://10.0.0.7:3000'],
      ]),
    ));

  it.each([
    '',
    'eu-west',
    'eu-west=',
    'eu-west=west.example',
    '=http://a',
    'eu-west=http://',
    'eu-west=http://a,',
    'eu-west=http://u:p@a',
  ])('%j is refused', (text) => expect(regionApis.safeParse(text).success).toBe(false));
});
