import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import {
  HTTP_CLIENT_KEYS,
  HTTP_CLIENT_UNSUPPORTED,
  hasOneCredential,
  ONE_CREDENTIAL,
} from './httpClientKeys.js';
import { relabelConfigSchema } from './relabelConfig.js';
import { duration, flag, httpUrl, limit, list, section, text } from './values.js';

const REMOTE_WRITE_UNSUPPORTED = [
  ...HTTP_CLIENT_UNSUPPORTED,
  'azuread',
  'google_iam',
  'round_robin_dns',
  'send_native_histograms',
  'sigv4',
];

/** Headers that say what is sent and who sends it: they are set here, or have keys of their own. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'x-prometheus-remote-write-version',
]);

/** Most samples that wait in the memory of one destination, over all of its shards: some 32 bytes each. */
const WAITING_SAMPLES_MAX = 2_000_000;

const count = (max: number) =>
  limit().refine((number) => number >= 1 && number <= max, `a whole number from 1 to ${max}`);

const pause = () => duration().refine((ms) => ms >= 1, 'a duration of at least 1ms');

const queueConfig = section({
  capacity: count(1_000_000).default(10_000),
  min_shards: count(1000).default(1),
  max_shards: count(1000).default(50),
  max_samples_per_send: count(100_000).default(2000),
  batch_send_deadline: pause().prefault('5s'),
  min_backoff: pause().prefault('30ms'),
  max_backoff: pause().prefault('5s'),
  // Prometheus does not by itself; here nothing is to be lost while there is room to keep it.
  retry_on_http_429: flag().default(true),
  sample_age_limit: duration().prefault('0s'),
})
  .refine(({ min_shards: min, max_shards: max }) => min <= max, 'min_shards of at most max_shards')
  .refine(({ min_backoff: min, max_backoff: max }) => min <= max, 'min_backoff of at most max_backoff')
  .refine(
    ({ capacity, max_shards: shards }) => capacity * shards <= WAITING_SAMPLES_MAX,
    `capacity times max_shards of at most ${WAITING_SAMPLES_MAX}, since so many samples may be in memory`,
  );

const metadataConfig = section({
  send: flag().default(true),
  send_interval: pause().prefault('1m'),
  max_samples_per_send: count(100_000).default(2000),
});

const headers = z
  .record(text(), text(), { error: 'texts by the names of headers' })
  .refine((given) => Object.entries(given).every(isHeader), 'names and values that a header may have')
  .refine(
    (given) => Object.keys(given).every((name) => !OWN_HEADERS.has(name.toLowerCase())),
    `no headers that are set already (${[...OWN_HEADERS].join(', ')}); for credentials there are basic_auth and authorization`,
  );

/** One entry of `remote_write`, as it is written. */
export const remoteWriteSchema = section(
  {
    ...HTTP_CLIENT_KEYS,
    url: httpUrl(),
    name: text('a name')
      .regex(/^[\x20-\x7e]{1,64}$/, 'a name of 1 to 64 ASCII characters')
      .optional(),
    remote_timeout: pause().prefault('30s'),
    headers: headers.default({}),
    write_relabel_configs: list(relabelConfigSchema).default([]),
    queue_config: queueConfig.prefault({}),
    metadata_config: metadataConfig.prefault({}),
    send_exemplars: flag()
      .default(false)
      .refine((isSent) => !isSent, 'false: exemplars are not sent by TinyObs'),
    protobuf_message: z
      .literal('prometheus.WriteRequest', { error: 'prometheus.WriteRequest, which is version 1.0' })
      .optional(),
    follow_redirects: flag()
      .default(false)
      .refine((isFollowed) => !isFollowed, 'false: samples are not sent to where an answer says'),
  },
  REMOTE_WRITE_UNSUPPORTED,
).refine(hasOneCredential, ONE_CREDENTIAL);

export const remoteWritesSchema = list(remoteWriteSchema);

export type RemoteWriteConfig = z.output<typeof remoteWriteSchema>;
export type RemoteWriteConfigInput = z.input<typeof remoteWriteSchema>;

function isHeader([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
