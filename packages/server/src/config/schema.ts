import { z } from 'zod';
import { MEMORY_BYTES_MIN } from './memoryBudget.js';
import {
  count,
  countOrOff,
  duration,
  durationOrOff,
  durationsBySelector,
  size,
  sizeOrNone,
  sizeOrOff,
} from './units.js';

const flag = z.union([z.boolean(), z.stringbool()]);

/**
 * Every option: the one source of defaults, checks and help (`docs/configuration.md` is compared with it).
 * Objects are strict, so a key that is not here is an error.
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
  insecure: flag
    .default(false)
    .describe('Allows listening on an address other machines can reach although nobody is asked for a key.'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('Least severe log line that is written. Each request is logged at debug.'),
      repeats: countOrOff()
        .prefault(20)
        .describe(
          'Most log lines of one kind (the same error of the same path, the same event of the store) a minute, or ' +
            '`off`. Further ones are counted, and one line says how many there were. Requests at debug are not limited.',
        ),
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
        ),
      headSamples: count()
        .optional()
        .describe(
          'Most samples of each of the two heads, in which samples are kept in memory until they are written into ' +
            'blocks. Fewer take less memory and make more, smaller flushes. At most 2000000, and what an eighth of ' +
            'memory.max holds at 32 bytes each, which is the default.',
        ),
      retention: z
        .strictObject({
          raw: durationOrOff()
            .prefault('15d')
            .describe(
              'How long samples are kept, as a duration; older ones are refused. `off` keeps everything and takes ' +
                'samples of any time.',
            ),
          rollup5m: durationOrOff()
            .prefault('90d')
            .describe(
              'How long rollups of 5 minutes are kept, as a duration reckoned from the time of their samples, ' +
                'which they replace when those are past `raw` or dropped for `size`. `off` keeps them for ever, ' +
                '`0s` makes none and drops those there are.',
            ),
          rollup1h: durationOrOff().prefault('1y').describe('The same of rollups of an hour.'),
          matchers: durationsBySelector()
            .prefault('off')
            .describe(
              'Shorter times for the series of some selectors, such as `{job="debug"}: 1d`, separated by `;` ' +
                'where they are text; or `off`.',
            ),
          size: sizeOrOff()
            .prefault('off')
            .describe(
              'Most bytes of blocks, as a size before the compression of the database, or `off`. Past it the ' +
                'oldest windows are dropped: of samples, whose place rollups take, then of rollups of 5 minutes, then of ' +
                'an hour.',
            ),
        })
        .prefault({}),
    })
    .prefault({}),
  limits: z
    .strictObject({
      series: count()
        .default(2_000_000)
        .describe(
          'Most active series (with a sample in the last two windows of 2 h). New ones past it get 429.',
        ),
      seriesPerMetric: count()
        .default(100_000)
        .describe('Most active series of one metric name. New ones past it get 429; existing ones go on.'),
      indexedSeries: count()
        .default(2_000_000)
        .describe(
          'Most series of which anything is kept, samples or rollups; each takes some 200 bytes of memory. Past it the ' +
            'rollups of the series that were idle for longest are dropped. Where samples alone are of as many, new ' +
            'series get 429.',
        ),
      labelsPerSeries: count().default(64).describe('Most labels of one series, the metric name included.'),
      labelNameBytes: count().default(512).describe('Longest label name, bytes of UTF-8.'),
      labelValueBytes: count().default(4096).describe('Longest label value or metric name, bytes of UTF-8.'),
      requestBytes: size()
        .prefault('32MB')
        .describe(
          'Largest request body after decompression, as a size, and at most a sixteenth of memory.max. ' +
            'Larger ones get 413.',
        ),
      futureTime: duration()
        .prefault('10m')
        .describe('How far in the future a sample may lie, as a duration. Later ones are refused.'),
      requestsPerMinute: countOrOff()
        .prefault(6000)
        .describe(
          'Most requests a minute from one address, or `off`. Further ones get 429 with Retry-After.',
        ),
    })
    .prefault({}),
  query: z
    .strictObject({
      lookback: duration()
        .prefault('5m')
        .describe('How far back an instant selector looks for a sample, as a duration.'),
      timeout: duration().prefault('2m').describe('Longest time a query may take, as a duration.'),
      samples: count()
        .default(50_000_000)
        .describe(
          'Most samples one query may hold in memory at a time. Queries that need more are stopped with 422; so are ' +
            'those that need more memory than memory.max leaves to queries, at about 18 bytes a sample.',
        ),
      series: count()
        .default(1_000_000)
        .describe(
          'Most series that one query, or one request for series, labels or federation, may read. Past it the ' +
            'answer is 422.',
        ),
      points: count()
        .default(11_000)
        .describe('Most steps from the first to the last point of a range query. More are refused with 400.'),
      length: count()
        .default(65_536)
        .describe(
          'Longest text of a query, in characters; longer ones get 400. Reading a text counts towards the timeout.',
        ),
      depth: z.coerce
        .number({ error: 'a whole number from 1 to 1000' })
        .int()
        .min(1)
        .max(1000)
        .default(1000)
        .describe('Deepest nesting of a query, up to 1000. Deeper ones get 400.'),
      responseBytes: size()
        .prefault('256MiB')
        .describe('Largest answer of a query, as a size before compression. Larger ones get 422.'),
      concurrency: count()
        .default(20)
        .describe(
          'Most queries that run at a time. Others wait for their turn, which counts towards the timeout.',
        ),
      queue: count().default(200).describe('Most queries that wait. Further ones get 503 with Retry-After.'),
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
            ),
        })
        .prefault({}),
    })
    .prefault({}),
  promql: z
    .strictObject({
      experimental: flag
        .default(false)
        .describe('Allows the functions and modifiers of PromQL that Prometheus has behind feature flags.'),
    })
    .prefault({}),
  debug: z
    .strictObject({
      enabled: flag
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
