import { TinyObsError, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { decodeJson } from './decodeJson.js';

function decode(body: string) {
  return decodeJson(new TextEncoder().encode(body), new WriteBatch(), { nowMs: 0 });
}

function messageOf(row: string): string {
  return decode(`{"metrics":[${row}]}`).refused[0].message;
}

function bodyMessage(body: string): string {
  try {
    decode(body);
  } catch (error) {
    if (error instanceof TinyObsError) return error.message;
    throw error;
  }
  throw new Error('the body was taken');
}

describe('advice on bad JSON', () => {
  it.each([
    ['{"name":"a","value":1,"lables":{}}', 'did you mean "labels"?'],
    ['{"name":"a","val":1}', 'did you mean "value"?'],
    ['{"name":"a","value":1,"something":1}', 'known keys are name, type, value'],
    ['{"name":"a","value":1,"labels":{"code":200}}', 'write it as a string: "200"'],
    ['{"name":"a","value":null}', '"NaN"'],
    ['{"name":"a","value":1,"type":"guage"}', 'counter, gauge, histogram'],
    ['{"name":"a","value":1,"timestamp":1795229706.914}', 'whole milliseconds'],
  ])('on the row %s', (row, advice) => {
    expect(messageOf(row)).toContain(advice);
  });

  it.each([
    ['{"metric":[]}', 'did you mean "metrics"?'],
    ['[]', 'send {"metrics":['],
    [
      '{"metrics":[{"name":"a","value":NaN}]}',
      'line 1, column 33: expected a JSON value: NaN and infinities are written "NaN"',
    ],
  ])('on the body %s', (body, advice) => {
    expect(bodyMessage(body)).toContain(advice);
  });
});
