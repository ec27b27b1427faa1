import { type BodyLimits, withBody } from './body.js';
import type { Request } from './exchange.js';
import { Parameters } from './parameters.js';

/**
 * Parameters of a request: those of the URL, and of the form when it is a POST or PUT with one. A body of
 * another type is not looked at, as Prometheus does: there are clients that name a type and send none.
 *
 * @throws TinyObsError those of `withBody`
 */
export async function readParameters(request: Request, limits: BodyLimits): Promise<Parameters> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (!hasForm(request)) return new Parameters(query, '');
  return withBody(request, limits, async (body) => new Parameters(query, new TextDecoder().decode(body)));
}

/** A body that names no type is taken for a form. */
function hasForm({ method, headers }: Request): boolean {
  if (method !== 'POST' && method !== 'PUT') return false;
  const contentType = headers['content-type'] ?? 'application/x-www-form-urlencoded';
  return /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType);
}
