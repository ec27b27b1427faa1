import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { negotiateText } from './negotiateText.js';

function negotiate(accept: string | undefined) {
  const request = new IncomingMessage(new Socket());
  if (accept !== undefined) request.headers.accept = accept;
  const response = new ServerResponse(request);
  response.setHeader('Vary', 'Origin');
  const found = negotiateText(request, response);
  expect(response.getHeader('vary')).toEqual(['Origin', 'Accept']);
  return found;
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores';

/** What Prometheus sends, by its version. */
const PROMETHEUS_2_42 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3_PROTOBUF = `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,${PROMETHEUS_3}`;

describe('what a scraper accepts', () => {
  it.each([
    [undefined, TEXT],
    ['', TEXT],
    ['*/*', TEXT],
    ['text/*', TEXT],
    ['text/plain', TEXT],
    ['application/*', OPEN_METRICS],
    ['application/openmetrics-text', OPEN_METRICS],
    ['Application/OpenMetrics-Text; Version="1.0.0"', OPEN_METRICS],
    [PROMETHEUS_2_42, OPEN_METRICS],
    [PROMETHEUS_3, OPEN_METRICS.replace('underscores', 'allow-utf-8')],
    [PROMETHEUS_3_PROTOBUF, OPEN_METRICS.replace('underscores', 'allow-utf-8')],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
    ['application/json', TEXT],
  ])('%s', (accept, contentType) => {
    expect(negotiate(accept).contentType).toBe(contentType);
  });

  it.each([
    ['text/plain;q=0.2, application/openmetrics-text;q=0.3', 'openmetrics'],
    ['text/plain;q=0.3 , application/openmetrics-text ; q = 0.2', 'text'],
    ['text/plain, application/openmetrics-text', 'text'],
    ['application/openmetrics-text, text/plain', 'openmetrics'],
    ['application/openmetrics-text;q=0, */*;q=0.1', 'text'],
    ['application/openmetrics-text;q=x, text/plain;q=0.1', 'text'],
    ['application/openmetrics-text;q=7, text/plain;q=0.1', 'text'],
    ['application/openmetrics-text;version=2.0.0, text/plain;q=0.1', 'text'],
    ['text/plain;version=9, application/openmetrics-text;q=0.1', 'openmetrics'],
    [`${'a/b,'.repeat(100)}application/openmetrics-text`, 'text'],
  ])('%s: %s', (accept, format) => {
    expect(negotiate(accept).format).toBe(format);
  });

  it.each([
    ['application/openmetrics-text;version=0.0.1', 'application/openmetrics-text; version=0.0.1;'],
    ['text/plain;version=1.0.0', 'text/plain; version=1.0.0;'],
    ['text/plain;version=0.0.4', 'text/plain; version=0.0.4;'],
  ])('is told the version that it asked for: %s', (accept, beginning) => {
    expect(negotiate(accept).contentType.startsWith(beginning)).toBe(true);
  });

  it.each([
    ['escaping=allow-utf-8', 'allow-utf-8'],
    ['escaping=ALLOW-UTF-8', 'allow-utf-8'],
    ['escaping=dots', 'dots'],
    ['escaping=values', 'values'],
    ['escaping=underscores', 'underscores'],
    ['escaping=other', 'underscores'],
    ['q=0.5', 'underscores'],
  ])('and the names that it reads: %s', (parameter, escaping) => {
    for (const type of ['text/plain', 'application/openmetrics-text', '*/*']) {
      const found = negotiate(`${type};${parameter}`);
      expect(found.escaping).toBe(escaping);
      expect(found.contentType.endsWith(`; escaping=${escaping}`)).toBe(true);
    }
  });
});
