import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { TinyObsError } from '@tinyobs/model';
import type { HttpClientConfig, Secret } from '../config/httpClientKeys.js';

/** The header that says who asks; undefined where nobody wants to know. Files are read anew each time. */
export async function authorizationOf({
  basicAuth,
  authorization,
}: HttpClientConfig): Promise<string | undefined> {
  if (basicAuth) {
    const pair = `${basicAuth.username}:${await secretText(basicAuth.password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return authorization && `${authorization.type} ${await secretText(authorization.credentials)}`;
}

/** How TLS is spoken. Files are read anew each time; connections of other contents are not used again. */
export async function tlsOptionsOf({ tls }: HttpClientConfig): Promise<RequestOptions> {
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certFile, tls.keyFile].map(contentsOf));
  return { ca, cert, key, servername: tls.serverName, rejectUnauthorized: !tls.insecureSkipVerify };
}

async function secretText(secret: Secret): Promise<string> {
  return 'text' in secret ? secret.text : ((await contentsOf(secret.file)) ?? '').trim();
}

/** @throws TinyObsError `scrape_credentials` */
async function contentsOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('scrape_credentials', `a file of credentials cannot be read: ${reason}`, {
      cause,
    });
  }
}
