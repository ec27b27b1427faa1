import theirs from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROGRAMS, type PromClient } from './promClient/programs.suite.js';
import * as facade from './promClient.js';

const ours = facade as unknown as PromClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'hrtime', 'performance'], now: 1_700_000_000_123 });
});

afterEach(() => {
  for (const { register } of [theirs, ours]) register.clear();
  vi.useRealTimers();
});

describe.each(Object.entries(PROGRAMS))('a program for prom-client: %s', (_title, program) => {
  it('sees the same with only the import changed', async () => {
    const expected = await program(theirs);
    vi.setSystemTime(1_700_000_000_123);
    expect(await program(ours)).toEqual(expected);
  });
});
