import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matcher } from '@tinyobs/model';
import { batchWith, exemplarsOf } from '../exemplars/exemplarFixture.suite.js';
import { openDiskStore } from '../kv/diskStore.js';
import type { DocumentKind } from '../kv/keys.js';
import { repairStore } from '../repair/repairStore.js';
import { openStore, type Store } from '../store.js';
import { batchOf, entriesOf, putRaw, type Sample, selectAll } from '../storeFixture.suite.js';
import type { Finding, Loss } from './finding.js';
import { type VerifyReport, verifyStore } from './verifyStore.js';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_006_400_000;
const STEP_MS = 30_000;
const STEPS = 1600;
const NO_PROGRESS = () => undefined;

/** Documents as `kind/id`, and audit entries by number, with their texts; exemplars as `series trace@time=value`. */
export interface Records {
  readonly documents: ReadonlyMap<string, string>;
  readonly audit: ReadonlyMap<number, string>;
  readonly exemplars: ReadonlySet<string>;
}

/** Series by name, samples as `time:bits`: what `selectAll` answers. */
export type Answers = Record<string, string[]>;

/** What a sound store answers. */
export interface Contents {
  readonly answers: Answers;
  readonly records: Records;
  /** Every document there was as `kind/id: text`, and every exemplar, also replaced and deleted ones. */
  readonly everWritten: ReadonlySet<string>;
}

/** Of a store with samples only. */
export function samplesOnly(answers: Answers): Contents {
  return {
    answers,
    records: { documents: new Map(), audit: new Map(), exemplars: new Set() },
    everWritten: new Set(),
  };
}

/** A store in a folder, and what it answers. Its clock stands still, so that no compaction begins by itself. */
export interface SoundFolder extends Contents {
  readonly root: string;
  readonly folder: string;
  /** Whether a sample was there before it was deleted: it comes back where the deletion is lost. */
  wasDeleted(sample: string, series: string): boolean;
  /** A fresh copy, in a folder of its own. */
  copy(): string;
  remove(): Promise<void>;
}

/**
 * Several windows, some with two runs and some merged, a deletion not carried out, metadata, records not in blocks,
 * documents that were replaced and deleted, an audit log and exemplars of which the oldest were dropped.
 */
export async function writeSoundFolder(): Promise<SoundFolder> {
  const root = mkdtempSync(join(tmpdir(), 'tinyobs-damaged-'));
  const live = join(root, 'live');
  const folder = join(root, 'sound');
  const auditEntriesMax = 128;
  const store = await openStore({
    ...{ dataDir: live, now: () => START_MS, durability: 'os', auditEntriesMax },
    exemplarsMax: EXEMPLARS,
  });
  const everWritten = new Set<string>();
  for (let step = 0; step < STEPS; step += 100) {
    const samples: Sample[] = [];
    for (let i = step; i < step + 100; i++) samples.push(...samplesAt(i));
    const batch = batchOf(samples);
    if (step === 0) batch.metadata.push({ metric: 'm_0', type: 'gauge', help: 'A lane.', unit: '' });
    await store.append(batch);
    await writeExemplars(store, step, everWritten);
    if (step % 400 === 300) await store.flush();
    if (step === 900) await store.compact();
    await writeRecords(store, step / 100, everWritten);
  }
  const range = { minMs: START_MS + HOUR_MS, maxMs: START_MS + 2 * HOUR_MS };
  const before = (await selectAll(store))[DELETED] ?? [];
  await store.deleteSeries([[new Matcher('lane', '=', '3')]], range);
  await store.append(batchOf(samplesAt(STEPS)));
  await store.append(batchOf(samplesAt(STEPS + 1)));
  const answers = await selectAll(store);
  const records = await readRecords(store);
  cpSync(live, folder, { recursive: true });
  await store.close();
  let copies = 0;
  return {
    root,
    folder,
    answers,
    records,
    everWritten,
    wasDeleted: (sample, series) => series === DELETED && before.includes(sample),
    copy: () => {
      const copy = join(root, `copy-${copies++}`);
      cpSync(folder, copy, { recursive: true });
      return copy;
    },
    remove: () => rm(root, { recursive: true }),
  };
}

const EXEMPLARS = 100;

/** Of lanes that have samples: more than are kept, in commits of several and of one. */
async function writeExemplars(store: Store, step: number, everWritten: Set<string>): Promise<void> {
  const some = Array.from({ length: 10 }, (_, i) => ({
    series: labelsOf(i),
    trace: `t${step}-${i}`,
    timeMs: START_MS + (step + i) * STEP_MS,
    value: step + i,
  }));
  for (const given of [some.slice(0, 9), some.slice(9)]) await store.append(batchWith(given));
  for (const name of await namesOfExemplars(store)) everWritten.add(name);
}

