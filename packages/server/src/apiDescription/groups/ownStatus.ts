import { z } from 'zod';
import { READ_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional } from '../operation.js';

const time = z.iso.datetime();

const tier = z.strictObject({
  tier: z.enum(['raw', '5m', '1h']).describe('The samples themselves, or rollups of that width.'),
  bytes: z.int(),
  runs: z.int(),
  blocks: z.int(),
  samples: z.int().describe('Of rollups each of the seven values of a bucket counts.'),
  oldest: time.optional(),
  newest: time.optional(),
  keptSeconds: z.number().optional().describe('Retention; absent where it is off.'),
});

const bytesByTier = z.strictObject({ raw: z.int(), '5m': z.int(), '1h': z.int() });

const workDone = z
  .strictObject({
    time: time.describe('When it ended.'),
    seconds: z.number().describe('How long it took.'),
    error: z.string().optional().describe('Code of the error that it ended with, if with any.'),
  })
  .optional();

const status = z.strictObject({
  status: z.literal('ok'),
  disk: z.strictObject({
    usedBytes: z.int().describe('The files of the data folder.'),
    freeBytes: z.int().optional().describe('On the disk of the data folder, where it is known.'),
    freeBytesMin: z.int().describe('With less, writes are refused.'),
  }),
  tiers: z.array(tier).describe('What is in blocks, before the compression of the database.'),
  ages: z
    .array(z.strictObject({ belowSeconds: z.number().optional(), bytes: bytesByTier }))
    .describe('The same by age: each group is younger than its bound and older than the one before.'),
  metrics: z
    .array(z.strictObject({ metric: z.string(), bytes: z.int() }))
    .describe('The metrics that take most of it, about: blocks are divided by their series.'),
  head: z.strictObject({ samples: z.int(), samplesMax: z.int() }).describe('In memory, not yet in blocks.'),
  wal: z.strictObject({
    records: z.int().describe('Records whose samples are not in blocks yet.'),
    pendingBytes: z.int().describe('What waits to be written.'),
  }),
  work: z.strictObject({
    compactionProgress: z.number().optional().describe('Of the merge that runs, from 0 to 1.'),
    compactionDueRuns: z.int().describe('Runs that are to be merged now.'),
    rollupDueWindows: z.int().describe('Windows that are to become rollups now.'),
    deletionsWaiting: z.int().describe('Deletions that are hidden already and still take room.'),
    windowEnd: time.describe('When the current window ends: soon after, it is flushed and merged.'),
    last: z
      .strictObject({ flush: workDone, compaction: workDone, rollup: workDone, expiry: workDone })
      .describe('How each went last; absent where it was not done since the start.'),
  }),
  limits: z
    .array(z.strictObject({ limit: z.string(), value: z.number(), used: z.number() }))
    .describe('As in `tinyobs_limit_value` and `tinyobs_limit_used`; a limit that is off is not there.'),
  process: z.strictObject({
    version: z.string(),
    node: z.string(),
    platform: z.string(),
    pid: z.int(),
    started: time,
    memoryBytes: z.int().describe('All memory of the process.'),
    heapBytes: z.int().describe('Of that, what JavaScript uses of its heap.'),
  }),
});

const EXAMPLE = {
  status: 'ok',
  disk: { usedBytes: 5242880, freeBytes: 50000000000, freeBytesMin: 200000000 },
  tiers: [
    {
      tier: 'raw',
      bytes: 120000,
      runs: 3,
      blocks: 15,
      samples: 150000,
      oldest: '2026-11-21T05:00:00.000Z',
      newest: '2026-11-22T05:00:00.000Z',
      keptSeconds: 1296000,
    },
  ],
  ages: [{ belowSeconds: 21600, bytes: { raw: 120000, '5m': 0, '1h': 0 } }],
  metrics: [{ metric: 'jobs_done_total', bytes: 60000 }],
  head: { samples: 1200, samplesMax: 4000000 },
  wal: { records: 40, pendingBytes: 0 },
  work: {
    compactionDueRuns: 0,
    rollupDueWindows: 0,
    deletionsWaiting: 0,
    windowEnd: '2026-11-22T06:00:00.000Z',
    last: { flush: { time: '2026-11-22T04:01:00.000Z', seconds: 0.4 } },
  },
  limits: [{ limit: 'limits.series', value: 2000000, used: 3 }],
  process: {
    version: '0.1.0',
    node: 'v20.20.0',
    platform: 'linux x64',
    pid: 1,
    started: '2026-11-21T05:00:00.000Z',
    memoryBytes: 120000000,
    heapBytes: 30000000,
  },
};

const configEntry = z.strictObject({
  key: z.string(),
  value: z
    .unknown()
    .optional()
    .describe('As a file would have it; absent where there is none or it depends.'),
  isSet: z.boolean().describe('Whether it is given, and not the default.'),
  origin: z.string().optional().describe('Where it is written: a file and line, a variable or a flag.'),
  help: z.string(),
  unit: z.string(),
  isReloadable: z.boolean().describe('Whether it can be changed while the server runs.'),
});

export const OWN_STATUS: OperationGroup = {
  name: 'See how it is set up and what it holds',
  about: 'What the page Status of the dashboard shows.',
  operations: [
    {
      id: 'status',
      path: '/v1/status',
      methods: ['GET'],
      summary: 'Tell what the store holds and does, and how near limits are',
      parameters: {
        limit: optional(z.int().min(1).max(1000), 'Metrics that are listed; 20 where it is not given.'),
      },
      answers: [
        { status: 200, about: 'As it is now.', type: 'application/json', schema: status, example: EXAMPLE },
      ],
      errors: { style: 'tinyobs', codes: ['invalid_parameter', ...READ_ERRORS] },
      curl: "'{url}/v1/status?limit=3'",
    },
    {
      id: 'configurationKeys',
      path: '/v1/config',
      methods: ['GET'],
      summary: 'Tell each key of the configuration in force, and where it is written',
      about: 'Secrets are hidden.',
      answers: [
        {
          status: 200,
          about: 'All keys, those that are not set included.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), keys: z.array(configEntry) }),
          example: {
            status: 'ok',
            keys: [
              {
                key: 'query.timeout',
                value: '1m',
                isSet: true,
                origin: 'tinyobs.yaml:3',
                help: 'Longest a query may take.',
                unit: 'duration',
                isReloadable: true,
              },
            ],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/config',
    },
  ],
};
