/** The regions of the local cluster, in the order of their ports. */
export const REGIONS = ['eu-west', 'eu-central', 'eu-east'] as const;

export type Region = (typeof REGIONS)[number];

/** Whether a text names a region of the local cluster. */
export function isRegion(text: string): text is Region {
  return REGIONS.includes(text as Region);
}

/** All regions except one. */
export function othersThan(region: Region): Region[] {
  return REGIONS.filter((each) => each !== region);
}
