import type { Labels } from '@tinyobs/model';
import type { MatrixValue, QueryResult, QueryStats, QueryValue, VectorValue } from '@tinyobs/promql';
import { formatSeconds, formatValue } from './jsonNumbers.js';

/** Characters gathered before a piece is handed on: about two milliseconds of work, few writes to the socket. */
const PIECE_LENGTH = 256 * 1024;

/** Statistics of a query for the answer. */
export interface AnswerStats {
  readonly query: QueryStats;
  readonly waitedMs: number;
  /** The samples of every step, too. */
  readonly perStep: boolean;
}

/** The answer of a query in Prometheus' envelope, in pieces of about 256K characters. */
export function* resultJson(result: QueryResult, stats?: AnswerStats): Generator<string> {
  const { value, warnings, infos } = result;
  const end =
    `${stats ? `,"stats":${statsJson(stats)}` : ''}}` +
    `${annotations('warnings', warnings)}${annotations('infos', infos)}}`;
  yield* gather(valueJson(value), `{"status":"success","data":{"resultType":"${value.type}","result":`, end);
}

function valueJson(value: QueryValue): Iterable<string> {
  switch (value.type) {
    case 'scalar':
      // Prometheus writes these two times as plain numbers, the others with no decimals or three.
      return [`[${value.timeMs / 1000},"${formatValue(value.value)}"]`];
    case 'string':
      return [`[${value.timeMs / 1000},${JSON.stringify(value.value)}]`];
    case 'vector':
      return vectorJson(value);
    case 'matrix':
      return matrixJson(value);
  }
}

function* vectorJson({ timeMs, labels, values }: VectorValue): Generator<string> {
  const time = formatSeconds(timeMs);
  yield '[';
  for (let i = 0; i < labels.length; i++) {
    const value = formatValue(values[i]);
    yield `${i === 0 ? '' : ','}{"metric":${labelsJson(labels[i])},"value":[${time},"${value}"]}`;
  }
  yield ']';
}

function* matrixJson({ labels, starts, times, values }: MatrixValue): Generator<string> {
  const texts = new TimeTexts();
  let text = '[';
  for (let i = 0; i < labels.length; i++) {
    text += `${i === 0 ? '' : ','}{"metric":${labelsJson(labels[i])},"values":[`;
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const place = at - starts[i];
      text += `${place === 0 ? '[' : ',['}${texts.at(place, times[at])},"${formatValue(values[at])}"]`;
      if (text.length < PIECE_LENGTH) continue;
      yield text;
      text = '';
    }
    text += ']}';
  }
  yield `${text}]`;
}

/** Most series of an answer have the same times at the same places: each is written out once. */
class TimeTexts {
  readonly #timesMs: number[] = [];
  readonly #texts: string[] = [];

  at(place: number, timeMs: number): string {
    if (this.#timesMs[place] !== timeMs) {
      this.#timesMs[place] = timeMs;
      this.#texts[place] = formatSeconds(timeMs);
    }
    return this.#texts[place];
  }
}

export function labelsJson(labels: Labels): string {
  let json = '{';
  for (let i = 0; i < labels.flat.length; i += 2) {
    json += `${i === 0 ? '' : ','}${JSON.stringify(labels.flat[i])}:${JSON.stringify(labels.flat[i + 1])}`;
  }
  return `${json}}`;
}

/** Times in seconds. */
function statsJson({ query, waitedMs, perStep }: AnswerStats): string {
  const steps = Array.from(
    query.samplesPerStep,
    (samples, step) => `[${formatSeconds(query.stepTimes[step])},${samples}]`,
  );
  const timings = {
    evalTotalTime: query.totalMs / 1000,
    resultSortTime: query.sortMs / 1000,
    queryPreparationTime: query.preparationMs / 1000,
    innerEvalTime: query.evaluationMs / 1000,
    execQueueTime: waitedMs / 1000,
    execTotalTime: (waitedMs + query.totalMs) / 1000,
  };
  const samples =
    (perStep ? `"totalQueryableSamplesPerStep":[${steps.join(',')}],` : '') +
    `"totalQueryableSamples":${query.samples},"peakSamples":${Math.ceil(query.peakSamples)}`;
  return `{"timings":${JSON.stringify(timings)},"samples":{${samples}}}`;
}

function annotations(name: string, texts: readonly string[]): string {
  return texts.length === 0 ? '' : `,"${name}":${JSON.stringify(texts)}`;
}

function* gather(parts: Iterable<string>, start: string, end: string): Generator<string> {
  let piece = start;
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece + end;
}
