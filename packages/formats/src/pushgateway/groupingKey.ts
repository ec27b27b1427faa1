import { isLegacyLabelName, TinyObsError } from '@tinyobs/model';

const BASE64_SUFFIX = '@base64';
const JOB = 'job';

/** The labels of a group, whose values may be empty: which groups there are is told by them, too. */
export type GroupingKey = ReadonlyMap<string, string>;

/**
 * The grouping key that a path names: `/metrics/job/<job>{/<label>/<value>}`, where a label followed by `@base64` has
 * its value in base64 for URLs. Names come in byte order.
 *
 * @param path As it was sent, percent-encoded, so that a slash in a value can be `%2F`.
 * @throws TinyObsError `invalid_parameter`
 * Source: https://github.com/prometheus/pushgateway/blob/master/README.md#url
 */
export function readGroupingKey(path: string): GroupingKey {
  const [, , ...parts] = path.split('/');
  if (parts.length % 2 !== 0) {
    throw invalid(
      `label ${JSON.stringify(decoded(parts.at(-1) ?? ''))} has no value; a path is /metrics/job/<job>{/<label>/<value>}`,
    );
  }
  const labels = new Map<string, string>();
  for (let i = 0; i < parts.length; i += 2) {
    const name = decoded(parts[i]);
    const isBase64 = name.endsWith(BASE64_SUFFIX);
    const label = isBase64 ? name.slice(0, -BASE64_SUFFIX.length) : name;
    if (!isLegacyLabelName(label) || label.startsWith('__')) {
      throw invalid(
        `${JSON.stringify(label)} is no label name: letters, digits and _, not beginning with __`,
      );
    }
    if (i > 0 && label === JOB) throw invalid('job is given twice');
    labels.set(label, isBase64 ? readBase64(decoded(parts[i + 1])) : decoded(parts[i + 1]));
  }
  if (!labels.get(JOB)) throw invalid('the job is empty; a path is /metrics/job/<job>{/<label>/<value>}');
  return new Map([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw invalid(`${JSON.stringify(part)} is not valid percent-encoding`, cause);
  }
}

/** Padding may be there or not; both alphabets are taken. */
function readBase64(text: string): string {
  const bare = text.replace(/=+$/, '');
  if (/^[A-Za-z0-9_+/-]*$/.test(bare) && bare.length % 4 !== 1) {
    try {
      const binary = atob(bare.replaceAll('-', '+').replaceAll('_', '/'));
      const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw invalid(`${JSON.stringify(text)} is not UTF-8 in base64`, cause);
    }
  }
  throw invalid(`${JSON.stringify(text)} is not base64`);
}

function invalid(reason: string, cause?: unknown): TinyObsError {
  return new TinyObsError('invalid_parameter', reason, { cause, details: { parameter: 'path' } });
}
