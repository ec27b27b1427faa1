import { z } from 'zod';
import { STREAM_SECONDS_MAX } from '../../live/liveStreams.js';
import { type OperationGroup, optional } from '../operation.js';

export const LIVE: OperationGroup = {
  name: 'Follow what is written',
  about: 'For pages that show what is newest, without asking again and again.',
  operations: [
    {
      id: 'live',
      path: '/v1/live',
      methods: ['GET'],
      summary: 'Be told when samples were written',
      about:
        'Server-sent events. `samples` comes at once, and then whenever samples were written, at most once a second: all that was acknowledged until its `time` can be read. A comment comes every 15 s. The stream ends after its time, or when the server closes: open the next one. At most 256 are open at once.',
      parameters: {
        seconds: optional(
          z.int().min(1).max(STREAM_SECONDS_MAX),
          `For how long; ${STREAM_SECONDS_MAX} where it is not given.`,
        ),
      },
      answers: [
        {
          status: 200,
          about: 'Events.',
          type: 'text/event-stream',
          schema: z.string(),
          example: 'event: samples\ndata: {"time":"2026-11-21T05:00:00.000Z"}\n\n',
        },
      ],
      errors: { style: 'tinyobs', codes: ['invalid_parameter', 'live_overload'] },
      curl: "-N '{url}/v1/live?seconds=1'",
    },
  ],
};
