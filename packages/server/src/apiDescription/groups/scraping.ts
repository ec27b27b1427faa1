import { z } from 'zod';
import { QUERY_TEXT_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional } from '../operation.js';
import { labels, metricType, selector, success } from '../shapes.js';

const duration = z.string().describe('Such as `15s`.');

const activeTarget = z.strictObject({
  discoveredLabels: labels.describe('Before relabelling.'),
  labels: labels.describe('Those that its series have.'),
  scrapePool: z.string().describe('The job.'),
  scrapeUrl: z.string(),
  globalUrl: z.string().describe('The same, under the name of the machine where it is on this one.'),
  lastError: z.string().describe('Why the last scrape failed, or samples of it were not stored; else empty.'),
  lastScrape: z.iso.datetime().describe('The year 1 before the first.'),
  lastScrapeDuration: z.number().describe('Seconds.'),
  health: z.enum(['up', 'down', 'unknown']),
  scrapeInterval: duration,
  scrapeTimeout: duration,
});

const droppedTarget = z.strictObject({ discoveredLabels: labels, scrapePool: z.string() });

const targets = z.strictObject({
  activeTargets: z.array(activeTarget),
  droppedTargets: z
    .array(droppedTarget)
    .describe('Those that relabelling drops: of each job `keep_dropped_targets` of them, at most 1,000.'),
  droppedTargetCounts: z.record(z.string(), z.int()).describe('All of them, by job.'),
});

const targetMetadata = z.strictObject({
  target: labels,
  metric: z.string().optional().describe('Left out where it was asked for.'),
  type: metricType,
  help: z.string(),
  unit: z.string(),
});

const example = {
  discoveredLabels: { __address__: '127.0.0.1:9100', job: 'node' },
  labels: { instance: '127.0.0.1:9100', job: 'node' },
};

export const SCRAPING: OperationGroup = {
  name: 'Ask about targets',
  about: 'What is scraped, and how it fares. What there is to scrape is configured: `docs/scraping.md`.',
  operations: [
    {
      id: 'targets',
      path: '/api/v1/targets',
      methods: ['GET'],
      summary: 'List targets',
      parameters: {
        state: optional(z.enum(['active', 'dropped', 'any']), 'Which targets; all where it is not given.'),
        scrapePool: optional(z.string(), 'Only targets of this job.'),
      },
      answers: [
        {
          status: 200,
          about: 'The targets, job by job.',
          type: 'application/json',
          schema: success(targets),
          example: {
            status: 'success',
            data: {
              activeTargets: [
                {
                  ...example,
                  scrapePool: 'node',
                  scrapeUrl: 'http://127.0.0.1:9100/metrics',
                  globalUrl: 'http://metrics:9100/metrics',
                  lastError: '',
                  lastScrape: '2026-11-21T05:00:00.000Z',
                  lastScrapeDuration: 0.012,
                  health: 'up',
                  scrapeInterval: '15s',
                  scrapeTimeout: '10s',
                },
              ],
              droppedTargets: [],
              droppedTargetCounts: { node: 0 },
            },
          },
        },
      ],
      errors: { style: 'prometheus', codes: [] },
      curl: "'{url}/api/v1/targets?state=active'",
    },
    {
      id: 'targetsMetadata',
      path: '/api/v1/targets/metadata',
      methods: ['GET'],
      summary: 'List metadata by target',
      parameters: {
        match_target: optional(selector, 'Only of targets with labels that this selects.'),
        metric: optional(z.string(), 'Only of this metric.'),
        limit: optional(z.int(), 'Most entries of the answer.'),
      },
      answers: [
        {
          status: 200,
          about: 'What targets say of their metrics.',
          type: 'application/json',
          schema: success(z.array(targetMetadata)),
          example: {
            status: 'success',
            data: [
              {
                target: example.labels,
                metric: 'node_load1',
                type: 'gauge',
                help: '1m load average.',
                unit: '',
              },
            ],
          },
        },
      ],
      errors: {
        style: 'prometheus',
        codes: ['invalid_parameter', ...QUERY_TEXT_ERRORS, 'query_execution'],
      },
      curl: '{url}/api/v1/targets/metadata',
    },
    {
      id: 'scrapePools',
      path: '/api/v1/scrape_pools',
      methods: ['GET'],
      summary: 'List scrape pools',
      answers: [
        {
          status: 200,
          about: 'Names of the jobs.',
          type: 'application/json',
          schema: success(z.strictObject({ scrapePools: z.array(z.string()) })),
          example: { status: 'success', data: { scrapePools: ['node'] } },
        },
      ],
      errors: { style: 'prometheus', codes: [] },
      curl: '{url}/api/v1/scrape_pools',
    },
  ],
};
