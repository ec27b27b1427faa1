import { compareUtf8, Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeOtlpJson } from './decodeOtlpJson.js';
import { decodeOtlpProtobuf } from './decodeOtlpProtobuf.js';
import { asJson, asProtobuf, linesOf, OPTIONS, requestOf } from './otlpMessages.suite.js';

/** From few, so that they repeat, become the same label, or are ours. */
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'a.b',
    'a_b',
    'a-b',
    'B',
    '_c',
    '__d',
    '9',
    'é',
    'job',
    'le',
    METRIC_NAME,
    'host.name',
    'z',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
);
const value = fc.oneof(
  fc.constantFrom('', 'x', 'long'.repeat(40)),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const pairs = fc.uniqueArray(fc.tuple(key, value), { maxLength: 8, selector: ([name]) => name });
/** Several points with the same keys, as senders have them, and others between them. */
const pointSets = fc.array(fc.tuple(pairs, fc.nat(3)), { minLength: 1, maxLength: 6 });

const attributesOf = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([name, stringValue]) => ({ key: name, value: { stringValue } }));

it('gives points the labels that the rules say, whichever way they come', () => {
  fc.assert(
    fc.property(pointSets, pairs, (sets, resource) => {
      const points = sets.flatMap(([entries, more]) => Array<typeof entries>(1 + more).fill(entries));
      const dataPoints = points.map((entries) => ({
        timeUnixNano: '1700000000000000000',
        asInt: '1',
        attributes: attributesOf(entries),
      }));
      const request = requestOf([{ name: 'm', gauge: { dataPoints } }], {
        attributes: [...attributesOf([['service.name', 's']]), ...attributesOf(resource)],
      });
      const options = { ...OPTIONS, promoteResourceAttributes: ['host.name', 'a.b'] };
      const batches = [new WriteBatch(), new WriteBatch()];
      expect(decodeOtlpJson(asJson(request), batches[0], options).refusedCount).toBe(0);
      expect(decodeOtlpProtobuf(asProtobuf(request), batches[1], options).refusedCount).toBe(0);
      const found = points.map((_, i) => batches[0].labelsOf(batches[0].sampleSeries[i]).toObject());
      expect(found).toEqual(points.map((entries) => expectedLabels(entries, resource).toObject()));
      expect(linesOf(batches[1])).toEqual(linesOf(batches[0]));
    }),
    { numRuns: 1000 },
  );
});

type Entries = readonly (readonly [key: string, value: string])[];

/** The rules, written apart from the decoder. */
function expectedLabels(point: Entries, resource: Entries): Labels {
  const labels = joined(point);
  const given = new Set(joined(point, true).keys());
  const promoted = joined(resource.filter(([name]) => name === 'host.name' || name === 'a.b'));
  for (const [name, text] of promoted) if (!given.has(name)) labels.set(name, text);
  labels.set('job', 's').set(METRIC_NAME, 'm');
  return Labels.from(labels);
}

function joined(entries: Entries, withEmpty = false): Map<string, string> {
  const labels = new Map<string, string>();
  for (const [name, text] of [...entries].sort(([a], [b]) => compareUtf8(a, b))) {
    if (text === '' && !withEmpty) continue;
    const label = labelName(name);
    const before = labels.get(label);
    labels.set(label, before === undefined ? text : `${before};${text}`);
  }
  return labels;
}

function labelName(name: string): string {
  const escaped = [...name].map((one) => (/[a-zA-Z0-9_]/.test(one) ? one : '_')).join('');
  if (/^[0-9]/.test(escaped)) return `key_${escaped}`;
  return /^_(?!_)/.test(escaped) ? `key${escaped}` : escaped;
}
