import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';

describe('observable metrics', () => {
  it('are read at every collection, by what is returned or by series', async () => {
    const { client } = startShownClient();
    let length = 3;
    client.observableGauge('queue_length', () => length);
    const pools: Record<string, number> = { a: 1, b: 2 };
    client.observableCounter(
      'connections_total',
      (observe) => {
        for (const [pool, value] of Object.entries(pools)) observe({ pool }, value);
      },
      { labelNames: ['pool'] },
    );
    expect(await shown(client)).toEqual({
      queue_length: 3,
      'connections_total{pool="a"}': 1,
      'connections_total{pool="b"}': 2,
    });
    length = 4;
    delete pools['a'];
    expect(await shown(client)).toEqual({ queue_length: 4, 'connections_total{pool="b"}': 2 });
  });

  it('may take their time', async () => {
    const { client } = startShownClient();
    client.observableGauge('rows', async () => 12);
    client.observableGauge('files', async (observe) => {
      await Promise.resolve();
      observe(5);
    });
    let refreshed = 0;
    client.onCollect(async () => {
      await Promise.resolve();
      refreshed++;
    });
    expect(await shown(client)).toEqual({ rows: 12, files: 5 });
    expect(refreshed).toBe(1);
  });

  it('that fail have no series, are counted and told, and leave the others alone', async () => {
    const { client, problems } = startShownClient();
    let isBroken = true;
    client.observableGauge('broken', () => {
      if (isBroken) throw new Error('broken');
      return 1;
    });
    client.observableGauge('rejected', () => Promise.reject(new Error('no')));
    client.observableGauge('sound', () => 1);
    expect(await shown(client)).toEqual({ sound: 1 });
    expect(problems.map(({ code, metric }) => `${code} ${metric}`)).toEqual([
      'callback_failed broken',
      'callback_failed rejected',
    ]);
    isBroken = false;
    expect(await shown(client)).toEqual({ sound: 1, broken: 1 });
    expect((await client.expose()).body).toContain('tinyobs_sdk_callback_errors_total 4\n');
  });

  it('are not waited for past their limit, nor asked while they are at it', async () => {
    const { client, clock, problems } = startShownClient();
    let asked = 0;
    const answers: ((value: number) => void)[] = [];
    const read = (observe: (value: number) => void) => {
      asked++;
      return new Promise<undefined>((resolve) => {
        answers.push((value) => {
          observe(value);
          resolve(undefined);
        });
      });
    };
    client.observableGauge('slow', read, { timeoutMs: 200, labelNames: [] });
    const first = shown(client);
    await clock.nextDelayMs();
    clock.advance(200);
    expect(await first).toEqual({});
    expect(problems.map(({ code }) => code)).toEqual(['callback_failed']);
    expect(await shown(client)).toEqual({});
    expect(asked).toBe(1);
    // Too late: what it says now is of a collection long over.
    answers[0](1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = shown(client);
    expect(asked).toBe(2);
    answers[1](2);
    expect(await second).toEqual({ slow: 2 });
  });

  it('wait for one collection, whoever asks meanwhile', async () => {
    const { client } = startShownClient();
    let asked = 0;
    client.observableGauge('g', async () => ++asked);
    expect(await Promise.all([shown(client), shown(client)])).toEqual([{ g: 1 }, { g: 1 }]);
  });

  it('drop what is no number', async () => {
    const { client, problems } = startShownClient();
    client.observableGauge('g', () => 'many' as unknown as number);
    client.observableGauge('f', 'no function' as unknown as () => number);
    expect(await shown(client)).toEqual({});
    expect(problems.map(({ code, metric }) => `${code} ${metric}`)).toEqual([
      'invalid_option f',
      'invalid_value g',
    ]);
  });

  it('belong to one function', async () => {
    const { client, problems } = startShownClient();
    client.observableGauge('g', () => 1);
    client.observableGauge('g', () => 2);
    expect(await shown(client)).toEqual({ g: 1 });
    expect(problems.map(({ code }) => code)).toEqual(['name_in_use']);
  });
});
