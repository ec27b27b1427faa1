import { TinyObsError } from '@tinyobs/model';
import type { Request } from '../http/exchange.js';

/**
 * Whether a body is OpenMetrics, as its content type says; otherwise it is the text format.
 *
 * @throws TinyObsError `unsupported_media_type` for a version of OpenMetrics that is written differently
 */
export function isOpenMetrics(request: Request): boolean {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^\s*application\/openmetrics-text\s*(?:;|$)/i.test(contentType)) return false;
  const version = /;\s*version\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1];
  if (version === undefined || version === '1.0.0' || version === '0.0.1') return true;
  throw new TinyObsError(
    'unsupported_media_type',
    `OpenMetrics ${version} is not known here; send version 1.0.0, or text/plain`,
  );
}
