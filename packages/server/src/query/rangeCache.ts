import { assert, type ChangeMark, type ChangeTracker, type Queryable } from '@tinyobs/model';
import type { Engine, ParsedQuery, QueryOptions, QueryRange, QueryResult } from '@tinyobs/promql';
import { LRUCache } from 'lru-cache';
import { type JoinOptions, joinMatrices, type MatrixPart } from './joinMatrices.js';
import { type AskedSteps, planSteps, type StepPlan, unchangedSteps } from './planSteps.js';
import { notesWithin, type SpanNotes, textsOf } from './spanNotes.js';
import { lengthOf, type StepSpan } from './stepSpan.js';

export interface RangeCacheOptions {
  readonly engine: Engine;
  readonly source: Queryable & ChangeTracker;
  readonly sizeBytesMax: number;
  /** How long a result is kept that is not extended, ms. */
  readonly ttlMs: number;
}

export interface RangeQueryOptions extends QueryOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** `bypass`: there is nothing to keep, or all is to be evaluated. */
export type CacheOutcome = 'hit' | 'partial' | 'miss' | 'bypass';

/** One result may take this part of the cache, so that a single query cannot empty it. */
const RESULT_SHARE_MAX = 1 / 8;
const POINT_BYTES = 16;
/** What a series, a label of it and the rest of a result take beside points and text. */
const SERIES_BYTES = 64;
const LABEL_BYTES = 64;
const RESULT_BYTES = 1024;

/**
 * Range queries whose results are kept, step by step, and answered from as long as nothing that a step reads has
 * changed: never stale, and the same bits as if all had been evaluated. What is asked for beyond the kept steps is
 * evaluated and joined to them.
 *
 * A result is found by the text of its query (its annotations name places in it), its step, its phase (start modulo
 * step), its lookback and which rollups may answer: starts and ends stay as they are asked for. Answers that are made
 * of rollups are not kept.
 */
export class RangeCache {
  readonly outcomes: Record<CacheOutcome, number> = { hit: 0, partial: 0, miss: 0, bypass: 0 };
  /** Results that had to make room. */
  evictions = 0;
  readonly #options: RangeCacheOptions;
  readonly #resultBytesMax: number;
  readonly #results: LRUCache<string, KeptSteps>;

