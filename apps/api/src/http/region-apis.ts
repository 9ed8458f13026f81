import { z } from 'zod';

/** A region's name, `=`, and where its API is reached. */
const ENTRY = /^(?<region>[a-z0-9][a-z0-9-]*)=(?<url>https?:\/\/\S+)$/;

/** `REGION_APIS`: the APIs of the other regions, `eu-west=https://…,eu-east=https://…`, by region, no slash at the end. */
export const regionApis = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const apis = new Map<string, string>();
  for (const entry of text.split(',')) {
    const { region, url } = ENTRY.exec(entry.trim())?.groups ?? {};
    if (region === undefined || url === undefined || !URL.canParse(url)) {
      context.addIssue({ code: 'custom', message: 'a list such as eu-west=https://…,eu-east=https://…', input: text });
      return z.NEVER;
    }
    apis.set(region, url.replace(/\/+$/, ''));
  }
  return apis;
});
