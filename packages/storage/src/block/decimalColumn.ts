import type { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import {
  planSequence,
  readSequence,
  SEQUENCE_LIMIT,
  type SequencePlan,
  writeSequence,
} from './numberSequence.js';

/**
 * Values as whole numbers over one power of ten. Sums of decimals drift from the decimal that was meant by some
 * units in the last place: these are kept beside, as corrections. Values that are no such numbers (NaN, the
 * infinities, -0) are kept as overrides, each run of equal ones once. Layout: docs/format/block.md.
 */

/** Powers of ten up to this are doubles, so that dividing a whole number by one rounds like reading its text. */
const EXPONENT_MAX = 22;
const POWERS = Float64Array.from({ length: EXPONENT_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** A value this close to a decimal, relatively, is taken for it and corrected: by at most 2^9 places. */
const CLOSENESS = 2 ** -44;

/** Runs of overrides past which the values are not decimals with exceptions but something else. */
const OVERRIDE_RUNS_MAX = 64;
const OVERRIDE_RUN_BYTES = 11;

const WORD = 2 ** 32;

/** The values of the column planned last. */
const numbers = new Float64Array(ENTRY_SAMPLES_MAX);
const corrections = new Float64Array(ENTRY_SAMPLES_MAX);
const overridden = new Uint8Array(ENTRY_SAMPLES_MAX);

const decimal = new Float64Array(1);
const decimalWords = new Uint32Array(decimal.buffer);

/** Values to be written, seen as doubles and as words. */
export interface ValueView {
  readonly values: Float64Array;
  readonly words: Uint32Array;
  readonly count: number;
}

/** How a column is written, and about how many bytes that takes. Of the last `planDecimals` only. */
export interface DecimalPlan {
  readonly exponent: number;
  readonly overrideRuns: number;
  readonly numbers: SequencePlan;
  readonly corrections: SequencePlan | undefined;
  readonly sizeBytes: number;
}

/** Undefined when the values are no decimals. */
export function planDecimals(view: ValueView): DecimalPlan | undefined {
  const scaled = scale(view);
  if (scaled === undefined) return undefined;
  const { exponent, isCorrected, overrideRuns } = scaled;
  const plan = planSequence(numbers, view.count);
  const correctionPlan = isCorrected ? planSequence(corrections, view.count) : undefined;
  const sizeBytes =
    2 + overrideRuns * OVERRIDE_RUN_BYTES + plan.sizeBytes + (correctionPlan ? correctionPlan.sizeBytes : 0);
  return { exponent, overrideRuns, numbers: plan, corrections: correctionPlan, sizeBytes };
}

/** Appends the column whose values were planned last. */
export function writeDecimals(view: ValueView, plan: DecimalPlan, writer: ByteWriter): void {
  writer.u8(plan.exponent);
  writeOverrides(view, plan.overrideRuns, writer);
  writeSequence(numbers, view.count, plan.numbers, writer);
  if (plan.corrections) writeSequence(corrections, view.count, plan.corrections, writer);
}

/**
 * Reads a column of `count` values to place `at` of `values` and on.
 *
 * @throws RangeError when the bytes are no such column.
 */
export function readDecimals(
  reader: ByteReader,
  column: { readonly count: number; readonly isCorrected: boolean },
  values: Float64Array,
  at: number,
): void {
  const { count, isCorrected } = column;
  const exponent = reader.u8();
  if (exponent > EXPONENT_MAX) throw new RangeError(`unknown exponent ${exponent}`);
  const overridesAt = reader.position;
  const hasOverrides = skipOverrides(reader);
  readSequence(reader, count, values, at);
  if (exponent > 0) {
    const power = POWERS[exponent];
    for (let i = at; i < at + count; i++) values[i] /= power;
  }
  if (!isCorrected && !hasOverrides) return;
  const words = new Uint32Array(values.buffer, values.byteOffset + 8 * at, 2 * count);
  if (isCorrected) readCorrections(reader, count, words);
  if (!hasOverrides) return;
  reader.position = overridesAt;
  readOverrides(reader, count, words);
}

/** Fills numbers, corrections and overridden with the smallest exponent that suits all values. */
function scale(
  view: ValueView,
): { exponent: number; isCorrected: boolean; overrideRuns: number } | undefined {
  for (let exponent = 0; ; ) {
    const outcome = scaleTo(exponent, view);
    if (outcome === undefined) return undefined;
    if (outcome.exponent === exponent) return outcome;
    exponent = outcome.exponent;
  }
}

/** The outcome has another exponent when a value needs that; undefined when there are too many overrides. */
function scaleTo(
  exponent: number,
  view: ValueView,
): { exponent: number; isCorrected: boolean; overrideRuns: number } | undefined {
  const { values, words, count } = view;
  const power = POWERS[exponent];
  let isCorrected = false;
  let overrideRuns = 0;
  let last = Number.NaN;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    let number = Math.round(value * power);
    let correction = 0;
    let isOverride = false;
    const isExact =
      number / power === value &&
      number < SEQUENCE_LIMIT &&
      number > -SEQUENCE_LIMIT &&
      (value !== 0 || words[2 * i + 1] === 0);
    if (!isExact) {
      const needed = exponentFor(value, exponent);
      if (needed === undefined) {
        isOverride = true;
        number = last;
        if (i === 0 || !overridden[i - 1] || !hasSameBits(words, i)) overrideRuns++;
        if (overrideRuns > OVERRIDE_RUNS_MAX) return undefined;
      } else if (needed > exponent) return { exponent: needed, isCorrected, overrideRuns };
      else {
        decimal[0] = number / power;
        correction = (words[2 * i + 1] - decimalWords[1]) * WORD + (words[2 * i] - decimalWords[0]);
        isCorrected = true;
      }
    }
    overridden[i] = isOverride ? 1 : 0;
    corrections[i] = correction;
    numbers[i] = last = number;
  }
  if (!fillFront(count)) return undefined;
  return { exponent, isCorrected, overrideRuns };
}

/** Gives the overrides before the first number that number; false when there is none. */
function fillFront(count: number): boolean {
  let first = 0;
  while (first < count && overridden[first]) first++;
  if (first === count) return false;
  numbers.fill(numbers[first], 0, first);
  return true;
}

/** The smallest exponent, `from` or more, with which the value is a decimal or close to one. */
function exponentFor(value: number, from: number): number | undefined {
  if (value === 0 || !Number.isFinite(value)) return undefined;
  for (let exponent = from; exponent <= EXPONENT_MAX; exponent++) {
    const power = POWERS[exponent];
    const number = Math.round(value * power);
    if (Math.abs(number) >= SEQUENCE_LIMIT) return undefined;
    if (Math.abs(number / power - value) <= Math.abs(value) * CLOSENESS) return exponent;
  }
  return undefined;
}

function hasSameBits(words: Uint32Array, i: number): boolean {
  return words[2 * i] === words[2 * i - 2] && words[2 * i + 1] === words[2 * i - 1];
}

function writeOverrides({ words, count }: ValueView, runs: number, writer: ByteWriter): void {
  writer.varint(runs);
  let end = 0;
  for (let i = 0; i < count; ) {
    if (!overridden[i]) {
      i++;
      continue;
    }
    let length = 1;
    while (i + length < count && overridden[i + length] && hasSameBits(words, i + length)) length++;
    writer.varint(i - end);
    writer.varint(length);
    writer.u32(words[2 * i]);
    writer.u32(words[2 * i + 1]);
    i += length;
    end = i;
  }
}

/** Returns whether there are any. */
function skipOverrides(reader: ByteReader): boolean {
  const runs = reader.varint();
  for (let i = 0; i < runs; i++) {
    reader.varint();
    reader.varint();
    reader.skip(8);
  }
  return runs > 0;
}

function readOverrides(reader: ByteReader, count: number, words: Uint32Array): void {
  let at = 0;
  for (let runs = reader.varint(); runs > 0; runs--) {
    at += reader.varint();
    const end = at + reader.varint();
    if (end > count) throw new RangeError(`an override up to ${end} of ${count}`);
    const low = reader.u32();
    const high = reader.u32();
    for (; at < end; at++) {
      words[2 * at] = low;
      words[2 * at + 1] = high;
    }
  }
}

const correctionScratch = new Float64Array(ENTRY_SAMPLES_MAX);

function readCorrections(reader: ByteReader, count: number, words: Uint32Array): void {
  readSequence(reader, count, correctionScratch, 0);
  for (let i = 0; i < count; i++) {
    const low = words[2 * i] + correctionScratch[i];
    words[2 * i] = low;
    words[2 * i + 1] += Math.floor(low / WORD);
  }
}
