import { type ErrorCode, NO_ROW, type Verdicts, type WriteBatch } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { Config } from '../config/schema.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { inSpan, recordingSpan } from '../tracing/spans.js';
import { checkBatch } from './checkBatch.js';
import type { CounterStarts } from './counterStarts.js';
import type { LastHeard } from './lastHeard.js';
import { metricNameOf } from './metricName.js';
import { isOverflow, type OverflowCounts } from './overflowCounts.js';
import type { Protocol } from './protocols.js';
import type { Refusals } from './refusals.js';
import { appendOptionsOf, type Sender } from './sender.js';

export interface WriteContext {
  readonly store: Store;
  readonly limits: Config['limits'];
  readonly metrics: Metrics;
  readonly overflow: OverflowCounts;
  readonly starts: CounterStarts;
  readonly lastHeard: LastHeard;
  readonly now: () => number;
}

/** What became of a batch; refusals are ordered by row. What is of no row, such as a start, is in none of it. */
export interface WriteOutcome {
  readonly accepted: number;
  /** Exemplars kept. */
  readonly exemplars: number;
  readonly refusals: Refusals;
}

/**
 * The one way in for samples and exemplars, whatever the protocol: limits, then the store, then the counters. Those that
 * a limit refuses are taken out of the batch; the others are stored when the promise resolves.
 *
 * @throws TinyObsError `store_full`, `store_write_failed`, `store_busy`, `store_closed`: nothing was accepted.
 */
export async function writeSamples(
  batch: WriteBatch,
  sender: Sender,
  context: WriteContext,
): Promise<WriteOutcome> {
  const { store, limits, metrics, starts, lastHeard, now } = context;
  const { protocol } = sender;
  const exemplars = batch.exemplars.length;
  const refusals = checkBatch(batch, limits, now());
  const startCount = starts.choose(batch, store);
  const verdicts = await append(batch, sender, context);
  starts.note(batch);
  if (verdicts.refusedRows.length > 0) addVerdicts(refusals, batch, verdicts);
  const startsRefused = startCount === 0 ? 0 : verdicts.refusedRows.filter((row) => row === NO_ROW).length;
  const accepted = verdicts.accepted - (startCount - startsRefused);
  metrics.samplesIngested.inc({ protocol }, accepted);
  metrics.exemplarsIngested.inc({ protocol }, verdicts.exemplars);
  metrics.exemplarsRefused.inc({ protocol }, exemplars - verdicts.exemplars);
  if (accepted > 0) lastHeard.noteAccepted(protocol);
  countRefusals(tally(refusals.codes), protocol, metrics);
  if (limits.overflowSeries) noteOverflow(batch, refusals, context);
  return { accepted, exemplars: verdicts.exemplars, refusals };
}

function append(batch: WriteBatch, sender: Sender, { store, metrics }: WriteContext): Promise<Verdicts> {
  return inSpan('tinyobs.append', async () => {
    recordingSpan()?.setAttributes({
      'tinyobs.protocol': sender.protocol,
      'tinyobs.samples': batch.sampleCount,
      'tinyobs.series': batch.seriesCount,
    });
    const startedMs = performance.now();
    const verdicts = await store.append(batch, appendOptionsOf(sender));
    metrics.appendSeconds.observeLatency({}, (performance.now() - startedMs) / 1000);
    return verdicts;
  });
}

function noteOverflow(
  batch: WriteBatch,
  { codes, series }: Refusals,
  { store, overflow }: WriteContext,
): void {
  for (const [i, code] of codes.entries()) {
    if (isOverflow(code)) overflow.note(metricNameOf(batch, series[i], store));
  }
}

/** Counts refusals by code, whoever refused. */
export function countRefusals(
  byCode: ReadonlyMap<ErrorCode, number>,
  protocol: Protocol,
  { samplesRefused }: Metrics,
): void {
  for (const [code, count] of byCode) samplesRefused.inc({ protocol, code }, count);
}

function tally(codes: readonly ErrorCode[]): Map<ErrorCode, number> {
  const byCode = new Map<ErrorCode, number>();
  for (const code of codes) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  return byCode;
}

/** Adds what the store refused to what the limits did, and restores the order of rows. */
function addVerdicts(refusals: Refusals, batch: WriteBatch, verdicts: Verdicts): void {
  const codeOfRow = new Map(verdicts.refusedRows.map((row, index) => [row, verdicts.refusedCodes[index]]));
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    const code = codeOfRow.get(batch.rows[sample]);
    if (code === undefined || batch.rows[sample] === NO_ROW) continue;
    refusals.rows.push(batch.rows[sample]);
    refusals.codes.push(code);
    refusals.series.push(batch.sampleSeries[sample]);
  }
  const order = refusals.rows.map((_, index) => index).sort((a, b) => refusals.rows[a] - refusals.rows[b]);
  const { rows, codes, series } = {
    rows: [...refusals.rows],
    codes: [...refusals.codes],
    series: [...refusals.series],
  };
  order.forEach((from, to) => {
    refusals.rows[to] = rows[from];
    refusals.codes[to] = codes[from];
    refusals.series[to] = series[from];
  });
}
