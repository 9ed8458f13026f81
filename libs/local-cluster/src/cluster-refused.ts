/** The local cluster cannot do what it was asked. The message is one line for whoever asked. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused';
}
