import type { Labels } from '@tinyobs/model';
import type { MatrixValue, QueryResult, QueryValue, VectorValue } from '@tinyobs/promql';
import { formatSeconds, formatValue } from './jsonNumbers.js';

/** Characters gathered before a piece is handed on. */
const PIECE_LENGTH = 64 * 1024;

/** The answer of a query in Prometheus' envelope, in pieces of about 64K characters. */
export function* resultJson({ value, warnings, infos }: QueryResult): Generator<string> {
  yield `{"status":"success","data":{"resultType":"${value.type}","result":`;
  yield* gather(valueJson(value));
  yield `}${annotations('warnings', warnings)}${annotations('infos', infos)}}`;
}

function valueJson(value: QueryValue): Iterable<string> {
  switch (value.type) {
    case 'scalar':
      return [point(value.timeMs, value.value)];
    case 'string':
      return [`[${formatSeconds(value.timeMs)},${JSON.stringify(value.value)}]`];
    case 'vector':
      return vectorJson(value);
    case 'matrix':
      return matrixJson(value);
  }
}

function* vectorJson({ timeMs, labels, values }: VectorValue): Generator<string> {
  yield '[';
  for (let i = 0; i < labels.length; i++) {
    yield `${i === 0 ? '' : ','}{"metric":${labelsJson(labels[i])},"value":${point(timeMs, values[i])}}`;
  }
  yield ']';
}

function* matrixJson({ labels, starts, times, values }: MatrixValue): Generator<string> {
  yield '[';
  for (let i = 0; i < labels.length; i++) {
    yield `${i === 0 ? '' : ','}{"metric":${labelsJson(labels[i])},"values":[`;
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      yield at === starts[i] ? point(times[at], values[at]) : `,${point(times[at], values[at])}`;
    }
    yield ']}';
  }
  yield ']';
}

function point(timeMs: number, value: number): string {
  return `[${formatSeconds(timeMs)},"${formatValue(value)}"]`;
}

export function labelsJson(labels: Labels): string {
  let json = '{';
  for (let i = 0; i < labels.flat.length; i += 2) {
    json += `${i === 0 ? '' : ','}${JSON.stringify(labels.flat[i])}:${JSON.stringify(labels.flat[i + 1])}`;
  }
  return `${json}}`;
}

function annotations(name: string, texts: readonly string[]): string {
  return texts.length === 0 ? '' : `,"${name}":${JSON.stringify(texts)}`;
}

function* gather(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
