// What the next import is built with looks for this when it is loaded.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { TinyObsError } from '@tinyobs/server';

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
/** Clocks of clients may be behind. */
const CLOCK_SKEW_MS = 5 * 60_000;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface DevCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS#8 without a passphrase. */
  readonly key: string;
  readonly expiresMs: number;
}

/**
 * A certificate that signs itself, for a year and the hosts given: clients that are told to trust it trust it for
 * these alone, since it can sign no other.
 *
 * @throws TinyObsError `config_invalid` for what is neither a host name nor an IP address
 */
export async function makeDevCertificate(hosts: readonly string[]): Promise<DevCertificate> {
  const names = hosts.map(nameOf);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const nowMs = Date.now();
  const expiresMs = nowMs + VALID_DAYS * DAY_MS;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: 'CN=TinyObs development',
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(expiresMs),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n`,
    expiresMs,
  };
}

function nameOf(host: string): { type: 'dns' | 'ip'; value: string } {
  if (isIP(host) && !host.includes('%')) return { type: 'ip', value: host };
  const name = domainToASCII(host);
  if (/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)) return { type: 'dns', value: name };
  throw new TinyObsError(
    'config_invalid',
    `--host ${host} is neither a host name nor an IP address; write it like obs.example or 10.0.0.7, without a port`,
  );
}

/** Browsers refuse two certificates of one issuer with the same number; the first bit says that it is positive. */
function randomSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return bytes.toString('hex');
}
