import { Matcher, METRIC_NAME } from '@tinyobs/model';
import type { Call, VectorSelector } from '../ast.js';
import { infoLabelsOf } from '../check/infoLabels.js';

/** The metric whose labels `info` adds where none is named. */
const TARGET_INFO = 'target_info';
/** Where it is only said which it is not. */
const INFO_METRICS = '.+_info';

/** The series that a call of `info` takes labels from. */
export function infoSelector(call: Call): VectorSelector {
  const { from, to } = call;
  const matchers = infoLabelsOf(call)?.matchers ?? [];
  const names = matchers.filter(({ name }) => name === METRIC_NAME);
  const isNamed = names.some(({ type }) => type === '=' || type === '=~');
  const byDefault =
    names.length === 0
      ? new Matcher(METRIC_NAME, '=', TARGET_INFO)
      : new Matcher(METRIC_NAME, '=~', INFO_METRICS);
  return {
    type: 'vectorSelector',
    name: '',
    matchers: isNamed ? matchers : [byDefault, ...matchers],
    offsetMs: 0,
    from,
    to,
  };
}
