import { describe, expect, it } from 'vitest';
import { negotiateFormat } from './negotiate.js';

describe('negotiateFormat', () => {
  it.each([
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html', 'text'],
    ['text/plain;version=0.0.4', 'text'],
    ['application/openmetrics-text', 'openMetrics'],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openMetrics'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=nonsense', 'text'],
    ['Application/OpenMetrics-Text;Version=0.0.1;Q=0.5,text/plain;q=0.2', 'openMetrics'],
    ['application/openmetrics-text;q=0.3,text/plain;q=0.7', 'text'],
    // What a Prometheus asks with.
    [
      'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,' +
        'text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'openMetrics',
    ],
  ])('takes %j as %s', (accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});
