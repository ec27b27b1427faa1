import { Labels, TinyObsError } from '@tinyobs/model';
import type { JobLimits } from '../config/scrapeJob.js';
import type { MutableLabels, Relabeling } from '../relabel/relabeling.js';
import { addTargetLabels } from '../target/mutateLabels.js';

export interface SampleLabelsOptions {
  readonly target: Labels;
  readonly honorLabels: boolean;
  readonly relabeling: Relabeling;
  readonly limits: JobLimits;
}

/**
 * The labels that a series is stored under, given those that its target has it under; undefined where relabelling
 * drops it.
 *
 * @throws TinyObsError `scrape_limit` past a limit of labels, `scrape_malformed` without a metric name
 */
export function sampleLabels(
  exposed: Labels,
  { target, honorLabels, relabeling, limits }: SampleLabelsOptions,
): Labels | undefined {
  const labels: MutableLabels = new Map(exposed);
  addTargetLabels(labels, target, honorLabels);
  if (!relabeling.apply(labels)) return undefined;
  const final = Labels.from(labels);
  if (final.size === 0) return undefined;
  if (final.metricName === '') {
    throw new TinyObsError('scrape_malformed', 'a series has no metric name after metric_relabel_configs');
  }
  checkLimits(final, limits);
  return final;
}

function checkLimits(labels: Labels, limits: JobLimits): void {
  const metric = labels.metricName;
  if (limits.labels > 0 && labels.size > limits.labels) {
    throw exceeded('label_limit', `${metric} has ${labels.size} labels, more than ${limits.labels}`);
  }
  if (limits.labelNameBytes === 0 && limits.labelValueBytes === 0) return;
  for (const [name, value] of labels) {
    if (limits.labelNameBytes > 0 && Buffer.byteLength(name) > limits.labelNameBytes) {
      throw exceeded(
        'label_name_length_limit',
        `${metric} has a label name of more than ${limits.labelNameBytes} bytes`,
      );
    }
    if (limits.labelValueBytes > 0 && Buffer.byteLength(value) > limits.labelValueBytes) {
      throw exceeded(
        'label_value_length_limit',
        `the label ${name} of ${metric} has more than ${limits.labelValueBytes} bytes`,
      );
    }
  }
}

function exceeded(limit: string, what: string): TinyObsError {
  return new TinyObsError('scrape_limit', `${limit} exceeded: ${what}`);
}
