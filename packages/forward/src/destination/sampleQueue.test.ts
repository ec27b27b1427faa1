import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SampleQueue } from './sampleQueue.js';

it('gives what was put in, in order, however it goes around', () => {
  const step = fc.oneof(fc.record({ push: fc.nat(5) }), fc.record({ remove: fc.nat(5) }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step), (capacity, steps) => {
      const queue = new SampleQueue(capacity);
      const expected: number[] = [];
      let next = 0;
      for (const one of steps) {
        if ('push' in one) {
          for (let i = 0; i < one.push && !queue.isFull; i++, next++) {
            const sample = {
              times: Float64Array.of(-1, next),
              words: Uint32Array.of(0, 0, next, ~next),
              index: 1,
            };
            queue.push({ labels: Uint8Array.of(next), hash: 0 }, sample, 100 + next);
            expected.push(next);
          }
        } else {
          const count = Math.min(one.remove, expected.length);
          queue.remove(count);
          expected.splice(0, count);
        }
        const got: number[] = [];
        queue.forFirst(queue.length, (labels, timeMs, low, high) => {
          expect([labels[0], low, high]).toEqual([timeMs & 0xff, timeMs, ~timeMs >>> 0]);
          got.push(timeMs);
        });
        expect(got).toEqual(expected);
        expect(queue.firstSeq).toBe(expected.length === 0 ? Number.POSITIVE_INFINITY : 100 + expected[0]);
      }
    }),
  );
});
