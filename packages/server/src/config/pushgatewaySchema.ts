import { z } from 'zod';
import { duration, durationOrOff } from './units.js';

const INTERVAL_MS_MIN = 1000;

/** What was pushed as to a Pushgateway. */
export function pushgatewaySchema() {
  return z
    .strictObject({
      interval: duration()
        .refine((ms) => ms >= INTERVAL_MS_MIN, 'at least 1s')
        .prefault('15s')
        .describe(
          'How often a sample of each pushed series is written again, so that every query finds it, as a duration of at least 1s: as a Pushgateway would be scraped.',
        ),
      ttl: durationOrOff()
        .prefault('off')
        .describe(
          'How long after its last push a group goes, as if it had been deleted, as a duration; or `off`: it stays until it is replaced or deleted.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({});
}
