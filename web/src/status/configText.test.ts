import { describe, expect, it } from 'vitest';
import { isFound, valueText } from './configText.js';

const entry = {
  key: 'storage.retention.raw',
  value: '15d',
  isSet: true,
  origin: '/etc/tinyobs.yaml:3',
  help: 'How long samples are kept.',
  unit: 'duration',
  isReloadable: true,
};

describe('a key of the configuration', () => {
  it('has its value in a line', () => {
    expect(valueText({ value: '15d', isSet: true })).toBe('15d');
    expect(valueText({ value: 5, isSet: false })).toBe('5');
    expect(valueText({ value: ['a', { b: 1 }], isSet: true })).toBe('["a",{"b":1}]');
    expect(valueText({ value: undefined, isSet: false })).toBe('–');
  });

  it('is found by words of anything it has', () => {
    for (const text of ['', 'RETENTION', 'kept samples', '15d', 'yaml:3 raw']) {
      expect(isFound(entry, text)).toBe(true);
    }
    expect(isFound(entry, 'retention 30d')).toBe(false);
  });
});
