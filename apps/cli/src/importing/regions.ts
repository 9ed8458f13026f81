import { SINGLE_REGION } from '@tidemark/application';

/** Home regions of an installation without multi-region locality (DESIGN §7). */
export const REGIONS: readonly string[] = [SINGLE_REGION];
