import { z } from 'zod';
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

const checks = z.strictObject({ storage: z.string().describe('`ok`, or why not.') });

const words = (about: string, example: string): Answer => ({
  status: 200,
  about,
  type: 'text/plain',
  schema: z.string(),
  example,
});

export const PROBES: OperationGroup = {
  name: 'Is it well?',
  about: 'For probes: nobody is asked for a key.',
  operations: [
    probe('/health', {
      id: 'health',
      summary: 'Tell whether the process lives',
      answers: [
        {
          status: 200,
          about: 'It does.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok') }),
          example: { status: 'ok' },
        },
      ],
    }),
    probe('/ready', {
      id: 'ready',
      summary: 'Tell whether writes are taken',
      answers: [
        {
          status: 200,
          about: 'They are.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), checks }),
          example: { status: 'ok', checks: { storage: 'ok' } },
        },
        {
          status: 503,
          about: 'They are refused, since the disk refused one or is full. Reads are answered.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('unavailable'), checks }),
        },
      ],
    }),
    probe('/-/healthy', {
      id: 'healthy',
      summary: 'Tell whether the process lives, where Prometheus has it',
      answers: [words('The process lives.', 'TinyObs is Healthy.\n')],
    }),
    probe('/-/ready', {
      id: 'readiness',
      summary: 'Tell whether writes are taken, where Prometheus has it',
      answers: [
        words('Writes are taken.', 'TinyObs is Ready.\n'),
        {
          status: 503,
          about: 'Writes are refused.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('unavailable') }),
        },
      ],
    }),
  ],
};
