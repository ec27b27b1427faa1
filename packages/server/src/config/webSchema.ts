import { z } from 'zod';
import { frameAncestor, listOrOff } from './units.js';

/** What pages of others may do with those of the dashboard. */
export function webSchema() {
  return z
    .strictObject({
      embedOrigins: listOrOff(frameAncestor(), {
        expected: 'origins such as https://wiki.example or http://localhost:3000, without a path; self',
      })
        .prefault('off')
        .describe(
          'Origins whose pages may show single panels in a frame (`/embed/…`), separated by commas where they are text; ' +
            '`self` for the origin of TinyObs; or `off`. All other pages of TinyObs can be in no frame.',
        )
        .meta({ reloadable: true }),
    })
    .prefault({});
}
