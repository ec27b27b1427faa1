import { describe, expect, it } from 'vitest';
import { isStaleAt, STALE_NAN_HIGH, STALE_NAN_LOW, wordsOf } from './floatBits.js';
import { Labels } from './labels.js';
import { NO_ROW, WriteBatch } from './writeBatch.js';

/** A NaN that is neither the usual one nor the stale marker. */
const PAYLOAD = { low: 0xdeadbeef, high: 0x7ff80abc };

describe('WriteBatch', () => {
  it('keeps what it holds while it grows', () => {
    const batch = new WriteBatch();
    const sets = Array.from({ length: 3000 }, (_, i) =>
      Labels.fromObject({ __name__: 'm', i: String(i), long: 'x'.repeat(i % 200) }),
    );
    for (const [i, labels] of sets.entries()) {
      expect(batch.addSeries(labels)).toBe(i);
      batch.addSample(i, 1_000_000 + i, i / 3, i * 2);
    }
    expect(batch.seriesCount).toBe(3000);
    expect(batch.sampleCount).toBe(3000);
    for (const [i, labels] of sets.entries()) {
      expect(batch.labelsOf(i).key).toBe(labels.key);
      expect([batch.sampleSeries[i], batch.times[i], batch.values[i], batch.rows[i]]).toEqual([
        i,
        1_000_000 + i,
        i / 3,
        i * 2,
      ]);
    }
  });

  it('takes a series larger than twice its arena', () => {
    const batch = new WriteBatch();
    const small = batch.addSeries(Labels.fromObject({ a: 'b' }));
    const large = batch.addSeries(Labels.fromObject({ a: 'ü'.repeat(50_000) }));
    expect(batch.labelsOf(small).get('a')).toBe('b');
    expect(batch.labelsOf(large).get('a')).toBe('ü'.repeat(50_000));
  });

  it('is empty after clear and gives back the same arrays', () => {
    const batch = new WriteBatch();
    batch.addSample(batch.addSeries(Labels.fromObject({ a: 'b' })), 1, 2, 3);
    batch.metadata.push({ metric: 'a', type: 'gauge', help: '', unit: '' });
    const { arena, values } = batch;
    batch.clear();
    expect([batch.seriesCount, batch.sampleCount, batch.metadata.length, batch.arenaLength]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(batch.addSeries(Labels.fromObject({ c: 'd' }))).toBe(0);
    expect(batch.labelsOf(0).toObject()).toEqual({ c: 'd' });
    expect(batch.arena).toBe(arena);
    expect(batch.values).toBe(values);
  });

  it('has a start as a sample of value 0 that is of no row', () => {
    const batch = new WriteBatch();
    const series = batch.addSeries(Labels.fromObject({ a: 'b' }));
    batch.addSample(series, 1, 7, 7);
    batch.clear();
    batch.addStart(batch.addSeries(Labels.fromObject({ a: 'b' })), 5);
    expect([batch.sampleCount, batch.startCount]).toEqual([1, 1]);
    expect([batch.times[0], batch.values[0], batch.rows[0]]).toEqual([5, 0, NO_ROW]);
    batch.clear();
    expect(batch.startCount).toBe(0);
  });

  it('keeps the payload of NaNs through growth and retaining', () => {
    const batch = new WriteBatch();
    for (let i = 0; i < 500; i++) {
      if (i % 3 === 0) batch.addStaleMarker(0, i, i);
      else if (i % 3 === 1) batch.addSampleWords(0, i, PAYLOAD.low, PAYLOAD.high, i);
      else batch.addSample(0, i, Number.NaN, i);
    }
    batch.retainSamples((sample) => sample > 100);
    expect(batch.sampleCount).toBe(399);
    const words = batch.valueWords;
    for (let sample = 0; sample < batch.sampleCount; sample++) {
      const kind = batch.times[sample] % 3;
      expect(isStaleAt(words, sample)).toBe(kind === 0);
      const pair = [words[2 * sample], words[2 * sample + 1]];
      if (kind === 0) expect(pair).toEqual([STALE_NAN_LOW, STALE_NAN_HIGH]);
      if (kind === 1) expect(pair).toEqual([PAYLOAD.low, PAYLOAD.high]);
      expect(batch.values[sample]).toBeNaN();
    }
    expect(wordsOf(batch.values)[0]).toBe(words[0]);
  });

  it('retains the wanted samples in order, with their rows, and leaves the series', () => {
    const batch = new WriteBatch();
    for (let i = 0; i < 5; i++)
      batch.addSample(batch.addSeries(Labels.fromObject({ i: String(i) })), i * 10, i, i + 1);
    batch.retainSamples((sample) => sample % 2 === 0);
    expect(batch.sampleCount).toBe(3);
    expect([...batch.sampleSeries.subarray(0, 3)]).toEqual([0, 2, 4]);
    expect([...batch.times.subarray(0, 3)]).toEqual([0, 20, 40]);
    expect([...batch.values.subarray(0, 3)]).toEqual([0, 2, 4]);
    expect([...batch.rows.subarray(0, 3)]).toEqual([1, 3, 5]);
    expect(batch.seriesCount).toBe(5);
    batch.retainSamples(() => false);
    expect(batch.sampleCount).toBe(0);
    batch.addSample(1, 99, 7, 9);
    expect([batch.sampleSeries[0], batch.times[0], batch.values[0], batch.rows[0]]).toEqual([1, 99, 7, 9]);
  });
});
