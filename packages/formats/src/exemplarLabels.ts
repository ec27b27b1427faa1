import type { Labels, LabelsBuilder } from '@tinyobs/model';
import { EXEMPLAR_LABELS_LENGTH_MAX } from './limits.js';

/** Why gathered labels cannot be those of an exemplar, or undefined. */
export function exemplarProblem(builder: LabelsBuilder): string | undefined {
  const problem = builder.findProblem();
  if (problem !== undefined) return `of the exemplar's labels: ${problem}`;
  return exemplarLabelsFit(builder.toLabels())
    ? undefined
    : `the labels of the exemplar have more than ${EXEMPLAR_LABELS_LENGTH_MAX} characters`;
}

/** Whether names and values together are as short as OpenMetrics and Prometheus demand. */
export function exemplarLabelsFit(labels: Labels): boolean {
  const text = labels.flat.join('');
  // A character has at most two units of UTF-16.
  return text.length <= 2 * EXEMPLAR_LABELS_LENGTH_MAX && [...text].length <= EXEMPLAR_LABELS_LENGTH_MAX;
}
