import { describe, expect, it } from 'vitest';
import { labelText, selectorText } from './promqlText.js';

describe('selectorText', () => {
  it('is the plain name where that will do', () => {
    expect(selectorText('job:up:sum')).toBe('job:up:sum');
    expect(selectorText('up', [{ label: 'job', op: '=~', value: 'a|b' }])).toBe('up{job=~"a|b"}');
  });

  it('quotes odd names and values', () => {
    const filters = [{ label: 'http.route', op: '!=', value: '"\\\n' }] as const;
    expect(selectorText('a.b', filters)).toBe('{"a.b", "http.route"!="\\"\\\\\\n"}');
    expect(labelText('http.route')).toBe('"http.route"');
  });

  it('selects any metric by its labels', () => {
    expect(selectorText('', [{ label: 'job', op: '=', value: 'x' }])).toBe('{job="x"}');
  });
});
