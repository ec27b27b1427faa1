import type { Census } from '../api/operateTypes.js';

/** A way to have fewer series of a metric, and the lines that do it. */
export interface Advice {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly text: string;
}

/** A label of fewer values than this is hardly what makes a metric large. */
const VALUES_MANY = 20;
/** Names by which series are told apart: without them, series of several targets would become one. */
const NEEDED: readonly string[] = ['__name__', 'instance', 'job', 'le', 'quantile'];

/** What to write into the configuration, by what there is most of: the label with the most values first. */
export function adviceFor(metric: string, { labels, series }: Census): readonly Advice[] {
  const label = labels.byValues.find(
    ({ label: name, values }) => values >= VALUES_MANY && !NEEDED.includes(name),
  );
  const isMetric = yamlText(escapeRegex(metric));
  return [
    ...(label === undefined ? [] : [dropLabel(label.label, label.values)]),
    {
      id: 'drop',
      title: 'Do not take the metric',
      about: 'In its scrape job. What is pushed is best not sent: leave it out where it is made.',
      text: `metric_relabel_configs:
  - source_labels: [__name__]
    regex: ${isMetric}
    action: drop`,
    },
    {
      id: 'limit',
      title: 'Let it grow no further',
      about:
        'In tinyobs.yaml, for every metric. Series that are there go on; new ones are refused, and it is said.',
      text: `limits:
  seriesPerMetric: ${Math.max(1, series.active.count)}
  overflowSeries: true`,
    },
  ];
}

function dropLabel(label: string, values: number): Advice {
  return {
    id: 'label',
    title: `Leave out the label ${label}`,
    about: `It has ${values} values. In the scrape job; series that differ by it alone become one, so sum them where they are made if that matters.`,
    text: `metric_relabel_configs:
  - regex: ${yamlText(escapeRegex(label))}
    action: labeldrop`,
  };
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** In quotes, as YAML has texts that may hold anything. */
function yamlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
