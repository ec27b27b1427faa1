import { z } from 'zod';
import type { OperationGroup } from '../operation.js';

export const DESCRIPTION: OperationGroup = {
  name: 'This description',
  about:
    'It says what every TinyObs of this version does, and nothing of this one: nobody is asked for a key.',
  operations: [
    {
      id: 'docs',
      path: '/docs',
      methods: ['GET'],
      summary: 'Describe the API for people',
      answers: [{ status: 200, about: 'A page.', type: 'text/html', schema: z.string() }],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/docs',
    },
    {
      id: 'openApi',
      path: '/v1/openapi.json',
      methods: ['GET'],
      summary: 'Describe the API for programs',
      answers: [
        {
          status: 200,
          about: 'A document of OpenAPI 3.1.',
          type: 'application/json',
          schema: z.looseObject({ openapi: z.string() }),
          example: { openapi: '3.1.0' },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/openapi.json',
    },
  ],
};
