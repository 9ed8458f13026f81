import { z } from 'zod';

/** A region's name, `=`, and where its API is reached. */
const ENTRY = /^(?<region>[a-z0-9][a-z0-9-]*)=(?<url>https?:\/\/\S+)$/;

/** `REGION_APIS`: the APIs of the other regions, `eu-west=https://…,eu-east=https://…`, by region, no slash at the end. */
export const regionApis = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const apis = new Map<string, string>();
  for (const entry of text.split(',')) {
    const { region, url } = ENTRY.exec(entry.trim())?.groups ?? {};
    const api = URL.parse(url ?? '');
    if (region === undefined || !api || api.username !== '' || api.password !== '') {
      const message = 'must be a list such as eu-west=https://…,eu-east=https://…, without user names and passwords';
      context.addIssue({ code: 'custom', message, input: text });
      return z.NEVER;
    }
    apis.set(region, withoutSlashes(api.origin + api.pathname));
  }
  return apis;
});

function withoutSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end--;
  return url.slice(0, end);
}
