import { z } from 'zod';
import { type Operation, type OperationGroup, optional, required } from '../operation.js';

const askedFields = {
  route: z.string().describe('The path that was asked, as it is here.'),
  text: z.string().describe('The first 1,000 characters of the query, or of the selectors of another read.'),
  textLength: z.int().describe('Characters of the whole text.'),
  since: z.iso.datetime().describe('When it came.'),
  client: z.string().describe('Address of who asked.'),
  key: z.string().optional().describe('Id of the key they asked with, if with any.'),
  requestId: z.string().describe('As `X-Request-Id` of its answer has it.'),
};

const runningQuery = z
  .strictObject({
    id: z.string().describe('By which it is ended.'),
    state: z.enum(['waiting', 'running']).describe('`waiting` for its turn.'),
    ...askedFields,
    seconds: z.number().describe('How long it is there.'),
    samplesRead: z.int().describe('Samples that a query has read so far.'),
  })
  .meta({ id: 'RunningQuery', description: 'A query, or another read of series, that runs or waits.' });

const slowQuery = z
  .strictObject({
    ...askedFields,
    seconds: z.number().describe('How long it took, waiting included.'),
    samplesRead: z.int(),
    error: z.string().optional().describe('Code of the error that it ended with, if with any.'),
  })
  .meta({ id: 'SlowQuery', description: 'A query, or another read of series, that is over.' });

interface Download extends Pick<Operation, 'id' | 'summary' | 'about' | 'parameters' | 'errors'> {
  readonly answer: string;
  readonly curl: string;
}

/** A file about the server's own insides. */
function download(path: string, { answer, ...rest }: Download): Operation {
  return {
    ...rest,
    path: `/debug/${path}`,
    methods: ['GET'],
    answers: [
      {
        status: 200,
        about: answer,
        type: 'application/json',
        schema: z.looseObject({}),
        example: {},
        headers: { 'Content-Disposition': required(z.string(), 'Names the file by its time.') },
      },
    ],
  };
}

export const RUNNING: OperationGroup = {
  name: 'See what it is doing',
  about: 'What runs now and what took long, and where time and memory go.',
  operations: [
    {
      id: 'listQueries',
      path: '/v1/queries',
      methods: ['GET'],
      summary: 'List the queries that run and wait, and those that took longest',
      answers: [
        {
          status: 200,
          about: 'Queries and other reads of series.',
          type: 'application/json',
          schema: z.strictObject({
            status: z.literal('ok'),
            queries: z.array(runningQuery).describe('What runs and waits, those that came first at first.'),
            slowest: z
              .array(slowQuery)
              .describe(
                'The twenty that took longest of those that ended in the last hour, the slowest first; none of less than 10 ms.',
              ),
          }),
          example: {
            status: 'ok',
            queries: [
              {
                id: 'Zb2cV9rTq1Xk-3f',
                state: 'running',
                route: '/api/v1/query_range',
                text: 'sum(rate(jobs_done_total[5m]))',
                textLength: 30,
                since: '2026-11-21T05:00:00.000Z',
                seconds: 1.204,
                client: '127.0.0.1',
                key: '7f3a9c1e5b20',
                requestId: 'Zb2cV9rTq1Xk-3e',
                samplesRead: 120000,
              },
            ],
            slowest: [
              {
                route: '/api/v1/query',
                text: 'count by (queue) (jobs_waiting)',
                textLength: 31,
                since: '2026-11-21T04:58:00.000Z',
                client: '127.0.0.1',
                key: '7f3a9c1e5b20',
                requestId: 'Zb2cV9rTq1Xk-2a',
                seconds: 0.412,
                samplesRead: 90000,
              },
            ],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/queries',
    },
    {
      id: 'cancelQuery',
      path: '/v1/queries/:id',
      methods: ['DELETE'],
      summary: 'End a query',
      about: 'Its client gets 503 with `query_canceled`. Ending is written into the audit log.',
      pathParameters: { id: required(z.string(), 'As the list has it.') },
      answers: [{ status: 204, about: 'It is told to end.' }],
      errors: { style: 'tinyobs', codes: ['not_found'] },
      curl: '-X DELETE {url}/v1/queries/$QUERY',
    },
    download('cpu-profile', {
      id: 'cpuProfile',
      summary: 'Record where time goes',
      about: 'With `debug.enabled`; there is no such path without. One at a time, snapshots included.',
      parameters: { seconds: optional(z.int().min(1).max(60), 'For how long; 10 where it is not given.') },
      answer: 'A `.cpuprofile`, for the developer tools of Chromium or an editor.',
      errors: { style: 'tinyobs', codes: ['invalid_parameter', 'debug_busy'] },
      curl: "-o tinyobs.cpuprofile '{url}/debug/cpu-profile?seconds=1'",
    }),
    download('heap-snapshot', {
      id: 'heapSnapshot',
      summary: 'Write down all that is in memory',
      about:
        'With `debug.enabled`; there is no such path without. Everything stands still while it is made, and it holds secrets and samples.',
      answer: 'A `.heapsnapshot`, for the developer tools of Chromium.',
      errors: { style: 'tinyobs', codes: ['debug_busy', 'debug_memory'] },
      curl: '-o tinyobs.heapsnapshot {url}/debug/heap-snapshot',
    }),
  ],
};
