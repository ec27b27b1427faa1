import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDevCertificate } from '../apps/tinyobs/src/devCertificate.js';

export const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

/** Writes a certificate and its key into the folder, over those that are there. */
export async function writeCertificate(folder: string, hosts = LOOPBACK): Promise<CertificatePaths> {
  const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const { cert, key } = await makeDevCertificate(hosts);
  writeFileSync(paths.cert, cert);
  writeFileSync(paths.key, key);
  return paths;
}
