import { type Comparison, differenceOf, seriesOf } from '../answers.js';
import type { QueryAnswer } from '../testServer.js';
import { DATA_START_S } from './promqlDifferentialData.js';
import type { GeneratedQuery } from './promqlDifferentialQueries.js';

/** Relative: sums are taken in different orders. */
export const TOLERANCE: Comparison = { tolerance: 1e-9 };

/** A change of the language since Prometheus 2.42, which answers some queries differently for a reason. */
export interface Rule {
  readonly name: string;
  readonly reason: string;
  readonly applies: (query: GeneratedQuery) => boolean;
  /** What is left to compare when the reason is taken into account; undefined when it explains all. */
  readonly differenceLeft: (answers: Answers, query: GeneratedQuery) => string | undefined;
  /** Answered differently, whatever the data; if it is not, there is no need for the rule. */
  readonly example: GeneratedQuery;
}

export interface Answers {
  readonly ours: QueryAnswer;
  readonly theirs: QueryAnswer;
}

export const RULES: readonly Rule[] = [
  {
    name: 'zero point behind the threshold',
    reason:
      'A counter that begins inside the window, near zero: 2.42 extrapolates back to its zero point even where ' +
      'that is further away than half a sample interval, the most that is assumed when the series does not ' +
      'reach the start of the window (https://github.com/prometheus/prometheus/pull/13725).',
    applies: ({ text }) => /^(rate|increase)\(fresh_total\[\w+\]\)$/.test(text),
    differenceLeft: ({ ours, theirs }) => differenceOf(ours, theirs, { tolerance: 0.5 }),
    example: during('increase(fresh_total[20m])'),
  },
  {
    name: 'atan2 drops the metric name',
    reason: 'Since 2.47, as every arithmetic operator (https://github.com/prometheus/prometheus/pull/12595).',
    applies: ({ text }) => text.includes(' atan2 '),
    differenceLeft: ({ ours, theirs }) => differenceOf(withoutNames(ours), withoutNames(theirs), TOLERANCE),
    example: at('queue_length atan2 2'),
  },
  {
    name: 'deviation of a lone value that is not finite',
    reason: 'NaN since 3.0, 0 before (https://github.com/prometheus/prometheus/pull/14941).',
    applies: ({ text }) => /^std(dev|var) by \(job\) \(wild\)$/.test(text),
    differenceLeft: ({ ours, theirs }) => differenceOf(ours, withNanOf(ours, theirs), TOLERANCE),
    example: during('stddev by (job) (wild)'),
  },
  {
    name: 'comparisons that drop one of several matches',
    reason:
      'Since 3.9 it is an error that many match one, also when the comparison keeps at most one of them ' +
      '(https://github.com/prometheus/prometheus/pull/17668).',
    applies: ({ text }) => / ([=!]=|[<>]=?) (?!bool)/.test(text),
    differenceLeft: ({ ours, theirs }) =>
      theirs.status === 'success' && ours.error?.includes('many-to-one matching must be explicit')
        ? undefined
        : differenceBetween({ ours, theirs }),
    example: at('requests_total < on (job, instance) queue_length'),
  },
  {
    name: 'predict_linear from a fixed window',
    reason:
      'With @, 2.42 moves the window on from step to step all the same, and predicts from ever fewer samples; ' +
      'its first step is right.',
    applies: ({ text, stepS }) => stepS !== undefined && /predict_linear\([^@]* @ /.test(text),
    differenceLeft: ({ ours, theirs }, { startS }) =>
      differenceOf(onlyAt(startS, ours), onlyAt(startS, theirs), TOLERANCE),
    example: during(`predict_linear(queue_length[5m] @ ${DATA_START_S + 1207}, 60)`),
  },
];

/** The first difference that no tolerance covers, errors included. */
export function differenceBetween({ ours, theirs }: Answers): string | undefined {
  const [a, b] = [ours, theirs].map(({ status, errorType = '' }) => `${status} ${errorType}`);
  if (a !== b) return `${a} here (${ours.error}), ${b} there (${theirs.error})`;
  return ours.status === 'error' ? undefined : differenceOf(ours, theirs, TOLERANCE);
}

function at(text: string): GeneratedQuery {
  return { text, startS: DATA_START_S + 1207, endS: DATA_START_S + 1207, stepS: undefined };
}

function during(text: string): GeneratedQuery {
  return { text, startS: DATA_START_S + 607, endS: DATA_START_S + 3507, stepS: 10 };
}

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

function mapSeries(answer: QueryAnswer, change: (series: ApiSeries) => ApiSeries): QueryAnswer {
  if (answer.data?.resultType !== 'vector' && answer.data?.resultType !== 'matrix') return answer;
  const result = (answer.data.result as ApiSeries[]).map(change);
  return { ...answer, data: { ...answer.data, result } };
}

function withoutNames(answer: QueryAnswer): QueryAnswer {
  return mapSeries(answer, ({ metric: { __name__, ...metric }, ...points }) => ({ metric, ...points }));
}

/** Takes NaN over where the other answer has it for a value of 0. */
function withNanOf(other: QueryAnswer, answer: QueryAnswer): QueryAnswer {
  const nans = new Set<string>();
  for (const { labels, points } of seriesOf(other)) {
    for (const [time, value] of points) if (value === 'NaN') nans.add(`${labels} ${time}`);
  }
  return mapSeries(answer, (series) => {
    const [{ labels }] = seriesOf({ ...answer, data: { resultType: 'matrix', result: [series] } });
    const change = ([time, value]: [number, string]): [number, string] =>
      value === '0' && nans.has(`${labels} ${time}`) ? [time, 'NaN'] : [time, value];
    const { metric, value, values } = series;
    return value ? { metric, value: change(value) } : { metric, values: values?.map(change) };
  });
}

function onlyAt(timeS: number, answer: QueryAnswer): QueryAnswer {
  const cut = mapSeries(answer, ({ metric, values = [] }) => ({
    metric,
    values: values.filter(([time]) => time === timeS),
  }));
  const result = (cut.data.result as ApiSeries[]).filter(({ values = [] }) => values.length > 0);
  return { ...cut, data: { ...cut.data, result } };
}
