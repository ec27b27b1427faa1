import { type Labels, TinyObsError, WriteBatch } from '@tinyobs/model';
import { expect } from 'vitest';
import { KnownSeries } from './knownSeries.js';

/** Decodes a body into a batch, with series that are known or without. */
export type Decode = (body: Uint8Array, batch: WriteBatch, known?: KnownSeries) => unknown;

/** A sender's bodies on their way through one memory, into a store that numbers series as they come. */
export class Sender {
  readonly known: KnownSeries;
  numbering: object = {};
  refuses = false;
  readonly #decode: Decode;
  readonly #ids = new Map<string, number>();
  readonly #labels: Labels[] = [];

  constructor(decode: Decode, sizeBytesMax = 1 << 20) {
    this.#decode = decode;
    this.known = newKnown(sizeBytesMax);
  }

  send(body: Uint8Array): { batch: WriteBatch; byReference: number } {
    const batch = this.decode(body);
    const byReference = this.store(batch);
    this.known.learn(batch);
    return { batch, byReference };
  }

  decode(body: Uint8Array): WriteBatch {
    const batch = new WriteBatch();
    this.known.begin(batch, this.numbering);
    this.#decode(body, batch, this.known);
    return batch;
  }

  /** Gives references; returns how many series had one. */
  store(batch: WriteBatch): number {
    let byReference = 0;
    for (let i = 0; i < batch.seriesCount; i++) {
      if (batch.isByReference(i)) byReference++;
      else if (!this.refuses) batch.references[i] = this.#referenceOf(batch.labelsOf(i));
    }
    return byReference;
  }

  samplesOf(batch: WriteBatch): string[] {
    return describeSamples(batch, (series) =>
      batch.isByReference(series) ? this.#labels[batch.references[series] - 1] : batch.labelsOf(series),
    );
  }

  /** Holds that a body is decoded to the same as without what is known. Learns from it. */
  expectSame(body: Uint8Array): void {
    const plain = new WriteBatch();
    const expected = outcomeOf(() => this.#decode(body, plain));
    const batch = new WriteBatch();
    this.known.begin(batch, this.numbering);
    expect(outcomeOf(() => this.#decode(body, batch, this.known))).toEqual(expected);
    expect(this.samplesOf(batch)).toEqual(describeSamples(plain, (one) => plain.labelsOf(one)));
    expect(batch.exemplars.length).toBe(plain.exemplars.length);
    expect(batch.metadata).toEqual(plain.metadata);
    this.store(batch);
    this.known.learn(batch);
  }

  /** Holds that series are found in any order, and after new ones. @param bodyOf Makes a body of series by their names, which are one letter. */
  expectFoundInAnyOrder(bodyOf: (names: readonly string[]) => Uint8Array): void {
    this.send(bodyOf(['a', 'b', 'c', 'd']));
    for (const names of [
      ['d', 'c', 'b', 'a'],
      ['a', 'x', 'b', 'y', 'c', 'd'],
      ['y', 'x', 'd', 'a', 'a'],
    ]) {
      const { batch } = this.send(bodyOf(names));
      expect(this.samplesOf(batch)).toEqual(this.plainSamplesOf(bodyOf(names)));
    }
    expect(this.send(bodyOf(['y', 'x', 'c'])).byReference).toBe(3);
  }

  /** The samples of a body that is decoded without what is known. */
  plainSamplesOf(body: Uint8Array): string[] {
    const batch = new WriteBatch();
    this.#decode(body, batch);
    return describeSamples(batch, (series) => batch.labelsOf(series));
  }

  #referenceOf(labels: Labels): number {
    const known = this.#ids.get(labels.key);
    if (known !== undefined) return known;
    this.#labels.push(labels);
    this.#ids.set(labels.key, this.#labels.length);
    return this.#labels.length;
  }
}

export function newKnown(sizeBytesMax = 1 << 20): KnownSeries {
  return new KnownSeries({ sizeBytesMax, seed: 0x0123456789abcdefn });
}

export function outcomeOf(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    return { code: error.code, details: error.details, message: error.message };
  }
}

function describeSamples(batch: WriteBatch, labelsOf: (series: number) => Labels): string[] {
  const words = batch.valueWords;
  return Array.from({ length: batch.sampleCount }, (_, i) => {
    const value = `${words[2 * i + 1].toString(16)}:${words[2 * i].toString(16)}`;
    return `${labelsOf(batch.sampleSeries[i]).key} ${value} @${batch.times[i]} row ${batch.rows[i]}`;
  });
}
