import type {
  MatrixValue,
  QueryResult,
  QueryStats,
  ScalarValue,
  StringValue,
  VectorValue,
} from '@tinyobs/promql';
import { JsonBytes } from './jsonBytes.js';

/** Statistics of a query for the answer. */
export interface AnswerStats {
  readonly query: QueryStats;
  readonly waitedMs: number;
  /** The samples of every step, and what the parts of the expression cost, too. */
  readonly isWhole: boolean;
}

/** The answer of a query in Prometheus' envelope, in pieces of about 64 KiB. */
export function* resultJson(result: QueryResult, stats?: AnswerStats): Generator<Uint8Array> {
  const { value, warnings, infos } = result;
  const out = new JsonBytes();
  out.json(`{"status":"success","data":{"resultType":"${value.type}","result":`);
  if (value.type === 'vector') yield* writeVector(value, out);
  else if (value.type === 'matrix') yield* writeMatrix(value, out);
  else writeSingle(value, out);
  if (stats) writeStats(stats, out);
  out.json('}');
  writeAnnotations('warnings', warnings, out);
  writeAnnotations('infos', infos, out);
  out.json('}');
  yield out.take();
}

function* writeVector({ timeMs, labels, values }: VectorValue, out: JsonBytes): Generator<Uint8Array> {
  out.json('[');
  for (let i = 0; i < labels.length; i++) {
    out.json(i === 0 ? '{"metric":' : ',{"metric":');
    out.labels(labels[i]);
    out.json(',"value":');
    out.point(timeMs, values[i], true);
    out.json('}');
    if (out.isFull) yield out.take();
  }
  out.json(']');
}

function* writeMatrix({ labels, starts, times, values }: MatrixValue, out: JsonBytes): Generator<Uint8Array> {
  out.json('[');
  for (let i = 0; i < labels.length; i++) {
    out.json(i === 0 ? '{"metric":' : ',{"metric":');
    out.labels(labels[i]);
    out.json(',"values":[');
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      out.point(times[at], values[at], at === starts[i]);
      if (out.isFull) yield out.take();
    }
    out.json(']}');
  }
  out.json(']');
}

/** Prometheus writes these two times as plain numbers, the others with no decimals or three. */
function writeSingle(value: ScalarValue | StringValue, out: JsonBytes): void {
  out.json(`[${value.timeMs / 1000},`);
  if (value.type === 'string') out.string(value.value);
  else out.value(value.value);
  out.json(']');
}

/** Times in seconds. */
function writeStats({ query, waitedMs, isWhole }: AnswerStats, out: JsonBytes): void {
  const timings = {
    evalTotalTime: query.totalMs / 1000,
    resultSortTime: query.sortMs / 1000,
    queryPreparationTime: query.preparationMs / 1000,
    innerEvalTime: query.evaluationMs / 1000,
    execQueueTime: waitedMs / 1000,
    execTotalTime: (waitedMs + query.totalMs) / 1000,
  };
  out.json(`,"stats":{"timings":${JSON.stringify(timings)},"samples":{`);
  if (isWhole) {
    out.json('"totalQueryableSamplesPerStep":[');
    for (const [step, samples] of query.samplesPerStep.entries()) {
      out.json(step === 0 ? '[' : ',[');
      out.seconds(query.stepTimes[step]);
      out.json(`,${samples}]`);
    }
    out.json('],');
  }
  const peak = Math.ceil(query.peakSamples);
  out.json(`"totalQueryableSamples":${query.samples},"peakSamples":${peak}}`);
  if (isWhole) out.json(`,"tree":${JSON.stringify(query.tree)}`);
  out.json('}');
}

function writeAnnotations(name: string, texts: readonly string[], out: JsonBytes): void {
  if (texts.length > 0) out.json(`,"${name}":${JSON.stringify(texts)}`);
}
