import { EXEMPLAR_CHARS_MAX } from '../constants.js';
import type { ExemplarLabels } from '../series/exemplars.js';
import type { LabelValues } from './types.js';

/**
 * The labels of an exemplar as texts.
 * @throws RangeError where they are longer than OpenMetrics allows
 */
export function checkExemplar(labels: LabelValues<string>): ExemplarLabels {
  const texts = Object.entries(labels).map(([name, value]) => [name, String(value)] as const);
  const chars = texts.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (chars > EXEMPLAR_CHARS_MAX) {
    throw new RangeError(`the labels of an exemplar have at most ${EXEMPLAR_CHARS_MAX} characters`);
  }
  return Object.fromEntries(texts);
}
