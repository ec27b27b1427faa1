import { describe, expect, it } from 'vitest';
import * as core from './core.js';
import * as index from './index.js';

describe('the entries', () => {
  it('export the same names, whatever the place', () => {
    expect(Object.keys(core).sort()).toEqual(Object.keys(index).sort());
  });
});
