import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyObsError } from '@tinyobs/server';
import { makeDevCertificate } from './devCertificate.js';

export interface CertDevFlags {
  readonly dir: string;
  readonly host: readonly string[];
  readonly force?: boolean;
}

const ALWAYS = ['localhost', '127.0.0.1', '::1'];

/** Writes a certificate for development and its key, and says how to use them. */
export async function certDev({ dir, host, force = false }: CertDevFlags): Promise<void> {
  const files = { cert: join(dir, 'tinyobs-cert.pem'), key: join(dir, 'tinyobs-key.pem') };
  const hosts = [...new Set([...ALWAYS, ...host])];
  const { cert, key, expiresMs } = await makeDevCertificate(hosts);
  if (!force) Object.values(files).forEach(requireAbsent);
  try {
    await writeNew(files.key, key, { mode: 0o600, force });
    await writeNew(files.cert, cert, { mode: 0o644, force });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('config_invalid', `cannot write into ${dir}: ${reason}`, { cause });
  }
  process.stdout.write(usage(files, { hosts, expiresMs }));
}

function requireAbsent(file: string): void {
  if (!existsSync(file)) return;
  throw new TinyObsError(
    'config_invalid',
    `${file} is there already and stays as it is; --force replaces it, --dir names another folder`,
  );
}

/** A new file in each case, so that the mode is that of the new one. */
async function writeNew(
  file: string,
  text: string,
  { mode, force }: { mode: number; force: boolean },
): Promise<void> {
  if (force) await rm(file, { force: true });
  await writeFile(file, text, { mode, flag: 'wx' });
}

function usage(
  { cert, key }: { cert: string; key: string },
  { hosts, expiresMs }: { hosts: readonly string[]; expiresMs: number },
): string {
  const date = new Date(expiresMs).toISOString().slice(0, 10);
  return `Wrote ${cert} and ${key}, for ${hosts.join(', ')}, valid until ${date}.

Start the server with them:
  tinyobs --set server.tls.cert=${cert} --set server.tls.key=${key}
Clients must be told to trust the certificate:
  curl --cacert ${cert} https://localhost:8080/health
  NODE_EXTRA_CA_CERTS=${cert} node app.js
For development only. Keep ${key} to yourself.
`;
}
