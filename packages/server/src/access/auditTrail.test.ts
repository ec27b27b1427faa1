import { TinyObsError } from '@tinyobs/model';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMetrics } from '../selfMonitoring/metrics.js';
import { createKeyText } from './apiKey.js';
import { type AuditEntry, AuditTrail, type AuditTrailOptions } from './auditTrail.js';

describe('the audit trail', () => {
  let stored: AuditEntry[];
  let lines: string[];
  let refuse: boolean;
  let trail: AuditTrail;
  const metrics = createMetrics();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 0 });
    [stored, lines, refuse] = [[], [], false];
    const append = async (bytes: Uint8Array): Promise<number> => {
      if (refuse) throw new Error('disk full');
      return stored.push(JSON.parse(new TextDecoder().decode(bytes)));
    };
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const read = async ({ beforeSeq = stored.length + 1, limit }: { beforeSeq?: number; limit: number }) =>
      stored
        .map((entry, place) => ({ seq: place + 1, bytes: new TextEncoder().encode(JSON.stringify(entry)) }))
        .slice(0, beforeSeq - 1)
        .reverse()
        .slice(0, limit);
    const audit = { append, read } as unknown as AuditTrailOptions['audit'];
    trail = new AuditTrail({ audit, log, metrics, now: Date.now });
  });
  afterEach(async () => {
    await trail.close();
    vi.useRealTimers();
  });

  const refused = (from: string) => ({ key: 'none', action: 'GET /v1/keys', from, result: 'key_required' });

  it('keeps every action, in the store and as a line of the log', () => {
    trail.act({ key: 'abc', action: 'POST /v1/keys', detail: 'x', from: '::1', result: '201' });
    const entry = {
      time: '1970-01-01T00:00:00.000Z',
      key: 'abc',
      action: 'POST /v1/keys',
      detail: 'x',
      from: '::1',
      result: '201',
    };
    expect(stored).toEqual([entry]);
    expect(JSON.parse(lines[0])).toMatchObject({ level: 30, msg: 'audit', audit: entry });
  });

  it('gathers the refusals of an address, and of ever more addresses', () => {
    for (let i = 0; i < 1000; i++) trail.refuse(refused('10.0.0.1'));
    expect(stored).toHaveLength(1);
    for (let i = 0; i < 1000; i++) trail.refuse(refused(`10.1.${i >> 8}.${i & 255}`));
    expect(stored).toHaveLength(101);
    vi.advanceTimersByTime(60_000);
    expect(stored.filter(({ count }) => count !== undefined)).toMatchObject([
      { from: '10.0.0.1', count: 999 },
      { from: 'other addresses', count: 900 },
    ]);
    trail.refuse(refused('10.0.0.1'));
    expect(stored.at(-1)).toMatchObject({ from: '10.0.0.1', result: 'key_required' });
  });

  it('finds what has all words looked for, however far back, and goes on from there', async () => {
    const act = (detail: string) =>
      trail.act({ key: 'k', action: 'DELETE /v1/keys', detail, from: '::1', result: '200' });
    for (const name of ['Shop', 'shop', 'other']) act(name);
    for (let i = 0; i < 1_200; i++) act('filling');
    const gone = new AbortController();
    const find = async (search: string, where: { beforeSeq?: number; limit: number }) =>
      (await trail.read({ search, ...where }, gone.signal)).map(({ seq }) => seq);
    expect(await find(' SHOP  delete ', { limit: 10 })).toEqual([2, 1]);
    expect(await find('shop', { limit: 1 })).toEqual([2]);
    expect(await find('shop', { beforeSeq: 2, limit: 1 })).toEqual([1]);
    expect(await find('shop nowhere', { limit: 10 })).toEqual([]);
    expect(await find('', { limit: 2 })).toEqual([1203, 1202]);
    gone.abort();
    expect(await find('shop', { limit: 10 })).toEqual([]);
  });

  it('writes what it has gathered when it is closed', async () => {
    trail.refuse(refused('a'));
    trail.refuse(refused('a'));
    trail.refuse(refused('a'));
    await trail.close();
    expect(stored.map(({ count }) => count)).toEqual([undefined, 2]);
  });

  it('shows what terminals and readers of logs would act on as its code, and cuts what is long', () => {
    trail.act({
      key: 'k',
      action: 'GET /\u001b[2J\u202e\n\u2028',
      detail: 'd'.repeat(5000),
      from: 'f',
      result: 'r',
    });
    expect(stored[0].action).toBe('GET /\\u{1b}[2J\\u{202e}\\u{a}\\u{2028}');
    expect(stored[0].detail).toHaveLength(201);
    expect(lines[0].trim()).not.toMatch(/\p{Cc}/u);
  });

  it('has no more of a key than its id, wherever somebody wrote one', () => {
    const { id, text } = createKeyText();
    const action = `DELETE /v1/keys/${'x'.repeat(160)}/${text}`;
    trail.act({ key: 'abc', action, detail: text, from: '::1', result: '404' });
    expect(stored).toMatchObject([{ detail: `tinyobs_${id}_…` }]);
    const secret = text.slice(-43);
    for (const written of [JSON.stringify(stored), ...lines]) {
      expect(written).toContain(id);
      expect(written).not.toContain(secret.slice(0, 8));
    }
  });

  it('keeps what was done without a request, and how it ended', async () => {
    const detailOf = (text: string) => text || undefined;
    expect(await trail.follow('reload', Promise.resolve('limits.series'), detailOf)).toBe('limits.series');
    await trail.follow('reload', Promise.resolve(''), detailOf);
    const failing = Promise.reject(new TinyObsError('config_invalid', 'bad'));
    await expect(trail.follow('reload', failing, detailOf)).rejects.toMatchObject({ code: 'config_invalid' });
    expect(stored).toMatchObject([
      { key: 'none', action: 'reload', detail: 'limits.series', from: '', result: 'ok' },
      { key: 'none', action: 'reload', from: '', result: 'config_invalid' },
    ]);
  });

  it('counts and logs an entry that the store refuses', async () => {
    refuse = true;
    trail.act({ key: 'k', action: 'a', from: 'f', result: 'r' });
    await trail.close();
    expect((await metrics.auditFailures.get()).values[0].value).toBe(1);
    expect(lines.map((line) => JSON.parse(line).level)).toEqual([30, 50]);
  });
});
