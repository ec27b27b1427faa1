import { z } from 'zod';
import { duration, list, OFF } from './units.js';

const INTERVAL_MS_MIN = 1000;
const BUCKETS_MAX = 100;

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+):\d{1,5}$/;

/** StatsD and DogStatsD over UDP. */
export function statsdSchema() {
  return z
    .strictObject({
      listen: z
        .string()
        .refine(
          (text) => text === OFF || ADDRESS.test(text),
          'HOST:PORT, such as 127.0.0.1:8125 or [::1]:8125, or off',
        )
        .transform((text) => (text === OFF ? undefined : text))
        .meta({ unit: 'HOST:PORT or off' })
        .prefault(OFF)
        .describe(
          'Address and UDP port to take StatsD and DogStatsD on, as HOST:PORT, or `off`. Port 0 takes any free port. Nobody is asked for a key there: whoever reaches the port can write.',
        ),
      interval: duration()
        .refine((ms) => ms >= INTERVAL_MS_MIN, 'at least 1s')
        .prefault('10s')
        .describe('How often what came by StatsD is written to the store, as a duration of at least 1s.'),
      ttl: duration()
        .prefault('1h')
        .describe(
          'How long a series is written on without anything new by StatsD, as a duration. Then it ends; a counter begins again at 0.',
        ),
      buckets: list(z.coerce.number())
        .refine(
          (bounds) =>
            bounds.length <= BUCKETS_MAX && bounds.every((bound, i) => i === 0 || bounds[i - 1] < bound),
          `at most ${BUCKETS_MAX} ascending numbers`,
        )
        .default([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000])
        .describe(
          'Upper bounds of the buckets of timers, in seconds, and of histograms and distributions, in their own unit; ascending, separated by commas where they are text.',
        ),
    })
    .prefault({});
}