  constructor(options: RangeCacheOptions) {
    this.#options = options;
    this.#resultBytesMax = Math.ceil(options.sizeBytesMax * RESULT_SHARE_MAX);
    this.#results = new LRUCache({
      maxSize: options.sizeBytesMax,
      ttl: options.ttlMs,
      dispose: (_kept, _key, reason) => {
        if (reason === 'evict') this.evictions++;
      },
    });
  }

  /** How long results are kept from now on; those there are go, since they were to be kept for another time. */
  reconfigure({ ttlMs }: Pick<RangeCacheOptions, 'ttlMs'>): void {
    if (ttlMs === this.#results.ttl) return;
    this.#results.clear();
    this.#results.ttl = ttlMs;
  }

  get sizeBytes(): number {
    return this.#results.calculatedSize;
  }

  get sizeBytesMax(): number {
    return this.#options.sizeBytesMax;
  }

  get count(): number {
    return this.#results.size;
  }

  /**
   * As `Engine.range`; `samples` of the result are those that were read now. Of annotations there may be some that
   * only steps gave which were evaluated together with those asked for.
   */
  async range(query: ParsedQuery, range: QueryRange, options: RangeQueryOptions): Promise<QueryResult> {
    const { engine, source } = this.#options;
    engine.checkRange(range);
    const asked = options.limit || options.stats ? undefined : askedSteps(range);
    const reads = asked && engine.stepReads(query, range, options);
    if (!asked || !reads || reads.length === 0) {
      this.outcomes.bypass++;
      return engine.range(source, query, range, options);
    }
    const key = keyOf(query, asked, options);
    const mark = source.mark();
    const held = this.#results.get(key);
    const unchanged = held && unchangedSteps(held, asked, { reads, tracker: source });
    const plan = planSteps(unchanged, asked);
    this.outcomes[outcomeOf(plan)]++;
    const work = new Evaluation(this.#options, query, { ...options, stepMs: asked.stepMs });
    const parts: StepPart[] = [];
    if (plan.older) parts.push(await work.evaluate(plan.older));
    if (held && plan.kept) parts.push({ ...held, ...plan.kept });
    if (plan.newer) parts.push(await work.evaluate(plan.newer));
    const answer = plan.kept ? await joined(parts, asked, options) : parts[0];
    if ((plan.older || plan.newer) && !work.fromRollups) {
      const widestMs = Math.max(lengthOf(asked), held && plan.kept ? held.widestMs : 0);
      const isWidened = unchanged && plan.kept && !plan.older;
      const fromMs = isWidened ? Math.max(unchanged.fromMs, asked.toMs - widestMs) : asked.fromMs;
      const steps = fromMs < asked.fromMs ? await widened(parts, { ...asked, fromMs }, options) : answer;
      this.#keep(key, { ...steps, mark, widestMs });
    }
    const { samplesRead: samples, fromRollups } = work;
    return { value: answer.matrix, ...textsOf(answer.notes), samples, fromRollups, stats: undefined };
  }

  #keep(key: string, steps: KeptSteps): void {
    const sizeBytes = sizeOf(steps, this.#resultBytesMax);
    if (sizeBytes > this.#resultBytesMax) this.#results.delete(key);
    else this.#results.set(key, steps, { size: sizeBytes });
  }
}

/** The points of some steps, and what was said of them. */
interface StepPart extends MatrixPart {
  readonly notes: readonly SpanNotes[];
}

interface KeptSteps extends StepPart {
  /** When the samples were as they are in the result. */
  readonly mark: ChangeMark;
  /** The longest of the spans that were asked for, ms. */
  readonly widestMs: number;
}

/** Undefined for a range of one step, or of times between two milliseconds. */
function askedSteps({ startMs, endMs, stepMs }: QueryRange): AskedSteps | undefined {
  const steps = Math.floor((endMs - startMs) / stepMs);
  if (steps === 0 || ![startMs, endMs, stepMs].every(Number.isSafeInteger)) return undefined;
  return { fromMs: startMs, toMs: startMs + steps * stepMs, stepMs };
}

function keyOf(
  { text }: ParsedQuery,
  { fromMs, stepMs }: AskedSteps,
  { lookbackMs, rollups }: QueryOptions,
): string {
  const phaseMs = ((fromMs % stepMs) + stepMs) % stepMs;
  return [stepMs, phaseMs, lookbackMs, rollups?.maxMs, rollups?.preferredMs, text].join(' ');
}

function outcomeOf({ older, kept, newer }: StepPlan): CacheOutcome {
  if (!kept) return 'miss';
  return older || newer ? 'partial' : 'hit';
}

/** Evaluates parts of a query, all of them in the time that the whole may take. */
class Evaluation {
  samplesRead = 0;
  /** Which steps are made of rollups, and of which, depends on more than what a step reads. */
  fromRollups = false;
  readonly #options: RangeCacheOptions;
  readonly #query: ParsedQuery;
  readonly #how: RangeQueryOptions & { readonly stepMs: number };
  readonly #startedMs = performance.now();

  constructor(
    options: RangeCacheOptions,
    query: ParsedQuery,
    how: RangeQueryOptions & { readonly stepMs: number },
  ) {
    this.#options = options;
    this.#query = query;
    this.#how = how;
  }

  async evaluate(span: StepSpan): Promise<StepPart> {
    const { engine, source } = this.#options;
    const { signal, lookbackMs, rollups, memory, progress, stepMs } = this.#how;
    const { fromMs: startMs, toMs: endMs } = span;
    const timeoutMs = Math.max(1, this.#how.timeoutMs - (performance.now() - this.#startedMs));
    const options = { signal, lookbackMs, rollups, memory, progress, timeoutMs };
    const result = await engine.range(source, this.#query, { startMs, endMs, stepMs }, options);
    const { value: matrix, warnings, infos, samples } = result;
    assert(matrix.type === 'matrix', 'a range query gives a matrix');
    this.samplesRead += samples;
    this.fromRollups ||= result.fromRollups;
    return { ...span, matrix, notes: [{ ...span, warnings, infos }] };
  }
}

/** The steps of a span, of parts that follow one another. */
async function joined(parts: readonly StepPart[], span: StepSpan, options: JoinOptions): Promise<StepPart> {
  const { fromMs, toMs } = span;
  const notes = parts.flatMap((part) => part.notes);
  return { fromMs, toMs, matrix: await joinMatrices(parts, options), notes: notesWithin(notes, span) };
}

/** The same with more of the first part than was asked for. */
function widened(
  [first, ...rest]: readonly StepPart[],
  span: StepSpan,
  options: JoinOptions,
): Promise<StepPart> {
  return joined([{ ...first, fromMs: span.fromMs }, ...rest], span, options);
}

/** Memory that a result takes, about; once it is above `sizeBytesMax` it does not matter how much. */
function sizeOf({ matrix }: KeptSteps, sizeBytesMax: number): number {
  const { labels, values } = matrix;
  let sizeBytes = RESULT_BYTES + POINT_BYTES * values.length + SERIES_BYTES * labels.length;
  for (const { flat } of labels) {
    if (sizeBytes > sizeBytesMax) break;
    sizeBytes += (flat.length / 2) * LABEL_BYTES;
    for (const text of flat) sizeBytes += text.length;
  }
  return sizeBytes;
}
