import { Labels } from '@tinyobs/model';
import type { MatrixValue, QueryResult, QueryValue, VectorValue } from '../result.js';
import type { EvalCommand, MessageExpectation } from './parseScript.js';
import type { SequenceValue } from './seriesNotation.js';

/** Relative difference at which values still count as equal. */
const EPSILON = 1e-6;
const SMALLEST_NORMAL = 2 ** -1022;

/** Each comparison says what differs, or undefined when nothing does. */
type Difference = string | undefined;

export function compareMessages(command: EvalCommand, { warnings, infos }: QueryResult): Difference {
  if (command.noWarn && warnings.length > 0) return `unexpected warning: ${warnings[0]}`;
  if (command.noInfo && infos.length > 0) return `unexpected info: ${infos[0]}`;
  return compareKind('warning', command.warn, warnings) ?? compareKind('info', command.info, infos);
}

export function compareInstant(command: EvalCommand, value: QueryValue): Difference {
  if (command.text !== undefined) {
    if (value.type !== 'string') return `a ${value.type} instead of a string`;
    return value.value === command.text ? undefined : `the string ${JSON.stringify(value.value)}`;
  }
  if (command.scalar !== undefined) {
    if (value.type !== 'scalar') return `a ${value.type} instead of a scalar`;
    return almostEqual(value.value, command.scalar) ? undefined : `the value ${value.value}`;
  }
  if (command.rangeVector) return compareMatrix(command, value);
  if (value.type !== 'vector') return `a ${value.type} instead of a vector`;
  return compareVector(command, value);
}

export function compareMatrix(command: EvalCommand, value: QueryValue): Difference {
  if (value.type !== 'matrix') return `a ${value.type} instead of a matrix`;
  const { startMs, stepMs } = command.rangeVector ?? command;
  const scalar = command.scalar === undefined ? [] : [{ labels: Labels.EMPTY, values: [command.scalar] }];
  const expected = new Map<string, { labels: Labels; values: readonly SequenceValue[] }>();
  for (const series of [...command.series, ...scalar]) expected.set(series.labels.key, series);
  for (const [i, labels] of value.labels.entries()) {
    const wanted = expected.get(labels.key);
    if (!wanted) return `unexpected series ${labels}: ${pointsOf(value, i)}`;
    expected.delete(labels.key);
    const points = wanted.values.flatMap((point, step) =>
      typeof point === 'number' ? [{ timeMs: startMs + step * stepMs, value: point }] : [],
    );
    const same =
      points.length === value.starts[i + 1] - value.starts[i] &&
      points.every((point, j) => {
        const place = value.starts[i] + j;
        return value.times[place] === point.timeMs && almostEqual(value.values[place], point.value);
      });
    if (!same) return `${labels} has ${pointsOf(value, i)}`;
  }
  for (const { labels, values } of expected.values()) {
    if (values.some((point) => typeof point === 'number')) return `missing series ${labels}`;
  }
  return undefined;
}

/** Compares what an instant query was to give with one step of a range query. */
export function compareMiddleStep(command: EvalCommand, value: QueryValue, timeMs: number): Difference {
  if (value.type !== 'matrix') return `a ${value.type} instead of a matrix`;
  const labels: Labels[] = [];
  const values: number[] = [];
  for (const [i, one] of value.labels.entries()) {
    const times = value.times.subarray(value.starts[i], value.starts[i + 1]);
    const place = times.indexOf(timeMs);
    if (place < 0) continue;
    labels.push(one);
    values.push(value.values[value.starts[i] + place]);
  }
  const difference =
    command.scalar === undefined
      ? compareVector(command, { type: 'vector', timeMs, labels, values: Float64Array.from(values) })
      : almostEqual(values[0], command.scalar)
        ? undefined
        : `the value ${values[0]}`;
  return difference && `as a range query: ${difference}`;
}

function compareVector(command: EvalCommand, value: VectorValue): Difference {
  const expected = new Map(command.series.map((series, place) => [series.labels.key, { series, place }]));
  for (const [i, labels] of value.labels.entries()) {
    const wanted = expected.get(labels.key);
    if (!wanted) return `unexpected series ${labels}: ${value.values[i]}`;
    expected.delete(labels.key);
    if (command.ordered && wanted.place !== i) return `${labels} stands at place ${i + 1}`;
    const [point] = wanted.series.values;
    if (typeof point !== 'number' || !almostEqual(value.values[i], point))
      return `${labels} is ${value.values[i]}`;
  }
  for (const { series } of expected.values()) return `missing series ${series.labels}`;
  return undefined;
}

function compareKind(
  kind: string,
  expectations: readonly MessageExpectation[],
  messages: readonly string[],
): Difference {
  if (expectations.length === 0) return undefined;
  if (messages.length === 0) return `no ${kind}`;
  const unmet = expectations.find(
    (expectation) => !messages.some((message) => matches(expectation, message)),
  );
  if (unmet) return `other ${kind}s: ${messages.join('; ')}`;
  const unexpected = messages.find(
    (message) => !expectations.some((expectation) => matches(expectation, message)),
  );
  return unexpected && `unexpected ${kind}: ${unexpected}`;
}

function matches({ text, pattern }: MessageExpectation, message: string): boolean {
  if (text !== undefined) return message === text;
  return pattern ? pattern.test(message) : true;
}

function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < EPSILON * SMALLEST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON;
}

function pointsOf(value: MatrixValue, series: number): string {
  const points: string[] = [];
  for (let place = value.starts[series]; place < value.starts[series + 1]; place++) {
    points.push(`${value.values[place]} @ ${value.times[place]}`);
  }
  return points.join(', ');
}
