import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from './shown.suite.js';
import { timing } from './timing.js';

describe('timing', () => {
  it('times calls until they are settled, by operation and result, and gives what they give', async () => {
    const { client, problems } = startShownClient();
    const query = timing(client, 'db_query', { help: 'Queries', buckets: [1] });
    const failure = new Error('deadlock');
    expect(query('count', () => 7)).toBe(7);
    expect(await query('find', async () => 'rows')).toBe('rows');
    await expect(query('find', () => Promise.reject(failure))).rejects.toBe(failure);
    const broken = () => {
      throw failure;
    };
    expect(() => query('count', broken)).toThrow(failure);
    const counts = Object.entries(await shown(client)).filter(([series]) => series.includes('_count{'));
    expect(Object.fromEntries(counts)).toEqual({
      'db_query_duration_seconds_count{operation="count",result="ok"}': 1,
      'db_query_duration_seconds_count{operation="count",result="error"}': 1,
      'db_query_duration_seconds_count{operation="find",result="ok"}': 1,
      'db_query_duration_seconds_count{operation="find",result="error"}': 1,
    });
    expect(problems).toEqual([]);
  });

  it('measures the time of the promise, not of the call', async () => {
    const { client } = startShownClient();
    await timing(client, 'job')('mail', () => delay(30));
    const sum = (await shown(client))['job_duration_seconds_sum{operation="mail",result="ok"}'];
    expect(sum).toBeGreaterThan(0.02);
  });
});
