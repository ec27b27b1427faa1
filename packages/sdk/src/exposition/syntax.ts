import type { Exemplar } from '../series/exemplars.js';
import type { Label, Row } from '../snapshot/rows.js';
import { type Family, plainType } from '../snapshot/snapshot.js';

/** How a format is written. */
export interface Syntax {
  /** The lines before the samples of a metric. */
  head(family: Family): string;
  /** Labels without braces. */
  labels(labels: readonly Label[]): string;
  /** The line of one sample, whose labels are already written. */
  line(row: Row, labels: string): string;
  /** What ends the whole. */
  readonly end: string;
}

/**
 * The Prometheus text format 0.0.4.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export const textFormat: Syntax = {
  head(family) {
    const { name, help } = family;
    const helpLine = help === undefined ? '' : `# HELP ${name} ${escapeLine(help)}\n`;
    return `${helpLine}# TYPE ${name} ${plainType(family)}\n`;
  },
  labels: writeLabels,
  line: (row, labels) => `${sample(row, labels)}\n`,
  end: '',
};

/**
 * OpenMetrics 1.0. Series have the names they have in the text format: a counter without `_total` and an info
 * without `_info`, which there are none of here, are told as of no known type. Bounds are written as they are
 * everywhere else, `1` and not `1.0`, since they are part of a series' identity; and there are no `_created`
 * series, which would be one more for each.
 * Source: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export const openMetrics: Syntax = {
  head(family) {
    const { name, type } = openMetricsFamily(family);
    let lines = `# TYPE ${name} ${type}\n`;
    if (family.unit !== undefined && name.endsWith(`_${family.unit}`))
      lines += `# UNIT ${name} ${family.unit}\n`;
    if (family.help !== undefined) lines += `# HELP ${name} ${escapeQuoted(family.help)}\n`;
    return lines;
  },
  labels: writeLabels,
  line(row, labels) {
    const { exemplar } = row;
    // Only samples of these types may have one.
    const isTaken = exemplar !== undefined && openMetricsFamily(row.family).type !== 'unknown';
    return `${sample(row, labels)}${isTaken ? writeExemplar(exemplar) : ''}\n`;
  },
  end: '# EOF\n',
};

/** A family is named without the suffix of its samples; without that suffix it is none of its type. */
function openMetricsFamily({ name, type }: Family): { name: string; type: string } {
  const suffix = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
  if (suffix === '') return { name, type };
  if (name.length > suffix.length && name.endsWith(suffix))
    return { name: name.slice(0, -suffix.length), type };
  return { name, type: 'unknown' };
}

function sample({ family, part, value }: Row, labels: string): string {
  const own = part.label === undefined ? '' : `${part.label.name}="${escapeQuoted(part.label.text)}"`;
  const all = joinLabels(labels, own);
  const braced = all === '' ? '' : `{${all}}`;
  return `${family.name}${part.suffix}${braced} ${writeValue(value as number)}`;
}

function writeLabels(labels: readonly Label[]): string {
  return labels.map(([name, text]) => `${name}="${escapeQuoted(text)}"`).join(',');
}

/** Labels behind others, either of which may be none. */
export function joinLabels(before: string, after: string): string {
  return before === '' || after === '' ? before + after : `${before},${after}`;
}

function writeExemplar({ labels, value, timestampMs }: Exemplar): string {
  return ` # {${writeLabels(Object.entries(labels))}} ${writeValue(value)} ${timestampMs / 1_000}`;
}

export function writeValue(value: number): string {
  return String(value).replace('Infinity', 'Inf').replace(/^I/, '+I');
}

/** What stands in quotes, and help in OpenMetrics. */
export function escapeQuoted(text: string): string {
  return /["\\\n]/.test(text) ? escapeLine(text).replaceAll('"', '\\"') : text;
}

export function escapeLine(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
