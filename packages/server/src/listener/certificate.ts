import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { TinyObsError } from '@tinyobs/model';

/** Paths of PEM files, as configured. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate and its key, checked: a server can speak TLS with them. */
export interface Certificate {
  /** What `createServer` and `setSecureContext` take. */
  readonly context: SecureContextOptions;
  readonly validFromMs: number;
  readonly expiresMs: number;
}

/** @throws TinyObsError `config_invalid` when a file cannot be read, is not what it should be, or they do not match */
export function readCertificate(files: CertificateFiles): Certificate {
  const cert = readPem('cert', files.cert);
  const key = readPem('key', files.key);
  const parsed = parseCertificate(cert, files.cert);
  if (!parsed.checkPrivateKey(parseKey(key, files.key))) {
    throw invalid('key', files.key, `is not the key of the certificate in ${files.cert}`);
  }
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw invalid('cert', files.cert, `cannot be used for TLS: ${reasonOf(cause)}`, cause);
  }
  return { context, validFromMs: Date.parse(parsed.validFrom), expiresMs: Date.parse(parsed.validTo) };
}

/** Why clients will not trust a certificate at that time, undefined while it is valid. */
export function validityProblem({ validFromMs, expiresMs }: Certificate, nowMs: number): string | undefined {
  const date = (timeMs: number) => new Date(timeMs).toISOString();
  if (nowMs >= expiresMs) return `the certificate expired at ${date(expiresMs)}: clients will refuse it`;
  if (nowMs < validFromMs)
    return `the certificate is not valid before ${date(validFromMs)}: clients will refuse it`;
  return undefined;
}

type Part = keyof CertificateFiles;

function readPem(part: Part, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (cause) {
    throw invalid(part, file, `cannot be read: ${reasonOf(cause)}`, cause);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw invalid(part, file, 'is not PEM, which is text with a line -----BEGIN …-----');
}

function parseCertificate(pem: string, file: string): X509Certificate {
  if (!pem.includes('CERTIFICATE-----')) throw invalid('cert', file, 'has no certificate in it');
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw invalid('cert', file, `has no certificate that can be read: ${reasonOf(cause)}`, cause);
  }
}

function parseKey(pem: string, file: string): KeyObject {
  if (!pem.includes('PRIVATE KEY-----')) throw invalid('key', file, 'has no private key in it');
  if (pem.includes('ENCRYPTED')) {
    throw invalid('key', file, 'is encrypted; write it without a passphrase, readable for this user only');
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw invalid('key', file, `has no private key that can be read: ${reasonOf(cause)}`, cause);
  }
}

function invalid(part: Part, file: string, problem: string, cause?: unknown): TinyObsError {
  const key = `server.tls.${part}`;
  return new TinyObsError('config_invalid', `${key}: ${file} ${problem}`, { cause, details: { key, file } });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
