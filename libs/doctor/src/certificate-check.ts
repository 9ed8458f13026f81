import type { Database } from '@tidemark/database';
import { isPosition } from '@tidemark/event-store';
import { projectionNamed } from '@tidemark/projections';
import { type Certificate, differingShards, proofOfLog } from '@tidemark/rebuilding';
import type { Examined } from './examine.js';
import type { Finding } from './finding.js';

/** A certificate that this database and this program cannot judge. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
}

/**
 * Proves a rebuild's certificate again from the log alone: counts, sums and hashes up to the position it names. Neither a
 * worker nor a read model is needed.
 *
 * @throws CertificateRefused for another engine, an unknown projection or another version of its code
 */
export async function checkCertificate(
  database: Database,
  certificate: Certificate,
  counted: (events: number) => void,
): Promise<Examined> {
  const projection = projectionNamed(certificate.projection);
  if (!projection) throw new CertificateRefused(`there is no projection ${certificate.projection}`);
  if (projection.version !== certificate.version) {
    throw new CertificateRefused(
      `the certificate is of version ${certificate.version} of ${projection.name}, and this program has version ${projection.version}`,
    );
  }
  if (certificate.engine !== database.engine || !isPosition(database.engine, certificate.position)) {
    throw new CertificateRefused(
      `the certificate is of a log on ${certificate.engine}, and this is ${database.engine}`,
    );
  }
  const { regions, position } = certificate;
  const proof = await proofOfLog(database, projection, regions, position, counted);
  const findings: Finding[] = [];
  const compare = (what: string, theirs: unknown, ours: unknown) => {
    const [expected, found] = [JSON.stringify(theirs), JSON.stringify(ours)];
    if (expected !== found) {
      const message = `${what}: the certificate says ${expected}, the log ${found}`;
      findings.push({ invariant: 'certificate_holds', walletId: '', version: 0, message });
    }
  };
  compare('events', certificate.events, proof.events);
  compare('wallets', certificate.wallets, proof.wallets);
  compare('sums', sorted(certificate.sums), sorted(proof.sums));
  compare('root', certificate.root, proof.root);
  const shards = differingShards(certificate, proof);
  if (shards.length > 0) {
    const message = `the wallets that differ are in shards ${shards.join(', ')}`;
    findings.push({ invariant: 'certificate_holds', walletId: '', version: 0, message });
  }
  return { checked: { events: proof.events, wallets: proof.wallets }, findings, more: 0 };
}

function sorted(sums: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1));
}
