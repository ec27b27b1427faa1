import type { Label } from '../snapshot/rows.js';
import { rowsOf } from '../snapshot/rows.js';
import type { MetricSnapshot } from '../snapshot/snapshot.js';
import { Turns } from '../snapshot/turns.js';
import { CONTENT_TYPES, type Format, negotiateFormat } from './negotiate.js';
import { openMetrics, type Syntax, textFormat } from './syntax.js';

export interface ExposeOptions {
  /** Show OpenMetrics 1.0 rather than the text format 0.0.4. */
  readonly openMetrics?: boolean;
  /** The `Accept` header of who asks, which decides when `openMetrics` does not. */
  readonly accept?: string;
}

/** What a scrape is answered with. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

const SYNTAXES: Readonly<Record<Format, Syntax>> = { text: textFormat, openMetrics };

/**
 * Writes the state of all metrics, in slices, so that whatever else the process does goes on meanwhile.
 * @param labels Those that every series has besides its own.
 */
export async function expose(
  metrics: readonly MetricSnapshot[],
  labels: readonly Label[],
  options: ExposeOptions,
): Promise<Exposition> {
  const asked = options.accept === undefined ? 'text' : negotiateFormat(options.accept);
  const format = options.openMetrics === undefined ? asked : options.openMetrics ? 'openMetrics' : 'text';
  const syntax = SYNTAXES[format];
  const turns = new Turns();
  // Taking the snapshot was a slice of its own.
  await turns.next();
  const chunks: string[] = [];
  for (const metric of metrics) {
    if (metric.slots.length === 0) continue;
    chunks.push(syntax.head(metric.family));
    let last: readonly Label[] | undefined;
    let labelsText = '';
    for (const row of rowsOf({ metrics: [metric], timestampMs: 0 })) {
      if (row.labels !== last) {
        last = row.labels;
        labelsText = syntax.labels([...labels, ...row.labels]);
      }
      chunks.push(syntax.line(row, labelsText));
      if (turns.isOver) await turns.next();
    }
  }
  chunks.push(syntax.end);
  return { contentType: CONTENT_TYPES[format], body: chunks.join('') };
}
