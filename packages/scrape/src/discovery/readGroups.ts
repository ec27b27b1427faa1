import { TinyObsError } from '@tinyobs/model';
import { checkTargetGroups, placeOf } from '../config/checkValue.js';
import { parseYaml } from '../config/parseYaml.js';
import type { TargetGroup } from './discovery.js';

/**
 * Reads groups of targets from the text of a file, or of an answer, of a discovery.
 *
 * @param labels Labels that all targets get from where they were found.
 * @throws TinyObsError `discovery_failed`, which says what is wrong
 */
export function readGroups(
  text: string,
  { isJson, source, labels }: { isJson: boolean; source: string; labels: Readonly<Record<string, string>> },
): TargetGroup[] {
  const { value, problems } = checkTargetGroups(isJson ? parseJson(text) : fromYaml(text));
  if (problems) {
    const [{ path, message }] = problems;
    throw malformed(path.length === 0 ? message : `${placeOf(path)}: ${message}`);
  }
  return value.map((group, i) => ({
    source: `${source}:${i}`,
    targets: group.targets.map((address) => ({ __address__: address })),
    labels: { ...group.labels, ...labels },
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : String(cause));
  }
}

function fromYaml(text: string): unknown {
  const document = parseYaml(text);
  if (document.errors.length > 0) throw malformed(document.errors[0].message.split('\n')[0]);
  return document.toJS() ?? [];
}

function malformed(what: string): TinyObsError {
  return new TinyObsError('discovery_failed', `it holds no list of {targets, labels}: ${what}`);
}

/** What takes groups away that were there and are not any more. */
export function withoutGone(
  groups: readonly TargetGroup[],
  sourcesBefore: Iterable<string>,
): readonly TargetGroup[] {
  const now = new Set(groups.map(({ source }) => source));
  const gone = [...sourcesBefore].filter((source) => !now.has(source));
  return [...groups, ...gone.map((source) => ({ source, targets: [], labels: {} }))];
}
