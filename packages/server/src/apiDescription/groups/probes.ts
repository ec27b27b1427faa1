import { z } from 'zod';
import { CHECK_STATUSES } from '../../selfMonitoring/health.js';
import type { Answer, Operation, OperationGroup } from '../operation.js';

function probe(
  path: string,
  { id, summary, answers }: Pick<Operation, 'id' | 'summary' | 'answers'>,
): Operation {
  return {
    id,
    path,
    methods: ['GET'],
    summary,
    answers,
    errors: { style: 'tinyobs', codes: [] },
    curl: `{url}${path}`,
  };
}

const status = z
  .enum(CHECK_STATUSES)
  .describe('`degraded`: it works, and somebody should look. Of the whole the worst of the checks.');

const check = z
  .strictObject({
    status,
    reason: z.string().optional().describe('What is wrong and what to do, where it is not `ok`.'),
    since: z.iso.datetime().optional().describe('From when on, where that is known.'),
  })
  .meta({ id: 'Check', description: 'One thing that was looked at.' });

const report = z
  .strictObject({
    status,
    checks: z.strictObject({
      lifecycle: check.describe('Is it up or closing; alone once it is closing.'),
      storage: check.optional().describe('Are writes taken.'),
      disk: check.optional().describe('Is there room.'),
      heads: check.optional().describe('Do samples wait for room in memory.'),
      eventLoop: check.optional().describe('Are requests served in time.'),
    }),
  })
  .meta({ id: 'HealthReport', description: 'How it is, check by check.' });

const OK = { status: 'ok' } as const;
const WELL = { ...OK, checks: { lifecycle: OK, storage: OK, disk: OK, heads: OK, eventLoop: OK } };

const reported = (answer: { status: number; about: string; example?: unknown }): Answer => ({
  ...answer,
  type: 'application/json',
  schema: report,
});

const words = (answer: { status: number; about: string; example: string }): Answer => ({
  ...answer,
  type: 'text/plain',
  schema: z.string(),
});

const UNAVAILABLE = 'Service Unavailable';

export const PROBES: OperationGroup = {
  name: 'Is it well?',
  about: 'For probes: nobody is asked for a key.',
  operations: [
    probe('/health', {
      id: 'health',
      summary: 'Tell how it is, check by check',
      answers: [
        reported({ status: 200, about: 'The process lives, whatever the checks say.', example: WELL }),
        reported({ status: 503, about: 'It is closing.' }),
      ],
    }),
    probe('/ready', {
      id: 'ready',
      summary: 'Tell whether writes are taken',
      answers: [
        reported({ status: 200, about: 'They are.', example: WELL }),
        reported({
          status: 503,
          about:
            'They are refused, since the disk refused one or is full, and reads are answered; or it is closing.',
        }),
      ],
    }),
    probe('/-/healthy', {
      id: 'healthy',
      summary: 'Tell whether the process lives, where Prometheus has it',
      answers: [
        words({ status: 200, about: 'It does.', example: 'TinyObs is Healthy.\n' }),
        words({ status: 503, about: 'It is closing.', example: UNAVAILABLE }),
      ],
    }),
    probe('/-/ready', {
      id: 'readiness',
      summary: 'Tell whether writes are taken, where Prometheus has it',
      answers: [
        words({ status: 200, about: 'They are.', example: 'TinyObs is Ready.\n' }),
        words({ status: 503, about: 'They are refused, or it is closing.', example: UNAVAILABLE }),
      ],
    }),
  ],
};
