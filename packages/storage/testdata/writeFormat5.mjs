// Writes `format5/`, a data folder with all that the fifth format can hold, and what must be read from it. How it is
// run, and when it may be, is said in README.md.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';
import { repairStore } from '@tinyobs/storage/integrity';
import { ClassicLevel } from 'classic-level';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Where a window of 30 days begins, the final one of rollups of an hour. */
const START_MS = 655 * 30 * DAY_MS;
const EVER = { minMs: -(2 ** 53), maxMs: 2 ** 53 };
const STALE = '7ff0000000000002';
const RETENTION = { rawMs: 5 * DAY_MS, rollup5mMs: Number.POSITIVE_INFINITY, rollup1hMs: Number.POSITIVE_INFINITY };
const WIDTHS_MS = [5 * MINUTE_MS, HOUR_MS];

const target = fileURLToPath(new URL('./format5/', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-format5-'));
/** Bits by time by series: what was written, without what was deleted or rolled up. */
const expected = new Map();
/** Buckets by series, by their width. */
const rolledUp = new Map(WIDTHS_MS.map((widthMs) => [widthMs, new Map()]));
const metadata = new Map();
/** Texts by kind and id, and by number. */
const documents = { key: new Map(), dashboard: new Map(), group: new Map() };
const audit = new Map();
const AUDIT_ENTRIES = 20;
/** Those that are kept, and those that are there, in their order. */
const EXEMPLARS = 12;
let exemplars = [];
const walk = randomNumbers(7);
let nowMs = START_MS;
let store;

await open();
await lostEntry();
await joinedGroups();
await rollups();
await wholeDay();
await openWindows();
await writeExemplars();
await forgotten();
await deletionsThatWait();
await unflushed();
await records();
// The store is idle: what a folder holds now is what a crash would leave.
rmSync(target, { recursive: true, force: true });
mkdirSync(target);
const isKept = (path) => !['LOCK', 'LOG', 'LOG.old'].includes(basename(path));
cpSync(dataDir, join(target, 'store'), { recursive: true, filter: isKept });
writeFileSync(join(target, 'expected.json'), expectedText());
await store.close();
rmSync(dataDir, { recursive: true });

/** An audit log of which a repair found an entry gone. */
async function lostEntry() {
  for (let i = 0; i < AUDIT_ENTRIES; i++) await appendEntry(`before the repair, ${i}`);
  await store.close();
  const level = new ClassicLevel(dataDir, { keyEncoding: 'view' });
  await level.del(Uint8Array.of(0x75, 0x2f, 0, 0, 0, 0, 0, 0, 0, AUDIT_ENTRIES - 3), { sync: true });
  await level.close();
  await repairStore(dataDir, { onFinding: () => undefined, onProgress: () => undefined });
  audit.delete(AUDIT_ENTRIES - 3);
  for (const name of readdirSync(dataDir)) if (name.startsWith('damaged-')) rmSync(join(dataDir, name), { recursive: true });
  store = undefined;
  await open();
}

/** Documents of each kind, of which one was replaced and one deleted, and entries for which the oldest were removed. */
async function records() {
  for (const kind of Object.keys(documents)) {
    for (const id of ['a', 'Z_-09', 'deleted', 'x'.repeat(64)]) await putDocument(kind, id, `${kind} ${id} größe`);
    await putDocument(kind, 'a', `${kind} a, replaced`);
    await putDocument(kind, 'empty', '');
    await store.documents.delete(kind, 'deleted');
    documents[kind].delete('deleted');
  }
  for (let i = 0; i < 10; i++) await appendEntry(`after the repair, ${i}`);
  if (audit.size !== AUDIT_ENTRIES - 1) throw new Error(`${audit.size} entries are kept`);
}

/**
 * Exemplars of which the oldest went, some were deleted and others came after that; of a series that has samples of
 * another time only, and of one that nothing else is kept of.
 */
async function writeExemplars() {
  const long = { __name__: 'long', größe: '→' };
  const gauge = { __name__: 'gauge', instance: 'b' };
  const exemplar = (labels, i, value, more = {}) => ({ labels, own: { trace_id: `t${i}`, ...more }, timeMs: nowMs + i, value });
  for (let i = 0; i < 10; i++) await addExemplars([exemplar(long, i, i)]);
  const odd = [Number.NaN, -0, Infinity, 5e-324];
  await addExemplars(odd.map((value, i) => exemplar(gauge, 10 + i, value, { größe: '→', empty: '' })));
  await remove('gauge', { minMs: nowMs + 10, maxMs: nowMs + 10 });
  exemplars = exemplars.filter(({ labels, timeMs }) => labels !== gauge || timeMs !== nowMs + 10);
  await addExemplars([exemplar({ __name__: 'held' }, 20, 1)], [sample({ __name__: 'held' }, nowMs, 1)]);
  await store.deleteSeries([[new Matcher('__name__', '=', 'held')]], { minMs: nowMs, maxMs: nowMs });
}

async function addExemplars(some, samples = []) {
  const batch = new WriteBatch();
  for (const { labels, timeMs, bits } of samples) {
    batch.addSample(batch.addSeries(Labels.fromObject(labels)), timeMs, valueOf(bits), 0);
  }
  for (const { labels, own, timeMs, value } of some) {
    const series = batch.addSeries(Labels.fromObject(labels));
    batch.exemplars.push({ series, labels: Labels.fromObject(own), timeMs, value });
  }
  const verdicts = await store.append(batch);
  if (verdicts.exemplars !== some.length) throw new Error(`${verdicts.exemplars} exemplars were kept`);
  exemplars = [...exemplars, ...some].slice(-EXEMPLARS);
}

/** Of four groups of series so much is forgotten that they become one with gaps. */
async function joinedGroups() {
  const names = Array.from({ length: 300 }, (_, i) => ({ __name__: 'churn', name: `${i}-${'x'.repeat(4000)}` }));
  await write(names.map((labels, i) => sample(labels, START_MS + MINUTE_MS, i)));
  await store.flush();
  await write([names[3], names[100], names[101]].map((labels) => sample(labels, START_MS + 39 * DAY_MS - HOUR_MS, -1)));
  await store.flush();
  await remove('churn', { minMs: START_MS, maxMs: START_MS + HOUR_MS });
  await store.cleanTombstones();
  nowMs = START_MS + 5 * HOUR_MS;
  await store.compact();
  requireStats({ series: 3, seriesForgotten: 297 });
}

/** Those of two days in the final windows, and those of a day that wait for the rest of 30. */
async function rollups() {
  const times = (startMs, count, stepMs) => Array.from({ length: count }, (_, i) => startMs + i * stepMs);
  const day = (startMs) => {
    const tens = times(startMs, 40, 10 * MINUTE_MS);
    return [
      ...tens.map((timeMs, i) => sample({ __name__: 'rolled_total' }, timeMs, (i % 7) * 10)),
      ...tens.map((timeMs, i) => sample({ __name__: 'rolled_total', late: 'yes' }, timeMs + 1 + i, 2 ** 40 + i)),
      ...tens.map((timeMs) => sample({ __name__: 'rolled' }, timeMs, Math.round(walk() * 1e4) / 1024 - 4)),
      ...tens.map((timeMs) => sample({ __name__: 'rolled_minutes' }, timeMs + MINUTE_MS, timeMs % 3 === 0 ? 1 : 2)),
      ...times(startMs, 20, MINUTE_MS).map((timeMs, i) => sample({ __name__: 'rolled_minutes' }, timeMs, i / 4)),
      sample({ __name__: 'rolled_odd' }, startMs + 1, Number.NaN),
      sample({ __name__: 'rolled_odd' }, startMs + 2, 3),
      sample({ __name__: 'rolled_odd' }, startMs + 6 * MINUTE_MS, Infinity),
      sample({ __name__: 'rolled_odd' }, startMs + 7 * MINUTE_MS, STALE),
      sample({ __name__: 'rolled_odd' }, startMs + 90 * MINUTE_MS, 1),
    ];
  };
  await write(day(START_MS));
  await write(day(START_MS + DAY_MS));
  await write([sample({ __name__: 'far' }, -1, 1), sample({ __name__: 'far' }, -62_135_596_800_000, 3)]);
  await store.flush();
  await remove('rolled', { minMs: START_MS + HOUR_MS, maxMs: START_MS + 2 * HOUR_MS });
  nowMs = START_MS + 2 * DAY_MS + HOUR_MS;
  await store.compact();
  await open(RETENTION);
  nowMs = START_MS + 32 * DAY_MS;
  await write(day(START_MS + 31 * DAY_MS));
  await store.flush();
  nowMs += HOUR_MS;
  await store.compact();
  rollUp(START_MS + 2 * DAY_MS);
  await remove('rolled_minutes', { minMs: START_MS + DAY_MS, maxMs: START_MS + DAY_MS + 8 * MINUTE_MS });
  await store.cleanTombstones();
  nowMs = START_MS + 37 * DAY_MS + 3 * HOUR_MS;
  await store.compact();
  rollUp(START_MS + 32 * DAY_MS);
}

/** One run of a day that is over, of which a series was deleted. */
async function wholeDay() {
  const dayStartMs = START_MS + 38 * DAY_MS;
  const sum = { value: 0 };
  const times = (count, stepMs) => Array.from({ length: count }, (_, i) => dayStartMs + i * stepMs);
  const halves = times(48, HOUR_MS / 2);
  nowMs = dayStartMs;
  await write([
    ...halves.map((timeMs) => sample({ __name__: 'constant', instance: 'a' }, timeMs, 42.5)),
    ...halves.map((timeMs, i) => sample({ __name__: 'counter_total', instance: 'a' }, timeMs, (i % 40) * 15)),
    ...halves.map((timeMs, i) => sample({ __name__: 'counter_total', instance: 'b' }, timeMs, 1e9 + i * i)),
    ...halves.map((timeMs) => sample({ __name__: 'drifting' }, timeMs, (sum.value += 0.1))),
    ...halves.map((timeMs) => sample({ __name__: 'float32' }, timeMs, Math.fround(walk()))),
    ...halves.map((timeMs) => sample({ __name__: 'float64' }, timeMs, (walk() - 0.5) * 10 ** (walk() * 20))),
    ...halves.map((timeMs, i) => sample({ __name__: 'deleted' }, timeMs, i)),
    ...times(1040, MINUTE_MS).map((timeMs) => sample({ __name__: 'long', größe: '→' }, timeMs, (walk() - 0.5) / 3)),
  ]);
  await remember({ metric: 'counter_total', type: 'counter', help: 'What was counted', unit: '' });
  await store.flush();
  nowMs = dayStartMs + DAY_MS + HOUR_MS;
  await remove('deleted', { minMs: dayStartMs + HOUR_MS, maxMs: dayStartMs + 5 * HOUR_MS });
  await store.compact();
  await store.cleanTombstones();
}

/** Runs that overlap and overwrite each other, late samples, odd times and values. */
async function openWindows() {
  await open(RETENTION);
  const bits = [STALE, '7ff8000000000000', 'fff8000000000001', '7ff8deadbeef1234', '8000000000000000'];
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
    sample({ __name__: 'counter_total', instance: 'a' }, START_MS + 38 * DAY_MS + HOUR_MS + 1, 60.5),
    sample({ __name__: 'rolled_total' }, nowMs, 7),
    sample({ __name__: 'far' }, 8_640_000_000_000_000, 4),
    sample({ nameless: 'yes' }, nowMs, 5),
  ]);
  await remember({ metric: 'gauge', type: 'gauge', help: 'Größe in €', unit: 'bytes' });
  await store.flush();
}

