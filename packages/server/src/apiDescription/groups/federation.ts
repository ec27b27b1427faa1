import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS } from '../errorCodes.js';
import { type Answer, type OperationGroup, optional, type Parameters } from '../operation.js';
import { selectors } from '../shapes.js';

const ESCAPED =
  'As OpenMetrics or text, whichever `Accept` likes best, text if it says nothing. Names beyond letters, digits and `_` are escaped by the scheme that the accepted type names in `escaping`: `underscores` where it names none, `dots`, `values`, or `allow-utf-8` for names as they are.';

const headers: Parameters = {
  Vary: { schema: z.string(), about: 'Has `Accept`.', isRequired: true },
};

/** An answer in either format. */
const exposition = (about: string, example?: string): Answer[] => [
  {
    status: 200,
    about: `${about}, in the text format of Prometheus.`,
    type: 'text/plain',
    schema: z.string(),
    headers,
    ...(example === undefined ? {} : { example }),
  },
  {
    status: 200,
    about: `${about}, in OpenMetrics text 1.0.`,
    type: 'application/openmetrics-text',
    schema: z.string(),
    headers,
  },
];

export const FEDERATION: OperationGroup = {
  name: 'Be scraped',
  about: 'Text for a Prometheus, or whatever else scrapes.',
  operations: [
    {
      id: 'federate',
      path: '/federate',
      methods: ['GET'],
      summary: 'Give the latest sample of every selected series',
      about: ESCAPED,
      parameters: {
        'match[]': optional(selectors, 'Series that one of these selects; without any the text is empty.'),
      },
      answers: exposition(
        'Samples with their times',
        '# TYPE jobs_done_total counter\njobs_done_total{queue="mail",instance=""} 42 1795237200000\n',
      ),
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
      about: ESCAPED,
      answers: exposition('All of them'),
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/metrics',
    },
  ],
};