async function namesOfExemplars(store: Store): Promise<string[]> {
  const found = Object.entries(await exemplarsOf(store));
  return found.flatMap(([series, exemplars]) => exemplars.map((text) => `${series} ${text}`));
}

const KINDS: readonly DocumentKind[] = ['key', 'dashboard', 'group'];

/** Replaces, adds and deletes documents, each of which makes entries in the audit log. */
async function writeRecords(store: Store, round: number, everWritten: Set<string>): Promise<void> {
  for (const kind of KINDS) {
    for (const id of [`first-${kind}`, `r${round % 5}`, `r${(3 * round) % 7}`]) {
      const text = `${kind} ${id} of round ${round} ${'x'.repeat(round * 100)}`;
      await store.documents.put(kind, id, new TextEncoder().encode(text));
      everWritten.add(`${kind}/${id}: ${text}`);
    }
    await store.documents.delete(kind, `r${(2 * round) % 7}`);
  }
  const entries = Array.from({ length: 12 }, (_, i) =>
    new TextEncoder().encode(`entry ${i} of round ${round}`),
  );
  await Promise.all(entries.map((entry) => store.audit.append(entry)));
}

async function readRecords(store: Store): Promise<Records> {
  const documents = new Map<string, string>();
  for (const kind of KINDS) {
    for (const { id, bytes } of await store.documents.list(kind)) {
      documents.set(`${kind}/${id}`, new TextDecoder().decode(bytes));
    }
  }
  const entries = await store.audit.read({ limit: 1000 });
  return {
    documents,
    audit: new Map(entries.map(({ seq, bytes }) => [seq, new TextDecoder().decode(bytes)])),
    exemplars: new Set(await namesOfExemplars(store)),
  };
}

const DELETED = 'm_3{lane="3"}';

const labelsOf = (lane: number) => ({ __name__: `m_${lane % 7}`, lane: String(lane) });

/** Lane 30 begins late: write-ahead records name it first. */
function samplesAt(step: number): Sample[] {
  const lanes = step > STEPS ? 31 : 30;
  return Array.from({ length: lanes }, (_, lane) => ({
    labels: labelsOf(lane),
    timeMs: START_MS + step * STEP_MS + (lane % 5) * 7,
    value: lane % 3 === 0 ? Math.sin(lane * 1000 + step) : lane * 1000 + step,
  }));
}

/** Changes entries of a folder's database through LevelDB. */
export async function changeEntries(
  folder: string,
  change: (key: Uint8Array, value: Uint8Array) => Uint8Array | 'keep' | 'remove',
): Promise<number> {
  const kv = await openDiskStore({ dataDir: folder });
  let changed = 0;
  for (const [key, value] of await entriesOf(kv)) {
    const next = change(key, value);
    if (next === 'keep') continue;
    await putRaw(kv, key, next === 'remove' ? undefined : next);
    changed++;
  }
  await kv.close();
  return changed;
}

export interface Verified {
  readonly report: VerifyReport;
  readonly findings: readonly Finding[];
}

export async function verify(folder: string): Promise<Verified> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  const report = await verifyStore(folder, { onFinding, onProgress: NO_PROGRESS });
  return { report, findings };
}

export interface Repaired {
  readonly findings: readonly Finding[];
  /** Samples that are missing, and how many at most were said to be. */
  readonly missing: number;
  readonly saidMax: number;
  /** What is wrong with the answers: wrong values, losses nobody spoke of, a store that is not sound. */
  readonly failures: readonly string[];
}

/** Repairs, verifies, opens and reads a folder, and compares it with the sound one. */
export async function repairAndCompare(
  folder: string,
  sound: Contents,
  options: { readonly mayReturn?: (sample: string, series: string) => boolean } = {},
): Promise<Repaired> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  await repairStore(folder, { onFinding, onProgress: NO_PROGRESS });
  const failures: string[] = [];
  const after = await verify(folder);
  for (const { severity, message } of after.findings) {
    if (severity === 'damage') failures.push(`after the repair: ${message}`);
  }
  const store = await openStore({ dataDir: folder, now: () => START_MS });
  const answers = await selectAll(store);
  await store.append(batchOf([{ labels: { __name__: 'new' }, timeMs: START_MS, value: 1 }]));
  failures.push(...(await compareRecords(store, sound, findings)));
  await store.close();
  const losses = findings.flatMap(({ loss }) => (loss ? [loss] : []));
  const compared = compare(answers, sound.answers, losses, options.mayReturn ?? (() => false));
  return { ...compared, findings, failures: [...failures, ...compared.failures] };
}

