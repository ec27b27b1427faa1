// Wrote `format1/`, a data folder of the first format, and what must be read from it. It is run again only
// before the first release; afterwards the folder is what it is, and a later format gets a folder of its own.
//
//     npm run build && node packages/storage/testdata/writeFormat1.mjs

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY_START_MS = 1_699_920_000_000;

const target = fileURLToPath(new URL('./format1/', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-format1-'));
/** Bits by time by series: what was written, without what was deleted. */
const expected = new Map();
const metadata = new Map();
let nowMs = DAY_START_MS;
let store;

await wholeDay();
await openWindows();
await unflushed();
// The store is idle: what a folder holds now is what a crash would leave.
rmSync(target, { recursive: true, force: true });
mkdirSync(target);
const isKept = (path) => !['LOCK', 'LOG', 'LOG.old'].includes(basename(path));
cpSync(dataDir, join(target, 'store'), { recursive: true, filter: isKept });
writeFileSync(join(target, 'expected.json'), expectedText());
await store.close();
rmSync(dataDir, { recursive: true });

/** One run of a day that is over, of which a series was deleted. */
async function wholeDay() {
  await open();
  const walk = randomNumbers(7);
  const sum = { value: 0 };
  const times = (count, stepMs) => Array.from({ length: count }, (_, i) => DAY_START_MS + i * stepMs);
  const quarters = times(96, HOUR_MS / 4);
  await write([
    ...quarters.map((timeMs) => sample({ __name__: 'constant', instance: 'a' }, timeMs, 42.5)),
    ...quarters.map((timeMs, i) => sample({ __name__: 'counter_total', instance: 'a' }, timeMs, (i % 60) * 15)),
    ...quarters.map((timeMs, i) => sample({ __name__: 'counter_total', instance: 'b' }, timeMs, 1e9 + i * i)),
    ...quarters.map((timeMs) => sample({ __name__: 'drifting' }, timeMs, (sum.value += 0.1))),
    ...quarters.map((timeMs) => sample({ __name__: 'float32' }, timeMs, Math.fround(walk()))),
    ...quarters.map((timeMs) => sample({ __name__: 'float64' }, timeMs, (walk() - 0.5) * 10 ** (walk() * 20))),
    ...quarters.map((timeMs, i) => sample({ __name__: 'deleted' }, timeMs, i)),
    ...times(1440, 60_000).map((timeMs) => sample({ __name__: 'long', größe: '→' }, timeMs, (walk() - 0.5) / 3)),
  ]);
  await remember({ metric: 'counter_total', type: 'counter', help: 'What was counted', unit: '' });
  await store.flush();
  nowMs = DAY_START_MS + DAY_MS + HOUR_MS;
  await remove('deleted', { minMs: DAY_START_MS + HOUR_MS, maxMs: DAY_START_MS + 5 * HOUR_MS });
  await store.compact();
  await store.cleanTombstones();
  await store.close();
}

/** Runs that overlap and overwrite each other, late samples, odd times and values, a deletion that waits. */
async function openWindows() {
  await open();
  const bits = ['7ff0000000000002', '7ff8000000000000', 'fff8000000000001', '7ff8deadbeef1234', '8000000000000000'];
  const values = [0, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 2 ** 53, -(2 ** 53) + 1];
  const odd = [...bits, ...values.map(bitsOf)];
  await write([
    ...odd.map((value, i) => sample({ __name__: 'odd' }, nowMs + i * 1000, value)),
    ...odd.map((value, i) => sample({ __name__: 'odd_one', i: String(i) }, nowMs, value)),
    ...window('a', 1),
  ]);
  await store.flush();
  await write([
    ...window('a', 2),
    ...window('b', 3),
    sample({ __name__: 'counter_total', instance: 'a' }, DAY_START_MS + HOUR_MS + 1, 60.5),
    sample({ __name__: 'far' }, -1, 1),
    sample({ __name__: 'far' }, 0, 2),
    sample({ __name__: 'far' }, -62_135_596_800_000, 3),
    sample({ __name__: 'far' }, 8_640_000_000_000_000, 4),
    sample({ nameless: 'yes' }, nowMs, 5),
  ]);
  await remember({ metric: 'gauge', type: 'gauge', help: 'Größe in €', unit: 'bytes' });
  await store.flush();
  await remove('constant', { minMs: DAY_START_MS, maxMs: DAY_START_MS + 2 * HOUR_MS });
}

/** A deletion and samples, of new series too, that are in write-ahead records only. */
async function unflushed() {
  await write([sample({ __name__: 'gauge', instance: 'b' }, nowMs + 1, 1), sample({ __name__: 'new' }, nowMs, 2)]);
  await write([sample({ __name__: 'gauge', instance: 'b' }, nowMs + 1, -1)]);
  await remember({ metric: 'new', type: 'unknown', help: '', unit: '' });
}

async function open() {
  store = await openStore({ dataDir, now: () => nowMs });
}

function window(instance, factor) {
  const labels = { __name__: 'gauge', instance };
  return Array.from({ length: 30 }, (_, i) => sample(labels, nowMs + i * 15_000 * factor, (i * factor) / 4));
}

function sample(labels, timeMs, value) {
  return { labels, timeMs, bits: typeof value === 'string' ? value : bitsOf(value) };
}

async function write(samples) {
  const batch = new WriteBatch();
  const known = new Map();
  samples.forEach(({ labels, timeMs, bits }, row) => {
    const key = JSON.stringify(labels);
    if (!known.has(key)) known.set(key, batch.addSeries(Labels.fromObject(labels)));
    const [high, low] = [bits.slice(0, 8), bits.slice(8)].map((word) => Number.parseInt(word, 16));
    batch.addSampleWords(known.get(key), timeMs, low, high, row);
    if (!expected.has(key)) expected.set(key, new Map());
    expected.get(key).set(timeMs, bits);
  });
  const { refusedRows } = await store.append(batch);
  if (refusedRows.length > 0) throw new Error(`refused: ${refusedRows}`);
}

async function remember(entry) {
  const batch = new WriteBatch();
  batch.metadata.push(entry);
  await store.append(batch);
  metadata.set(entry.metric, entry);
}

async function remove(metric, { minMs, maxMs }) {
  await store.deleteSeries([[new Matcher('__name__', '=', metric)]], { minMs, maxMs });
  for (const [key, samples] of expected) {
    if (JSON.parse(key).__name__ !== metric) continue;
    for (const timeMs of samples.keys()) if (timeMs >= minMs && timeMs <= maxMs) samples.delete(timeMs);
  }
}

function expectedText() {
  const series = [...expected].map(([key, samples]) => {
    const ordered = [...samples].sort(([a], [b]) => a - b);
    return { labels: JSON.parse(key), samples: ordered.map(([timeMs, bits]) => `${timeMs}:${bits}`) };
  });
  const lines = series.map((one) => JSON.stringify(one)).join(',\n');
  return `{"nowMs":${nowMs},\n"metadata":${JSON.stringify([...metadata.values()])},\n"series":[\n${lines}\n]}\n`;
}

function bitsOf(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/** From 0 to 1, the same ones each time. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 + (state % 1013) / 2 ** 45;
  };
}