/** Series that the last group still has and nothing else: nothing is flushed after them. */
async function forgotten() {
  await write(['a', 'b'].map((instance) => sample({ __name__: 'forgotten', instance }, nowMs - 4 * HOUR_MS, 1)));
  await store.flush();
  await remove('forgotten', EVER);
  await store.cleanTombstones();
  nowMs += 5 * HOUR_MS;
  // Lets retention look for series without merging the runs of the open windows.
  await store.cleanTombstones();
  requireStats({ seriesForgotten: 2, deletions: 0 });
}

/** Of samples, of rollups, and of all that there is of a series. */
async function deletionsThatWait() {
  const dayStartMs = START_MS + 38 * DAY_MS;
  await remove('constant', { minMs: dayStartMs, maxMs: dayStartMs + 2 * HOUR_MS });
  await remove('rolled', { minMs: START_MS + 31 * DAY_MS, maxMs: START_MS + 31 * DAY_MS + 3 * HOUR_MS });
  await remove('drifting', EVER);
}

/** Samples, of new series and of one that was forgotten too, that are in write-ahead records only. */
async function unflushed() {
  await write([sample({ __name__: 'gauge', instance: 'b' }, nowMs + 1, 1), sample({ __name__: 'new' }, nowMs, 2)]);
  await write([
    sample({ __name__: 'gauge', instance: 'b' }, nowMs + 1, -1),
    sample({ __name__: 'forgotten', instance: 'b' }, nowMs, 3),
  ]);
  await remember({ metric: 'new', type: 'stateset', help: '', unit: '' });
}

