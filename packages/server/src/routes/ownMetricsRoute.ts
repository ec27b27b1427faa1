import { ExpositionEncoder } from '@tinyobs/formats';
import type { Registry } from 'prom-client';
import { negotiateText } from '../http/negotiateText.js';
import { sendText } from '../http/respond.js';
import { collectOwn } from '../selfMonitoring/ownSamples.js';
import type { Route } from './route.js';

/** The own metrics, for a Prometheus to scrape. */
export function ownMetricsRoute(registry: Registry): Route {
  return {
    methods: ['GET'],
    path: '/metrics',
    errors: 'tinyobs',
    handle: async (request, response) => {
      const { format, escaping, contentType } = negotiateText(request, response);
      const { metadata, samples } = await collectOwn(registry);
      const families = new Map(metadata.map((family) => [family.metric, family]));
      const encoder = new ExpositionEncoder({ format, escaping, metadata: (name) => families.get(name) });
      sendText(response, contentType, encoder.encode(samples, families.keys()));
    },
  };
}
