import { Matcher, METRIC_NAME } from '@tinyobs/model';
import type { Call, VectorSelector } from '../ast.js';
import { infoLabelsOf } from '../check/infoLabels.js';

/** The metric whose labels `info` adds where none is named. */
const TARGET_INFO = 'target_info';

/** The series that a call of `info` takes labels from. */
export function infoSelector(call: Call): VectorSelector {
  const { from, to } = call;
  const matchers = infoLabelsOf(call)?.matchers ?? [];
  const named = matchers.some(({ name }) => name === METRIC_NAME);
  return {
    type: 'vectorSelector',
    name: '',
    matchers: named ? matchers : [new Matcher(METRIC_NAME, '=', TARGET_INFO), ...matchers],
    offsetMs: 0,
    from,
    to,
  };
}