/** Opens the store, again where one is open: what LevelDB has in its log goes to tables. */
async function open(retention = {}) {
  await store?.close();
  store = await openStore({ dataDir, retention, now: () => nowMs, auditEntriesMax: AUDIT_ENTRIES, exemplarsMax: EXEMPLARS });
}

async function putDocument(kind, id, text) {
  await store.documents.put(kind, id, new TextEncoder().encode(text));
  documents[kind].set(id, text);
}

async function appendEntry(text) {
  const seq = await store.audit.append(new TextEncoder().encode(text));
  audit.set(seq, text);
  audit.delete(seq - AUDIT_ENTRIES);
}

function requireStats(wanted) {
  const stats = store.stats();
  for (const [name, value] of Object.entries(wanted)) {
    if (stats[name] !== value) throw new Error(`${name} is ${stats[name]}, not ${value}`);
  }
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
    for (const series of rolledUp.values()) {
      const left = series.get(key)?.filter(({ firstMs, lastMs }) => lastMs < minMs || firstMs > maxMs);
      if (left) series.set(key, left);
    }
  }
}

/** What is expected of the samples before a time is rollups: by their buckets, and the days that these lie in. */
function rollUp(beforeMs) {
  for (const [key, samples] of expected) {
    const old = [...samples].filter(([timeMs]) => timeMs < beforeMs).sort(([a], [b]) => a - b);
    for (const [timeMs] of old) samples.delete(timeMs);
    for (const [widthMs, series] of rolledUp) {
      const groups = groupsOf(old, ([timeMs]) => `${Math.floor(timeMs / DAY_MS)} ${Math.ceil(timeMs / widthMs)}`);
      series.set(key, [...(series.get(key) ?? []), ...[...groups.values()].flatMap(bucketsOf)]);
    }
  }
}

