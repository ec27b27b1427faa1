import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelShapes } from './labelShapes.js';

describe('shapes of labels', () => {
  it('are the same for the same names, as long as a series uses them', () => {
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.array(fc.nat(3), { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.nat() },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const shapes = new LabelShapes();
        const used: { readonly shape: number; readonly names: readonly number[] }[] = [];
        for (const action of steps) {
          if (typeof action === 'number') {
            const [gone] = used.length > 0 ? used.splice(action % used.length, 1) : [];
            if (gone) shapes.disuse(gone.shape);
            continue;
          }
          const shape = shapes.use(Uint32Array.from([...action, 99]), action.length);
          const same = used.find(({ names }) => `${names}` === `${action}`);
          if (same) expect(shape).toBe(same.shape);
          else expect(used.map((one) => one.shape)).not.toContain(shape);
          used.push({ shape, names: action });
        }
        for (const { shape, names } of used) {
          expect([...shapes.names(shape)]).toEqual(names);
          expect(shapes.lengthOf(shape)).toBe(names.length);
          for (const name of [0, 1, 2, 3]) expect(shapes.positionOf(shape, name)).toBe(names.indexOf(name));
        }
      }),
    );
  });

  it('take no more memory when they come and go', () => {
    const shapes = new LabelShapes();
    const { sizeBytes } = shapes;
    for (let i = 0; i < 100_000; i++) shapes.disuse(shapes.use(Uint32Array.of(i, i + 1, i + 2), 3));
    expect(shapes.sizeBytes).toBeLessThan(sizeBytes + 100);
  });

  it('tells of shape 0, which no series uses, that it has no names', () => {
    const shapes = new LabelShapes();
    expect(shapes.use(Uint32Array.of(5), 1)).not.toBe(0);
    expect([...shapes.names(0)]).toEqual([]);
    expect(shapes.positionOf(0, 5)).toBe(-1);
  });
});
