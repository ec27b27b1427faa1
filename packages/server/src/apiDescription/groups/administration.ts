import type { ErrorCode } from '@tinyobs/model';
import { z } from 'zod';
import { QUERY_TEXT_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Operation, type OperationGroup, optional, type Parameters, required } from '../operation.js';
import { selectors, time } from '../shapes.js';

interface Action extends Pick<Operation, 'id' | 'summary' | 'about'> {
  readonly parameters?: Parameters;
  readonly codes?: readonly ErrorCode[];
  readonly flags?: string;
}

/** Something to be done to the store, which answers when it is done. */
function action(path: string, { id, summary, about, parameters, codes = [], flags = '' }: Action): Operation {
  return {
    id,
    path: `/api/v1/admin/${path}`,
    methods: ['POST', 'PUT'],
    summary,
    about,
    parameters,
    answers: [{ status: 204, about: 'It is done.' }],
    errors: { style: 'prometheus', codes: [...WRITE_ERRORS, ...codes] },
    curl: `-X POST {url}/api/v1/admin/${path}${flags}`,
  };
}

export const ADMINISTRATION: OperationGroup = {
  name: 'Administer the store',
  about: 'Each is written into the audit log.',
  operations: [
    action('tsdb/delete_series', {
      id: 'deleteSeries',
      summary: 'Take away samples of series',
      about: 'What is written after it stays, of the same series too.',
      parameters: {
        'match[]': required(selectors, 'Series that one of these selects; at least one.'),
        start: optional(time, 'Only samples from then on.'),
        end: optional(time, 'Only samples until then.'),
      },
      codes: ['invalid_parameter', ...QUERY_TEXT_ERRORS, 'query_execution'],
      flags: ` \\
  --data-urlencode 'match[]=jobs_waiting{queue="mail"}'`,
    }),
    action('tsdb/clean_tombstones', {
      id: 'cleanTombstones',
      summary: 'Give back the space of what was taken away',
    }),
    {
      id: 'reload',
      path: '/-/reload',
      methods: ['POST', 'PUT'],
      summary: 'Read the configuration again',
      about:
        'All of it is taken or nothing. There is no such path in a host that does not say how its configuration is read.',
      answers: [
        {
          status: 200,
          about: 'It is in force: the keys that have another value now, without secrets.',
          type: 'application/json',
          schema: z.strictObject({
            status: z.literal('ok'),
            changes: z.array(
              z.strictObject({ key: z.string(), from: z.unknown().optional(), to: z.unknown().optional() }),
            ),
          }),
          example: { status: 'ok', changes: [{ key: 'limits.series', from: 2_000_000, to: 500_000 }] },
        },
      ],
      errors: { style: 'tinyobs', codes: ['config_invalid', 'config_unknown_key', 'config_needs_restart'] },
      curl: '-X POST {url}/-/reload',
    },
    action('flush', {
      id: 'flush',
      summary: 'Write what is in memory into blocks',
    }),
    action('compact', {
      id: 'compact',
      summary: 'Merge blocks',
    }),
  ],
};