function groupsOf(samples, groupOf) {
  const groups = new Map();
  for (const one of samples) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one]);
  return groups;
}

/** One bucket, and one of the stale marker behind its last sample. */
function bucketsOf(samples) {
  const values = samples.filter(([, bits]) => bits !== STALE).map(([timeMs, bits]) => ({ timeMs, value: valueOf(bits) }));
  const [lastMs, lastBits] = samples.at(-1);
  const marker = lastBits === STALE ? [{ firstMs: lastMs, lastMs, count: 0 }] : [];
  if (values.length === 0) return marker;
  const bucket = { firstMs: values[0].timeMs, lastMs: values.at(-1).timeMs, count: values.length };
  const numbers = values.map(({ value }) => value);
  const known = numbers.filter((value) => !Number.isNaN(value));
  const drops = numbers.filter((value, i) => numbers[i + 1] < value).reduce((sum, value) => sum + value, 0);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const [min, max] = known.length > 0 ? [Math.min(...known), Math.max(...known)] : [Number.NaN, Number.NaN];
  return [{ ...bucket, values: [numbers[0], numbers.at(-1), sum, min, max, drops] }, ...marker];
}

function expectedText() {
  const series = [...expected].map(([key, samples]) => {
    const ordered = [...samples].sort(([a], [b]) => a - b);
    return { labels: JSON.parse(key), samples: ordered.map(([timeMs, bits]) => `${timeMs}:${bits}`) };
  });
  const rollups = WIDTHS_MS.flatMap((widthMs) =>
    [...rolledUp.get(widthMs)].map(([key, buckets]) => ({
      widthMs,
      labels: JSON.parse(key),
      buckets: buckets.map(({ firstMs, lastMs, count, values = [] }) => [firstMs, lastMs, count, ...values].join(':')),
    })),
  );
  const linesOf = (all) => all.map((one) => JSON.stringify(one)).join(',\n');
  const there = series.filter(({ samples }) => samples.length > 0);
  const rolled = rollups.filter(({ buckets }) => buckets.length > 0);
  return `{"nowMs":${nowMs},\n"metadata":${JSON.stringify([...metadata.values()])},\n"documents":${documentsText()},\n"audit":${JSON.stringify([...audit])},\n"exemplars":${exemplarsText()},\n"series":[\n${linesOf(there)}\n],\n"rollups":[\n${linesOf(rolled)}\n]}\n`;
}

/** By series, in the order of time. */
function exemplarsText() {
  const bySeries = groupsOf(exemplars, ({ labels }) => JSON.stringify(labels));
  const all = [...bySeries.values()].map((some) => ({
    labels: some[0].labels,
    exemplars: some.map(({ own, timeMs, value }) => [timeMs, bitsOf(value), Labels.fromObject(own).toObject()]),
  }));
  return JSON.stringify(all);
}

function documentsText() {
  return JSON.stringify(Object.fromEntries(Object.entries(documents).map(([kind, texts]) => [kind, [...texts]])));
}

function bitsOf(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

function valueOf(bits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

/** From 0 to 1, the same ones each time. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 + (state % 1013) / 2 ** 45;
  };
}
