/** The formats in which metrics are shown. */
export type Format = 'text' | 'openMetrics';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * The format for an `Accept` header (RFC 9110 12.5.1): OpenMetrics 1.0 when it is asked for by name, and nothing
 * else rather; otherwise the text format, which everybody reads.
 */
export function negotiateFormat(accept: string): Format {
  let text = 0;
  let openMetrics = 0;
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (type === 'application/openmetrics-text' && isVersion1(parameters)) {
      openMetrics = Math.max(openMetrics, quality);
    } else if (type === 'text/plain') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text ? 'openMetrics' : 'text';
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}

/** 0.0.1 is what 1.0 was called as a draft; without a version any will do. */
function isVersion1(parameters: readonly string[]): boolean {
  const given = parameters.find((parameter) => parameter.startsWith('version='));
  return given === undefined || ['version=1.0.0', 'version=0.0.1'].includes(given);
}
