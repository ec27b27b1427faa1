import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from './options.js';

const parse = (...args: string[]) => parseCommandLine(args, 'http://127.0.0.1:8080');

describe('parseCommandLine', () => {
  it('has a default for everything', () => {
    expect(parse()).toEqual({
      endpoint: 'http://127.0.0.1:8080',
      host: '127.0.0.1',
      port: 3000,
      intervalMs: 10_000,
      seed: 1,
      traffic: { rate: 20, durationMs: undefined, requests: undefined },
    });
  });

  it('reads every option', () => {
    const text =
      '--endpoint http://h/obs --listen [::1]:0 --interval 500ms --rate 5 --duration 1.5m --requests 9 --seed 3';
    expect(parse(...text.split(' '))).toEqual({
      endpoint: 'http://h/obs',
      host: '::1',
      port: 0,
      intervalMs: 500,
      seed: 3,
      traffic: { rate: 5, durationMs: 90_000, requests: 9 },
    });
    expect(parse('--no-traffic')).toMatchObject({ traffic: undefined });
    expect(parse('--help')).toBe('help');
  });

  it.each([
    ['--listen', '3000'],
    ['--listen', '127.0.0.1:70000'],
    ['--rate', '0'],
    ['--rate', 'many'],
    ['--duration', '60'],
    ['--requests', '-1'],
    ['--nonsense', 'x'],
    ['stray', 'words'],
  ])('refuses %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(UsageError);
  });
});
