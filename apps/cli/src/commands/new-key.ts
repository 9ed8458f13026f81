/** Its own file, so that it can be loaded when asked for: the application layer brings Nest with it. */
export { isReserved, newApiKey, SCOPES } from '@tidemark/application';
