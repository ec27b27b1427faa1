import { TinyObsError } from '@tinyobs/model';
import type { z } from 'zod';
import { type BodyLimits, requireContentType, withBody } from './body.js';
import type { Request } from './exchange.js';

/**
 * A request's body as JSON of the schema's shape.
 *
 * @throws TinyObsError `unsupported_media_type`, `malformed_json`, `invalid_parameter`, and those of `withBody`
 */
export async function readJson<T extends z.ZodType>(
  request: Request,
  limits: BodyLimits,
  schema: T,
): Promise<z.output<T>> {
  requireContentType(request, /^application\/([a-z0-9.+-]+\+)?json\b/i, 'application/json');
  const json = await withBody(request, limits, async (body) => parseJson(body));
  const parsed = schema.safeParse(json, { error: reasonOf });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const parameter = issue.path.map(String).join('.');
  throw new TinyObsError(
    'invalid_parameter',
    `${parameter === '' ? 'the body' : parameter}: ${issue.message}`,
    {
      details: { parameter },
    },
  );
}

/** In the place of what zod says, where that is for programmers. */
function reasonOf({ code, input }: z.core.$ZodRawIssue): string | undefined {
  return code === 'invalid_type' && input === undefined ? 'it is missing' : undefined;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('malformed_json', `the body is not JSON: ${reason}`, { cause });
  }
}
