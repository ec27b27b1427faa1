import { findFamily, type MetadataLookup } from '@tinyobs/formats';
import {
  isStaleAt,
  type Labels,
  Matcher,
  METRIC_NAME,
  type RollupChoice,
  type TimeRange,
  wordsOf,
} from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { JsonBytes } from '../http/jsonBytes.js';
import { invalid, type Parameters } from '../http/parameters.js';
import { type ReadLimits, readWork } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Samples alone: what only rollups have is not among them. */
export const SAMPLES_ONLY: RollupChoice = { maxMs: 0, preferredMs: 0 };

const HINTS = { stepMs: 0, rangeMs: 0, func: '', limit: 0, rollups: SAMPLES_ONLY };

/** Types that the Go TinyObs reads back; others are written as gauges. */
const GO_TYPES: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram']);

const NAME_ONLY: ReadonlySet<string> = new Set([METRIC_NAME]);

export interface ExportContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly now: () => number;
}

/** `/v1/query`: the samples of a metric, or of all, as rows. */
export async function querySamples(
  request: Request,
  response: Response,
  context: ExportContext,
): Promise<void> {
  const parameters = await readParameters(request, context.bodies);
  const range = timesOf(parameters, { nowMs: context.now(), windowMs: HOUR_MS });
  await sendSamples(
    response,
    { metric: parameters.text('metric'), range },
    context,
    (count) => `,"count":${count}}`,
  );
}

/** `/v1/export`: the same as a file. What it says of itself follows the rows, since it says how many there are. */
export async function exportSamples(
  request: Request,
  response: Response,
  context: ExportContext,
): Promise<void> {
  const parameters = await readParameters(request, context.bodies);
  const nowMs = context.now();
  const range = timesOf(parameters, { nowMs, windowMs: DAY_MS });
  const format = parameters.text('format') || 'json';
  if (format !== 'json')
    throw invalid('format', 'only json is written; its times are whole, those of CSV were cut');
  const day = new Date(nowMs)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-');
  response.setHeader('Content-Disposition', `attachment; filename=tinyobs-export-${day}.json`);
  await sendSamples(response, { metric: parameters.text('metric'), range }, context, (count) => {
    const metadata = {
      exported_at: timeText(nowMs),
      start_time: timeText(range.minMs),
      end_time: timeText(range.maxMs),
      metric_count: count,
      format,
      version: '1.0',
    };
    return `,\n"metadata":${JSON.stringify(metadata)}}\n`;
  });
}

/** `start` and `end`, from so long ago to now where they are not given. */
export function timesOf(
  parameters: Parameters,
  { nowMs, windowMs }: { readonly nowMs: number; readonly windowMs: number },
): TimeRange {
  const maxMs = parameters.timeOrUtcMs('end', nowMs);
  const minMs = parameters.timeOrUtcMs('start', maxMs - windowMs);
  if (minMs <= maxMs) return { minMs, maxMs };
  throw invalid('start', 'it must not be behind the end');
}

/** What `labels` may have, without its name; nothing where it has no others. A comma follows. */
export function writeLabels(out: JsonBytes, labels: Labels): void {
  const others = labels.drop(NAME_ONLY);
  if (others.size === 0) return;
  out.json('"labels":');
  out.labels(others);
  out.json(',');
}

/** A number, or the word that TinyObs JSON has for what JSON cannot write. */
export function writeNumber(out: JsonBytes, value: number): void {
  if (Number.isFinite(value)) out.json(Object.is(value, -0) ? '-0' : String(value));
  else out.value(value);
}

interface Selection {
  /** '' for all. */
  readonly metric: string;
  readonly range: TimeRange;
}

/** Answers with rows while they are read, in one turn; `ending` is told how many there were. */
async function sendSamples(
  response: Response,
  selection: Selection,
  context: ExportContext,
  ending: (count: number) => string,
): Promise<void> {
  const read = (signal: AbortSignal) =>
    streamJson(response, rowPieces(selection, context, { ending, signal }));
  await readWork(response, context.limits, read, selection.metric);
}

async function* rowPieces(
  { metric, range }: Selection,
  { store }: ExportContext,
  { ending, signal }: { readonly ending: (count: number) => string; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const matcher = new Matcher(METRIC_NAME, metric === '' ? '!=' : '=', metric);
  const families = new Map((await store.metadata(undefined, 0)).map((family) => [family.metric, family]));
  const out = new JsonBytes();
  let count = 0;
  out.json('{"metrics":[');
  for await (const batch of store.select([matcher], range, HINTS, signal)) {
    const words = wordsOf(batch.values);
    for (let i = 0; i < batch.count; i++) {
      const series = rowParts(store.labels(batch.ids[i]), (family) => families.get(family));
      for (let j = 0; j < batch.lengths[i]; j++) {
        const at = batch.valueStarts[i] + j;
        // A row of Go has no way to say that a series ended.
        if (isStaleAt(words, at)) continue;
        out.json(count++ === 0 ? '\n' : ',\n');
        out.json(series.before);
        writeNumber(out, batch.values[at]);
        out.json(series.behind);
        out.string(timeText(batch.times[batch.timeStarts[i] + j]));
        out.json('}');
        if (out.isFull) yield out.take();
      }
    }
  }
  out.json(count === 0 ? ']' : '\n]');
  out.json(ending(count));
  yield out.take();
}

/** What the rows of a series have before and behind their values; the time follows. */
function rowParts(labels: Labels, lookup: MetadataLookup): { before: string; behind: string } {
  const name = labels.metricName;
  const type = findFamily(name, lookup)?.type ?? '';
  const others = labels.drop(NAME_ONLY);
  const labelsField = others.size === 0 ? '' : `,"labels":${JSON.stringify(others.toObject())}`;
  return {
    before: `{"name":${JSON.stringify(name)},"type":"${GO_TYPES.has(type) ? type : 'gauge'}","value":`,
    behind: `${labelsField},"timestamp":`,
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
