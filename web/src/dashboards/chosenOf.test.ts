import { describe, expect, it } from 'vitest';
import { chosenOf } from './chosenOf.js';

describe('what is chosen of a variable', () => {
  it.each([
    [{ isMulti: false, hasAll: false }, ['b'], ['b']],
    [{ isMulti: false, hasAll: false }, [], ['a']],
    [{ isMulti: false, hasAll: false }, ['gone'], ['a']],
    [{ isMulti: true, hasAll: false }, ['a', 'b', 'gone'], ['a', 'b']],
    [{ isMulti: true, hasAll: true }, ['gone'], ['$__all']],
    [{ isMulti: false, hasAll: false }, ['$__all'], ['a']],
    [{ isMulti: true, hasAll: true }, ['a', '$__all'], ['$__all']],
  ])('%o with %o is %o', (variable, wanted, expected) => {
    expect(chosenOf(variable, ['a', 'b'], wanted)).toEqual(expected);
  });
});
