import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuery } from '@tinyobs/promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningEngine, startEngine } from '../engine.js';
import { ListenerFigures } from '../listener/listenerFigures.js';
import { metricRows, unitOf } from './metricRows.js';

describe('docs/metrics.md', () => {
  const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z_0-9]+)` \| (.*) \|$/gm)].map(([, name, rest]) => {
    const [type, labels, unit, help, alert] = rest
      .split(/(?<!\\) \| /)
      .map((cell) => (cell === '–' ? '' : cell));
    return { name, type, labels: labels.match(/\w+/g) ?? [], unit, help, alert };
  });
  let dataDir: string;
  let engine: RunningEngine;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-metrics-'));
    // As if behind HTTPS: the listener's metrics are there, too.
    const server = { tls: { cert: 'certificate.pem', key: 'key.pem' } };
    engine = await startEngine(
      { dataDir, server, log: { level: 'silent' }, selfMonitoring: { interval: 'off' } },
      { figures: new ListenerFigures() },
    );
  });
  afterAll(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true });
  });

  it('has every metric with its type, labels, unit and meaning, and no other', () => {
    const inOrder = (rows: readonly { name: string }[]) =>
      [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = documented.map(({ alert, ...row }) => row);
    expect(inOrder(shown)).toEqual(inOrder(metricRows(engine.metrics.registry)));
  });

  const alerts = documented.filter(({ alert }) => alert !== '');
  it.each(alerts)('alerts on $name with a query over metrics that there are', ({ alert }) => {
    const query = alert.slice(1, -1).replaceAll('\\|', '|');
    expect(() => parseQuery(query)).not.toThrow();
    const known = new Set(documented.map(({ name }) => name));
    const named = query.match(/\b(?:tinyobs|process|nodejs)_\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !known.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });

  it.each([
    ['process_cpu_seconds_total', 'seconds'],
    ['tinyobs_storage_disk_bytes', 'bytes'],
    ['tinyobs_storage_runs', ''],
  ])('knows the unit of %s', (name, unit) => {
    expect(unitOf(name)).toBe(unit);
  });
});
