import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional } from '../operation.js';
import { selectors } from '../shapes.js';

export const FEDERATION: OperationGroup = {
  name: 'Be scraped',
  about: 'Text for a Prometheus, or whatever else scrapes.',
  operations: [
    {
      id: 'federate',
      path: '/federate',
      methods: ['GET'],
      summary: 'Give the latest sample of every selected series',
      about:
        'Names beyond letters, digits and `_` are written with `_`, and as they are for clients that accept `escaping=allow-utf-8`.',
      parameters: {
        'match[]': optional(selectors, 'Series that one of these selects; without any the text is empty.'),
      },
      answers: [
        {
          status: 200,
          about: 'Samples with their times, in the text format of Prometheus.',
          type: 'text/plain',
          schema: z.string(),
          example:
            '# TYPE jobs_done_total counter\njobs_done_total{queue="mail",instance=""} 42 1795237200000\n',
        },
      ],
      errors: {
        style: 'text',
        codes: [
          ...QUERY_TEXT_ERRORS,
          ...READ_ERRORS,
          'invalid_parameter',
          'query_execution',
          'query_too_many_series',
        ],
      },
      curl: `-G {url}/federate --data-urlencode 'match[]={__name__="jobs_done_total"}'`,
    },
    {
      id: 'metrics',
      path: '/metrics',
      methods: ['GET'],
      summary: 'Give the metrics of TinyObs itself',
      answers: [
        {
          status: 200,
          about: 'All of them, in the text format of Prometheus.',
          type: 'text/plain',
          schema: z.string(),
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/metrics',
    },
  ],
};
