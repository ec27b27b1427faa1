import { describe, expect, it } from 'vitest';
import { type Found, NOTHING_WRONG, Oracle } from './oracle.js';

const cell = (value: number, timeMs = 10) => ({ lane: 1, timeMs, value });
const found = (...samples: (readonly [number, number])[]): Found => new Map([[1, samples]]);
const ALL = { lane: 1, fromMs: 0, toMs: 100 };

describe('the oracle of what a store may answer', () => {
  it('takes either outcome of what was cut, and holds the store to what was seen', () => {
    const oracle = new Oracle();
    oracle.acknowledge(oracle.beginWrite([cell(1), cell(2, 20)]));
    oracle.beginWrite([cell(3)]);
    expect(oracle.look(found([10, 3], [20, 2]))).toEqual(NOTHING_WRONG);
    expect(oracle.acked).toBe(2);
    expect(oracle.look(found([10, 1], [20, 2]))).toEqual({ ...NOTHING_WRONG, altered: 1 });
    expect(oracle.look(found([10, 1]))).toEqual({ ...NOTHING_WRONG, vanished: 1 });
  });

  it('tells lost, altered, invented and doubled apart', () => {
    const oracle = new Oracle();
    oracle.acknowledge(oracle.beginWrite([cell(1), cell(2, 20), cell(3, 30)]));
    oracle.acknowledge(oracle.beginWrite([cell(4, 30)]));
    const wrong = found([20, 7], [30, 3], [40, 5], [40, 5]);
    expect(oracle.look(wrong)).toEqual({ ...NOTHING_WRONG, lost: 2, altered: 1, invented: 1, doubled: 1 });
  });

  it('takes what was refused for not written', () => {
    const oracle = new Oracle();
    oracle.refuse(oracle.beginWrite([cell(1)]));
    expect(oracle.look(found())).toEqual(NOTHING_WRONG);
    oracle.refuse(oracle.beginWrite([cell(1)]));
    expect(oracle.look(found([10, 1]))).toEqual({ ...NOTHING_WRONG, invented: 1 });
  });

  it('lets a deletion cover what was acknowledged before it, not what was written later', () => {
    const oracle = new Oracle();
    oracle.acknowledge(oracle.beginWrite([cell(1), cell(2, 20)]));
    const beside = oracle.beginWrite([cell(5, 30)]);
    const deletion = oracle.beginDeletion(ALL);
    oracle.acknowledge(beside);
    oracle.acknowledge(deletion);
    oracle.acknowledge(oracle.beginWrite([cell(3)]));
    expect(oracle.look(found([10, 3], [20, 2], [30, 5]))).toEqual({ ...NOTHING_WRONG, undeleted: 1 });
    oracle.beginDeletion(ALL);
    expect(oracle.look(found([20, 2], [30, 5]))).toEqual(NOTHING_WRONG);
  });
});
