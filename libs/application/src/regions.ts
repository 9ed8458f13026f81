/** The one region of an installation that is not spread over several. */
export const SINGLE_REGION = 'local';
