/** The local cluster cannot execute the command. The message is one line for the caller. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused';
}
