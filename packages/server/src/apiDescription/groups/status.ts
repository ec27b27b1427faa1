import { z } from 'zod';
import { READ_ERRORS } from '../errorCodes.js';
import { type Operation, type OperationGroup, optional } from '../operation.js';
import { success } from '../shapes.js';

const time = z.iso.datetime();

const counts = z.array(z.strictObject({ name: z.string(), value: z.number() })).describe('The most first.');

const cardinality = z.strictObject({
  headStats: z.strictObject({
    numSeries: z.int(),
    numLabelPairs: z.int(),
    chunkCount: z.int().describe('Blocks.'),
    minTime: z.number().describe('Of the first sample, ms; the largest 64-bit integer where there is none.'),
    maxTime: z.number().describe('Of the last sample, ms; the smallest 64-bit integer where there is none.'),
  }),
  seriesCountByMetricName: counts,
  labelValueCountByLabelName: counts,
  memoryInBytesByLabelName: counts.describe('Bytes of the different values of each label, the most first.'),
  seriesCountByLabelValuePair: counts,
});

const buildInfo = z.strictObject({
  version: z.string().describe('The version of Prometheus whose API this is.'),
  tinyobsVersion: z.string(),
  revision: z.string(),
  branch: z.string(),
  buildUser: z.string(),
  buildDate: z.string(),
  goVersion: z.string(),
});

const runtimeInfo = z.strictObject({
  startTime: time,
  CWD: z.string(),
  hostname: z.string(),
  serverTime: time,
  reloadConfigSuccess: z.boolean(),
  lastConfigTime: time,
  corruptionCount: z.int().describe('Stored values that failed their checksum.'),
  goroutineCount: z.int(),
  GOMAXPROCS: z.int(),
  GOMEMLIMIT: z.int().describe('`memory.max`, 0 where it is chosen by machine.'),
  GOGC: z.string(),
  GODEBUG: z.string(),
  storageRetention: z.string(),
});

interface StatusPage extends Pick<Operation, 'id' | 'summary'> {
  readonly about: string;
  readonly data: z.ZodType;
  readonly example: unknown;
}

/** A page of the status, which has no parameters. */
function status(path: string, { id, summary, about, data, example }: StatusPage): Operation {
  return {
    id,
    path: `/api/v1/status/${path}`,
    methods: ['GET'],
    summary,
    answers: [
      {
        status: 200,
        about,
        type: 'application/json',
        schema: success(data),
        example: { status: 'success', data: example },
      },
    ],
    errors: { style: 'prometheus', codes: [] },
    curl: `{url}/api/v1/status/${path}`,
  };
}

export const STATUS: OperationGroup = {
  name: 'Ask about the server',
  about: 'What it is, how it is set up and what it holds, in the shapes of Prometheus.',
  operations: [
    {
      id: 'tsdbStatus',
      path: '/api/v1/status/tsdb',
      methods: ['GET'],
      summary: 'Count series, and name the labels with the most values',
      parameters: {
        limit: optional(z.int().min(1).max(10_000), 'Entries of each list; 10 where it is not given.'),
      },
      answers: [
        {
          status: 200,
          about: 'The counts.',
          type: 'application/json',
          schema: success(cardinality),
          example: {
            status: 'success',
            data: {
              headStats: {
                numSeries: 3,
                numLabelPairs: 4,
                chunkCount: 1,
                minTime: 1795237200000,
                maxTime: 1795237260000,
              },
              seriesCountByMetricName: [{ name: 'jobs_done_total', value: 2 }],
              labelValueCountByLabelName: [{ name: 'queue', value: 2 }],
              memoryInBytesByLabelName: [{ name: '__name__', value: 27 }],
              seriesCountByLabelValuePair: [{ name: 'queue=mail', value: 2 }],
            },
          },
        },
      ],
      errors: { style: 'prometheus', codes: ['invalid_parameter', ...READ_ERRORS, 'query_too_many_series'] },
      curl: "'{url}/api/v1/status/tsdb?limit=3'",
    },
    status('buildinfo', {
      id: 'buildInfo',
      summary: 'Tell the versions of TinyObs and of its API',
      about: 'The versions; what only a Go program has is empty.',
      data: buildInfo,
      example: {
        version: '3.14.0',
        tinyobsVersion: '0.1.0',
        revision: 'tinyobs-0.1.0',
        branch: '',
        buildUser: '',
        buildDate: '',
        goVersion: '',
      },
    }),
    status('runtimeinfo', {
      id: 'runtimeInfo',
      summary: 'Tell where and since when the server runs',
      about: 'What is known; what only a Go program has is empty or 0.',
      data: runtimeInfo,
      example: {
        startTime: '2026-11-21T05:00:00.000Z',
        CWD: '/app',
        hostname: 'metrics',
        serverTime: '2026-11-22T05:00:00.000Z',
        reloadConfigSuccess: true,
        lastConfigTime: '2026-11-21T05:00:00.000Z',
        corruptionCount: 0,
        goroutineCount: 0,
        GOMAXPROCS: 1,
        GOMEMLIMIT: 0,
        GOGC: '',
        GODEBUG: '',
        storageRetention: '15d',
      },
    }),
    status('flags', {
      id: 'flags',
      summary: 'Tell the options under the names of flags of Prometheus',
      about: 'Texts by flag.',
      data: z.record(z.string(), z.string()),
      example: { 'query.timeout': '2m', 'storage.tsdb.retention.time': '15d' },
    }),
    status('config', {
      id: 'configuration',
      summary: 'Tell the configuration as a file would have it',
      about: 'The options that were given.',
      data: z.strictObject({ yaml: z.string() }),
      example: { yaml: 'query:\n  timeout: 1m\n' },
    }),
    status('walreplay', {
      id: 'walReplay',
      summary: 'Tell how far the write-ahead log was read back',
      about: 'Always nothing to do: the server listens when it is done.',
      data: z.strictObject({ min: z.int(), max: z.int(), current: z.int() }),
      example: { min: 0, max: 0, current: 0 },
    }),
  ],
};
