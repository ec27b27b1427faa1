import type { BodyLimits } from '../http/body.js';
import { readParameters } from '../http/form.js';
import { invalid } from '../http/parameters.js';
import { type LiveStreams, STREAM_SECONDS_MAX } from '../live/liveStreams.js';
import type { Route } from './route.js';

export interface LiveContext {
  readonly bodies: BodyLimits;
  readonly streams: LiveStreams;
}

/** News of written samples, as they come. */
export function liveRoute({ bodies, streams }: LiveContext): Route {
  return {
    methods: ['GET'],
    path: '/v1/live',
    errors: 'tinyobs',
    handle: async (request, response) => {
      const parameters = await readParameters(request, bodies);
      const seconds = parameters.wholeNumber('seconds') ?? STREAM_SECONDS_MAX;
      if (seconds < 1 || seconds > STREAM_SECONDS_MAX) {
        throw invalid('seconds', `must be from 1 to ${STREAM_SECONDS_MAX}`);
      }
      streams.start(response, seconds);
    },
  };
}
