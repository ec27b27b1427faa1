import { TinyObsError } from '@tinyobs/model';
import { type BodyLimits, withBody } from './body.js';
import type { Request } from './exchange.js';
import { Parameters } from './parameters.js';

/**
 * Parameters of a request: those of the URL, and of the form when it is a POST with one.
 *
 * @throws TinyObsError `unsupported_media_type`, and those of `withBody`
 */
export async function readParameters(request: Request, limits: BodyLimits): Promise<Parameters> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (request.method !== 'POST') return new Parameters(query, '');
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    throw new TinyObsError(
      'unsupported_media_type',
      `Content-Type ${contentType} is not known here; send application/x-www-form-urlencoded`,
    );
  }
  return withBody(request, limits, async (body) => new Parameters(query, new TextDecoder().decode(body)));
}
