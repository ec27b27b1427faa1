import { z } from 'zod';
import { MEMORY_BYTES_MIN } from './memoryBudget.js';
import { otlpSchema } from './otlpSchema.js';
import { pushgatewaySchema } from './pushgatewaySchema.js';
import { scrapeSchema } from './scrapeSchema.js';
import { statsdSchema } from './statsdSchema.js';
import {
  count,
  countOrOff,
  duration,
  durationOrOff,
  durationsBySelector,
  fileOrOff,
  flag,
  list,
  listOrOff,
  networkText,
  origin,
  secretText,
  size,
  sizeOrNone,
  sizeOrOff,
  timeout,
} from './units.js';
import { webSchema } from './webSchema.js';

/**
 * Every option: the one source of defaults, checks, units and help (`docs/configuration.md` is compared with it).
 * Objects are strict, so a key that is not here is an error. What is `reloadable` must be read from `LiveConfig` each
 * time it is needed, or be followed there; everything else is as it was at the start.
 */
export const configSchema = z.strictObject({
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[^:[\]]+):\d{1,5}$/, 'HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080')
    .default('127.0.0.1:8080')
    .describe('Address and port to listen on, as HOST:PORT. Port 0 takes any free port.'),
  dataDir: z
    .string()
    .min(1, 'a folder')
    .default('./tinyobs-data')
    .describe('Folder of the store; created when it is missing. One process at a time may have it open.'),
  insecure: flag()
    .default(false)
    .describe('Allows listening on an address other machines can reach although nobody is asked for a key.'),
  auth: z
    .strictObject({
      adminKey: secretText(
        /^[\x21-\x7e]{22,256}$/,
        'at least 22 characters without spaces, which is 128 random bits in base64',
      )
        .optional()
        .describe(
          'A key with every scope, to make the other keys with. With it, or once another key was made, requests need ' +
            'a key. At least 22 random characters, such as `openssl rand -base64 32` prints.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({}),
  server: serverSchema(),
  web: webSchema(),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('Least severe log line that is written. Each request is logged at debug.')
        .meta({ reloadable: true }),
      repeats: countOrOff('lines')
        .prefault(20)
        .describe(
          'Most log lines of one kind (the same error of the same path, the same event of the store) a minute, or ' +
            '`off`. Further ones are counted, and one line says how many there were. Requests at debug are not limited.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({}),
  memory: z
    .strictObject({
      max: size()
        .refine((bytes) => bytes >= MEMORY_BYTES_MIN, 'at least 48MiB')
        .optional()
        .describe(
          'Memory that heads, request bodies, queries and the caches of the store may take together, as a size of ' +
            'at least 48MiB. Three eighths of it are for all running queries: one that needs more than that gets ' +
            '422, one that finds it taken by others 503. The default is a quarter of the machine, at most 1GiB.',
        ),
    })
    .prefault({}),
  storage: z
    .strictObject({
      durability: z
        .enum(['sync', 'os'])
        .default('sync')
        .describe(
          'When a write is acknowledged: `sync` after it is on the disk, `os` after the operating system has it ' +
            '(survives a killed process; a power cut can take what the system has not written to the disk since, usually ' +
            'the last half minute; a few milliseconds quicker).',
        ),
      minFreeBytes: size()
        .prefault('64MiB')
        .describe(
          'Free space on the disk below which writes are refused with 507, as a size. Reads go on, and writes ' +
            'do again once there is more.',
        )
        .meta({ reloadable: true }),
      headSamples: count('samples')
        .optional()
        .describe(
          'Most samples of each of the two heads, in which samples are kept in memory until they are written into ' +
            'blocks. Fewer take less memory and make more, smaller flushes. At most 2000000, and what an eighth of ' +
            'memory.max holds at 32 bytes each, which is the default.',
        ),
      exemplars: countOrOff('exemplars', 10_000_000)
        .prefault(100_000)
        .describe(
          'Most exemplars that are kept, such as the ids of traces beside samples, or `off` for none. Past it, and past ' +
            'a 32nd of memory.max, in which all of them are held, the oldest go. They are shown no longer than samples ' +
            'of their time are kept.',
        )
        .meta({ reloadable: true }),
      retention: z
        .strictObject({
          raw: durationOrOff()
            .prefault('15d')
            .describe(
              'How long samples are kept, as a duration; older ones are refused. `off` keeps everything and takes ' +
                'samples of any time.',
            )
            .meta({ reloadable: true }),
          rollup5m: durationOrOff()
            .prefault('90d')
            .describe(
              'How long rollups of 5 minutes are kept, as a duration reckoned from the time of their samples, ' +
                'which they replace when those are past `raw` or dropped for `size`. `off` keeps them for ever, ' +
                '`0s` makes none and drops those there are.',
            )
            .meta({ reloadable: true }),
          rollup1h: durationOrOff()
            .prefault('1y')
            .describe('The same of rollups of an hour.')
            .meta({ reloadable: true }),
          matchers: durationsBySelector()
            .prefault('off')
            .describe(
              'Shorter times for the series of some selectors, such as `{job="debug"}: 1d`, separated by `;` ' +
                'where they are text; or `off`.',
            )
            .meta({ reloadable: true }),
          size: sizeOrOff()
            .prefault('off')
            .describe(
              'Most bytes of blocks, as a size before the compression of the database, or `off`. Past it the ' +
                'oldest windows are dropped: of samples, whose place rollups take, then of rollups of 5 minutes, then of ' +
                'an hour.',
            )
            .meta({ reloadable: true }),
        })
        .prefault({}),
    })
    .prefault({}),
  limits: z
    .strictObject({
      series: count('series')
        .default(2_000_000)
        .describe(
          'Most active series (with a sample in the last two windows of 2 h). New ones past it get 429.',
        )
        .meta({ reloadable: true }),
      seriesPerMetric: count('series')
        .default(100_000)
        .describe('Most active series of one metric name. New ones past it get 429; existing ones go on.')
        .meta({ reloadable: true }),
      indexedSeries: count('series')
        .default(2_000_000)
        .describe(
          'Most series of which anything is kept, samples or rollups; each takes some 200 bytes of memory. Past it the ' +
            'rollups of the series that were idle for longest are dropped. Where samples alone are of as many, new ' +
            'series get 429.',
        )
        .meta({ reloadable: true }),
      overflowSeries: flag()
        .default(false)
        .describe(
          'Writes, for each metric of which samples were refused because their series was one too many, how many these ' +
            'were since the start, as a series `<metric>{tinyobs_overflow="true"}`: at selfMonitoring.interval, of the ' +
            'first 1,000 such metrics. It stands beside the series of the metric; leave it out of sums with ' +
            '`{tinyobs_overflow=""}`.',
        )
        .meta({ reloadable: true }),
      labelsPerSeries: count('labels')
        .default(64)
        .describe('Most labels of one series, the metric name included.')
        .meta({ reloadable: true }),
      labelNameBytes: count('bytes')
        .default(512)
        .describe('Longest label name, bytes of UTF-8.')
        .meta({ reloadable: true }),
      labelValueBytes: count('bytes')
        .default(4096)
        .describe('Longest label value or metric name, bytes of UTF-8.')
        .meta({ reloadable: true }),
      requestBytes: size()
        .prefault('32MB')
        .describe(
          'Largest request body after decompression, as a size, and at most a sixteenth of memory.max. ' +
            'Larger ones get 413.',
        )
        .meta({ reloadable: true }),
      futureTime: duration()
        .prefault('10m')
        .describe('How far in the future a sample may lie, as a duration. Later ones are refused.')
        .meta({ reloadable: true }),
      requestsPerMinute: countOrOff('requests')
        .prefault(6000)
        .describe('Most requests a minute from one address, or `off`. Further ones get 429 with Retry-After.')
        .meta({ reloadable: true }),
    })
    .prefault({}),
  otlp: otlpSchema(),
  pushgateway: pushgatewaySchema(),
  statsd: statsdSchema(),
  query: z
    .strictObject({
      lookback: duration()
        .prefault('5m')
        .describe('How far back an instant selector looks for a sample, as a duration.')
        .meta({ reloadable: true }),
      timeout: duration()
        .prefault('2m')
        .describe('Longest time a query may take, as a duration.')
        .meta({ reloadable: true }),
      samples: count('samples')
        .default(50_000_000)
        .describe(
          'Most samples one query may hold in memory at a time. Queries that need more are stopped with 422; so are ' +
            'those that need more memory than memory.max leaves to queries, at about 18 bytes a sample.',
        )
        .meta({ reloadable: true }),
      series: count('series')
        .default(1_000_000)
        .describe(
          'Most series that one query, or one request for series, labels or federation, may read. Past it the ' +
            'answer is 422.',
        )
        .meta({ reloadable: true }),
      points: count('steps')
        .default(11_000)
        .describe('Most steps from the first to the last point of a range query. More are refused with 400.')
        .meta({ reloadable: true }),
      length: count('characters')
        .default(65_536)
        .describe(
          'Longest text of a query, in characters; longer ones get 400. Reading a text counts towards the timeout.',
        )
        .meta({ reloadable: true }),
      depth: count('levels', 1000)
        .default(1000)
        .describe('Deepest nesting of a query, up to 1000. Deeper ones get 400.')
        .meta({ reloadable: true }),
      responseBytes: size()
        .prefault('256MiB')
        .describe('Largest answer of a query, as a size before compression. Larger ones get 422.')
        .meta({ reloadable: true }),
      concurrency: count('queries')
        .default(20)
        .describe(
          'Most queries that run at a time. Others wait for their turn, which counts towards the timeout.',
        )
        .meta({ reloadable: true }),
      queue: count('queries')
        .default(200)
        .describe('Most queries that wait. Further ones get 503 with Retry-After.')
        .meta({ reloadable: true }),
      cache: z
        .strictObject({
          size: sizeOrNone()
            .optional()
            .describe(
              'Memory for results of range queries, so that a dashboard that refreshes reads only what is new, as a ' +
                'size, or `off`. At most a sixteenth of memory.max, which is the default.',
            ),
          ttl: duration()
            .prefault('30m')
            .describe(
              'How long a result is kept that is not asked for again, as a duration. Results are never older than ' +
                'their samples, however long they are kept.',
            )
            .meta({ reloadable: true }),
        })
        .prefault({}),
    })
    .prefault({}),
  scrape: scrapeSchema(),
  forward: z
    .strictObject({
      keptBytes: size()
        .prefault('1GiB')
        .describe(
          'Most bytes on the disk of samples that are kept because a destination of `remote_write` has not taken them ' +
            'yet, as a size: some 10 bytes a sample, before the compression of the database. Past it, and when the ' +
            'disk is nearly full, the oldest are let go, which is counted and logged.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({}),
  promql: z
    .strictObject({
      experimental: flag()
        .default(false)
        .describe('Allows the functions and modifiers of PromQL that Prometheus has behind feature flags.')
        .meta({ reloadable: true }),
    })
    .prefault({}),
  debug: z
    .strictObject({
      enabled: flag()
        .default(false)
        .describe(
          'Serves /debug/cpu-profile and /debug/heap-snapshot. They hold the server up, and a snapshot holds ' +
            'everything that is in memory.',
        ),
    })
    .prefault({}),
  selfMonitoring: z
    .strictObject({
      interval: durationOrOff()
        .prefault('15s')
        .describe('How often the own metrics are written to the own store under job="tinyobs", or `off`.'),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
/** Configuration as people write it: every key optional, durations and sizes as text. */
export type ConfigInput = z.input<typeof configSchema>;

/** How the standalone server is reached: TLS, pages of other origins, times and numbers that bound connections. */
function serverSchema() {
  return z
    .strictObject({
      hosts: list(z.string().regex(/^[^/\s:]+$|^\[[0-9a-fA-F:.]+\]$/, 'a host name without port'))
        .default([])
        .describe(
          'Host names beside those of the loopback under which the server is asked while nobody needs a key, ' +
            'separated by commas. Requests under others are refused: any page could point its own name here.',
        )
        .meta({ reloadable: true }),
      trustedProxies: list(networkText())
        .default([])
        .describe(
          'Addresses and networks of the proxies in front, such as `10.0.0.0/8`, separated by commas. What they ' +
            'write in `X-Forwarded-For` counts as the address of the client; of all others it is not looked at.',
        )
        .meta({ reloadable: true }),
      tls: z
        .strictObject({
          cert: fileOrOff()
            .prefault('off')
            .describe(
              'PEM file with the certificate, and those between it and its authority after it; with `server.tls.key` ' +
                'the server speaks HTTPS. Read again when it changes. `off` is plain HTTP.',
            ),
          key: fileOrOff()
            .prefault('off')
            .describe('PEM file with the private key of the certificate. Read again when it changes.'),
        })
        .refine(
          ({ cert, key }) => (cert === undefined) === (key === undefined),
          'both server.tls.cert and server.tls.key, or neither',
        )
        .prefault({}),
      cors: z
        .strictObject({
          origins: listOrOff(origin(), {
            expected: 'origins such as https://app.example or http://localhost:3000, without a path; *',
          })
            .prefault('off')
            .describe(
              'Origins whose pages may read answers (CORS), separated by commas where they are text; `*` for all, which ' +
                'without keys lets every page that somebody visits read what they can reach; or `off`. Browsers send no ' +
                'cookies and no passwords of theirs along; a page may set `Authorization`.',
            )
            .meta({ reloadable: true }),
        })
        .prefault({}),
      timeouts: timeoutsSchema(),
      connections: count('connections')
        .default(1000)
        .describe('Most open connections. Further ones are closed at once, and counted.'),
    })
    .prefault({});
}

/** How long clients may take. */
function timeoutsSchema() {
  return z
    .strictObject({
      headers: timeout()
        .prefault('20s')
        .describe(
          'Longest time from the start of a connection or request to the end of its headers, and of a TLS ' +
            'handshake, as a duration. Past it the answer is 408.',
        ),
      request: timeout()
        .prefault('2m')
        .describe(
          'Longest time a request may take to arrive, its body included, as a duration. Past it the answer is 408.',
        ),
      idle: timeout()
        .prefault('75s')
        .describe(
          'How long a connection without requests stays open, as a duration. Clients that push or scrape every ' +
            'minute need not connect again.',
        ),
    })
    .refine(
      ({ headers, request }) => headers <= request,
      'server.timeouts.headers at most server.timeouts.request',
    )
    .prefault({});
}