function compare(
  answers: Answers,
  expected: Answers,
  losses: readonly Loss[],
  mayReturn: (sample: string, series: string) => boolean,
): Pick<Repaired, 'missing' | 'saidMax' | 'failures'> {
  const failures: string[] = [];
  let missing = 0;
  for (const series of new Set([...Object.keys(answers), ...Object.keys(expected)])) {
    const found = new Set(answers[series] ?? []);
    const wanted = new Set(expected[series] ?? []);
    for (const sample of found) {
      if (!wanted.has(sample) && !mayReturn(sample, series)) failures.push(`invented: ${series} ${sample}`);
    }
    for (const sample of wanted) {
      if (found.has(sample)) continue;
      missing++;
      const timeMs = Number(sample.split(':')[0]);
      if (!losses.some((loss) => covers(loss, series, timeMs)))
        failures.push(`silently lost: ${series} ${sample}`);
    }
  }
  const saidMax = losses.reduce((sum, { samplesMax }) => sum + (samplesMax ?? Number.POSITIVE_INFINITY), 0);
  if (missing > saidMax) failures.push(`${missing} samples are missing, at most ${saidMax} are said to be`);
  return { missing, saidMax, failures };
}

/** What is wrong with documents and audit entries; then the store takes a new one of each. */
async function compareRecords(
  store: Store,
  { records, everWritten }: Contents,
  findings: readonly Finding[],
): Promise<string[]> {
  const failures: string[] = [];
  const said = findings.filter(({ severity }) => severity === 'damage');
  const textsOf = (kind: Finding['kind']) =>
    said.filter((one) => one.kind === kind).map(({ message }) => message);
  const ofDocuments = textsOf('document').join('; ');
  const found = await readRecords(store);
  for (const [name, text] of found.documents) {
    const isOther = records.documents.get(name) !== text;
    if (!everWritten.has(`${name}: ${text}`)) failures.push(`invented: ${name}`);
    else if (isOther && !/BACK|earlier time/.test(ofDocuments)) failures.push(`silently old: ${name}`);
  }
  for (const name of records.documents.keys()) {
    const [kind, id] = name.split('/');
    const isSaid = new RegExp(
      `document ${id} of kind ${kind} is lost|documents of kind ${kind} |documents may`,
    );
    if (!found.documents.has(name) && !isSaid.test(ofDocuments)) failures.push(`silently lost: ${name}`);
  }
  const ofAudit = textsOf('audit_log');
  for (const [seq, text] of records.audit) {
    const isThere = found.audit.get(seq) === text;
    if (found.audit.has(seq) && !isThere) failures.push(`entry ${seq} is another one`);
    if (!isThere && !ofAudit.some((message) => coversEntry(message, seq)))
      failures.push(`silently lost: ${seq}`);
  }
  failures.push(
    ...compareExemplars(found.exemplars, { records, everWritten }, textsOf('exemplars').join('; ')),
  );
  await writeExemplars(store, STEPS, new Set());
  for (const kind of KINDS) await store.documents.put(kind, 'new', new Uint8Array(1));
  const next = Math.max(0, ...records.audit.keys()) + 1;
  const seq = await store.audit.append(new Uint8Array(1));
  if (seq !== next && !ofAudit.some((message) => message.includes('may be lost'))) {
    failures.push(`entry ${next} is given the number ${seq}`);
  }
  return failures;
}

function compareExemplars(
  found: ReadonlySet<string>,
  { records, everWritten }: Pick<Contents, 'records' | 'everWritten'>,
  said: string,
): string[] {
  const failures: string[] = [];
  for (const name of found) {
    if (!everWritten.has(name)) failures.push(`invented: ${name}`);
    else if (!records.exemplars.has(name) && !/back/i.test(said)) failures.push(`silently back: ${name}`);
  }
  const isSaid = /lost/.test(said);
  for (const name of records.exemplars) {
    if (!found.has(name) && !isSaid) failures.push(`silently lost: ${name}`);
  }
  return failures;
}

function coversEntry(message: string, seq: number): boolean {
  if (message.includes('may be lost')) return true;
  const [, from, to = from] = /^entr(?:y|ies) (\d+)(?: to (\d+))? /.exec(message) ?? [];
  return seq >= Number(from) && seq <= Number(to);
}

/** Ids count for series whose labels are gone: lanes are named in the order of their ids. */
function covers(loss: Loss, series: string, timeMs: number): boolean {
  const lane = /lane="(\d+)"/.exec(series)?.[1];
  const isNamed = !loss.series || loss.series.some((name) => name === series || name === `series ${lane}`);
  return isNamed && timeMs >= (loss.minMs ?? -Infinity) && timeMs <= (loss.maxMs ?? Infinity);
}

export function kindOf(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 3)).toString('latin1');
}
