import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from './dashboardRecord.js';
import { givenDashboardSchema } from './dashboardSchema.js';

const SAVED = { version: 3, savedMs: 1_700_000_000_000, by: 'none' };

describe('the record of a dashboard', () => {
  it('is read as it was written', () => {
    const dashboard = givenDashboardSchema.parse({
      title: 'Shop',
      panels: [{}],
      variables: [{ name: 'job' }],
    });
    const versions = [{ ...SAVED, dashboard }];
    expect(decodeRecord('a', encodeRecord(versions))).toEqual(versions);
  });

  it('of an earlier version has defaults for what that did not know', () => {
    const panel = {
      ...{ id: 'a', kind: 'graph', title: '', description: '', x: 0, y: 0, w: 12, h: 8, queries: [] },
      ...{ unit: 'none', thresholds: [], look: 'line', legend: 'list', text: '' },
    };
    const variable = {
      ...{ name: 'job', label: '', kind: 'custom', labelName: '', selector: '', values: ['a'] },
      ...{ isMulti: true, hasAll: false },
    };
    const dashboard = {
      title: 'Old',
      description: '',
      tags: [],
      range: '',
      variables: [variable],
      panels: [panel],
    };
    const record = JSON.stringify({ format: 1, versions: [{ ...SAVED, dashboard }] });
    const [read] = decodeRecord('a', new TextEncoder().encode(record));
    expect(read.dashboard.panels).toEqual([{ ...panel, repeat: '', perRow: 4 }]);
    expect(read.dashboard.variables).toEqual([{ ...variable, regex: '' }]);
  });

  it.each(['', '{', '{"format":2,"versions":[]}', '{"format":1,"versions":[]}'])('is no %j', (text) => {
    expect(() => decodeRecord('a', new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'store_corrupt' }),
    );
  });
});
