import { type LabelsBuilder, METRIC_NAME } from '@tinyobs/model';
import type { LineScanner } from './lineScanner.js';

const COMMA = 0x2c;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export const METRIC_NAME_BYTES = new TextEncoder().encode(METRIC_NAME);

const OTHER_METRIC_NAMES = 'letters, digits, _ and : (any other metric name is written {"like this"})';
const OTHER_LABEL_NAMES = 'a label name: letters, digits and _ (any other is written "like this")';

/** What is expected of a metric name that stands by itself. */
export const METRIC_NAME_EXPECTED = `expected a metric name of ${OTHER_METRIC_NAMES}`;

/** Gathers the metric name, before the braces or quoted within them, and the labels. */
export function readSeries(line: LineScanner, builder: LabelsBuilder): boolean {
  line.readMetricName();
  const isNamed = line.end > line.start;
  if (isNamed) addMetricName(line, builder);
  const isSeparated = line.atBoundary;
  line.skipBlanks();
  if (line.peek() === OPEN_BRACE) return readLabels(line, builder, isNamed ? 'given' : 'wanted');
  return (isNamed && isSeparated) || line.fail('invalid_metric_name', METRIC_NAME_EXPECTED);
}

/**
 * Gathers labels in braces.
 *
 * @param metric Whether a quoted metric name must be among them, or was given before, or has no place in them.
 */
export function readLabels(
  line: LineScanner,
  builder: LabelsBuilder,
  metric: 'given' | 'wanted' | 'none',
): boolean {
  if (!line.take(OPEN_BRACE)) return line.fail('invalid_text_line', 'expected labels in braces');
  const labelsAt = line.at;
  let isNamed = metric !== 'wanted';
  for (;;) {
    line.skipBlanks();
    if (line.take(CLOSE_BRACE)) break;
    const isQuoted = line.peek() === QUOTE;
    if (!readLabelName(line, isQuoted)) return false;
    if (isQuoted && endsItem(line)) {
      if (isNamed) return line.fail('invalid_text_line', `expected = and a value: ${NAMED[metric]}`);
      if (line.start === line.end)
        return line.fail('invalid_metric_name', 'expected a metric name that is not empty');
      addMetricName(line, builder);
      isNamed = true;
    } else if (!readLabelValue(line, builder)) {
      return false;
    }
    line.skipBlanks();
    if (!line.take(COMMA) && line.peek() !== CLOSE_BRACE) {
      return line.fail('invalid_text_line', 'expected , or } after a label');
    }
  }
  return (
    isNamed || line.fail('invalid_metric_name', 'expected a metric name before or in the braces', labelsAt)
  );
}

const NAMED = {
  given: 'the metric has a name already',
  wanted: 'the metric has a name already',
  none: 'an exemplar has no name',
} as const;

function addMetricName(line: LineScanner, builder: LabelsBuilder): void {
  builder.addName(METRIC_NAME_BYTES, 0, METRIC_NAME_BYTES.length);
  builder.addValue(line.source, line.start, line.end);
}

/** Whether a quoted text is followed by what ends a metric name in braces rather than by `=`. */
function endsItem(line: LineScanner): boolean {
  line.skipBlanks();
  const next = line.peek();
  return next === COMMA || next === CLOSE_BRACE;
}

function readLabelName(line: LineScanner, isQuoted: boolean): boolean {
  if (isQuoted) return line.readQuoted('invalid_label', 'a name');
  line.readLabelName();
  return line.end > line.start || line.fail('invalid_label', `expected ${OTHER_LABEL_NAMES}`);
}

/** `="value"`; the token at hand is the label's name. */
function readLabelValue(line: LineScanner, builder: LabelsBuilder): boolean {
  if (line.start === line.end) return line.fail('invalid_label', 'expected a label name that is not empty');
  if (line.tokenIs(METRIC_NAME_BYTES)) {
    return line.fail(
      'invalid_label',
      'expected another label name: the metric name is written before the braces',
    );
  }
  builder.addName(line.source, line.start, line.end);
  line.skipBlanks();
  if (!line.take(EQUALS)) return line.fail('invalid_label', 'expected = after the label name');
  line.skipBlanks();
  if (!line.readQuoted('invalid_label', 'the label value')) return false;
  builder.addValue(line.source, line.start, line.end);
  return true;
}
