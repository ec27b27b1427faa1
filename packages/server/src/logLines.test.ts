import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from './log.js';
import { LogLines } from './logLines.js';

const MINUTE_MS = 60_000;

describe('lines of one kind', () => {
  let written: Record<string, unknown>[];
  let suppressed: string[];
  const linesOf = (repeatsMax: number | undefined, level = 'info') => {
    const log = createLog(level, { write: (line) => void written.push(JSON.parse(line)) });
    return new LogLines({ log, repeatsMax, onSuppressed: (which) => void suppressed.push(which) });
  };
  const texts = () => written.map(({ msg }) => msg);
  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    suppressed = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are written so many times a minute, then counted and said', () => {
    const lines = linesOf(2);
    for (let i = 0; i < 5; i++) lines.error('store_busy /v1/ingest', { i }, `line ${i}`);
    lines.error('store_busy /api/v1/write', {}, 'of another kind');
    expect(texts()).toEqual(['line 0', 'line 1', 'of another kind']);
    expect(suppressed).toEqual(['error', 'error', 'error']);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(written.at(-1)).toMatchObject({
      level: 50,
      kind: 'store_busy /v1/ingest',
      suppressed: 3,
      msg: '3 more lines of this kind left out',
    });
    lines.error('store_busy /v1/ingest', {}, 'the next minute');
    expect(texts().at(-1)).toBe('the next minute');
    vi.advanceTimersByTime(MINUTE_MS);
    expect(written).toHaveLength(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are said when it is closed, which leaves no timer', () => {
    const lines = linesOf(1);
    for (let i = 0; i < 2; i++) lines.info('flushed', {}, 'head flushed');
    lines.close();
    expect(texts()).toEqual(['head flushed', '1 more line of this kind left out']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are not counted where the level does not let them through', () => {
    const lines = linesOf(1, 'error');
    for (let i = 0; i < 5; i++) lines.warn('kind', {}, 'text');
    expect([written, suppressed, vi.getTimerCount()]).toEqual([[], [], 0]);
  });

  it('are all written when there is no limit', () => {
    const lines = linesOf(undefined);
    for (let i = 0; i < 100; i++) lines.warn('kind', {}, 'text');
    expect(written).toHaveLength(100);
    lines.close();
  });
});
