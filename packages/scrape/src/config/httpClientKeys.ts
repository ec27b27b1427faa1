import type { z } from 'zod';
import { flag, section, text } from './values.js';

/** How requests are sent: keys that scrape configurations and `http_sd_configs` have in common. */
export const HTTP_CLIENT_KEYS = {
  basic_auth: section(
    {
      username: text().default(''),
      password: text().optional(),
      password_file: text().optional(),
    },
    ['username_file', 'username_ref', 'password_ref'],
  )
    .refine(
      ({ password, password_file }) => password === undefined || password_file === undefined,
      'at most one of password and password_file',
    )
    .optional(),
  authorization: section(
    {
      type: text()
        .refine((type) => type.toLowerCase() !== 'basic', 'another type: for Basic there is basic_auth')
        .default('Bearer'),
      credentials: text().optional(),
      credentials_file: text().optional(),
    },
    ['credentials_ref'],
  )
    .refine(
      ({ credentials, credentials_file }) => credentials === undefined || credentials_file === undefined,
      'at most one of credentials and credentials_file',
    )
    .optional(),
  bearer_token: text().optional(),
  bearer_token_file: text().optional(),
  tls_config: section(
    {
      ca_file: text().optional(),
      cert_file: text().optional(),
      key_file: text().optional(),
      server_name: text().optional(),
      insecure_skip_verify: flag().default(false),
    },
    ['ca', 'cert', 'key', 'ca_ref', 'cert_ref', 'key_ref', 'min_version', 'max_version'],
  )
    .refine(
      ({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined),
      'both cert_file and key_file, or neither',
    )
    .optional(),
  follow_redirects: flag().default(true),
  // Every target speaks HTTP/1.1, which is what is used.
  enable_http2: flag().default(true),
};

/** Keys of Prometheus for the same that are not supported. */
export const HTTP_CLIENT_UNSUPPORTED = [
  'oauth2',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'http_headers',
];

/** Names of fields whose values are shown nowhere. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'password',
  'credentials',
  'bearer_token',
  'headers',
]);

type Keys = z.output<z.ZodObject<typeof HTTP_CLIENT_KEYS>>;

/** Requests carry at most one kind of credentials. */
export function hasOneCredential(keys: Partial<Keys>): boolean {
  const kinds = [keys.basic_auth, keys.authorization, keys.bearer_token, keys.bearer_token_file];
  return kinds.filter((one) => one !== undefined).length <= 1;
}

export const ONE_CREDENTIAL = 'at most one of basic_auth, authorization, bearer_token and bearer_token_file';

/** How requests are sent, resolved. */
export interface HttpClientConfig {
  readonly basicAuth?: { readonly username: string; readonly password: Secret };
  readonly authorization?: { readonly type: string; readonly credentials: Secret };
  readonly tls: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly serverName?: string;
    readonly insecureSkipVerify: boolean;
  };
  readonly followRedirects: boolean;
}

/** A text, or the file that holds it, which is read for each request. */
export type Secret = { readonly text: string } | { readonly file: string };

export function httpClientConfigOf(keys: Keys): HttpClientConfig {
  const { basic_auth: basic, tls_config: tls, follow_redirects: followRedirects } = keys;
  return {
    basicAuth: basic && {
      username: basic.username,
      password: secretOf(basic.password, basic.password_file),
    },
    authorization: authorizationOf(keys),
    tls: {
      caFile: tls?.ca_file,
      certFile: tls?.cert_file,
      keyFile: tls?.key_file,
      serverName: tls?.server_name,
      insecureSkipVerify: tls?.insecure_skip_verify ?? false,
    },
    followRedirects,
  };
}

function authorizationOf({
  authorization,
  bearer_token,
  bearer_token_file,
}: Keys): HttpClientConfig['authorization'] {
  if (authorization) {
    const { type, credentials, credentials_file } = authorization;
    return { type, credentials: secretOf(credentials, credentials_file) };
  }
  if (bearer_token === undefined && bearer_token_file === undefined) return undefined;
  return { type: 'Bearer', credentials: secretOf(bearer_token, bearer_token_file) };
}

function secretOf(given: string | undefined, file: string | undefined): Secret {
  return file === undefined ? { text: given ?? '' } : { file };
}
