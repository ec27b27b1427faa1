// Changes documents, adds to the audit log, appends samples and exemplars, all at once, until it is killed:
// `node writeDocuments.mjs <folder> <durability> <first number> <audit entries kept> <exemplars kept>`. Each change has a number of its
// own. It prints `begun <what> <number>` before a change and `done <what> <number> <sequence number>` once it is
// acknowledged, a number of `-` being a deletion, and `acknowledged <count>` after every hundred of them but exemplars.
import { Labels, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';
import { textOf } from './documentTexts.mjs';

const [dataDir, durability, first, auditEntriesMax, exemplarsMax] = process.argv.slice(2);
const WORKERS = 4;
const DOCUMENTS_PER_WORKER = 5;
const SAMPLES_PER_BATCH = 400;

const store = await openStore({
  dataDir,
  durability,
  headSamplesMax: 16_384,
  auditEntriesMax: Number(auditEntriesMax),
  exemplarsMax: Number(exemplarsMax),
});
let number = Number(first);
let acknowledged = 0;

const say = (line) => process.stdout.write(`${line}\n`);
const acknowledge = (line) => {
  say(`done ${line}`);
  if (++acknowledged % 100 === 0) say(`acknowledged ${acknowledged}`);
};

/** Only this worker changes its documents, so the order of their changes is known. */
async function changeDocuments(worker) {
  for (let round = 0; ; round++) {
    const id = `w${worker}-${round % DOCUMENTS_PER_WORKER}`;
    const change = ++number;
    const isDeletion = change % 5 === 0;
    const line = `${id} ${isDeletion ? '-' : change}`;
    say(`begun ${line}`);
    if (isDeletion) await store.documents.delete('key', id);
    else await store.documents.put('key', id, Buffer.from(textOf(change)));
    acknowledge(line);
  }
}

async function audit() {
  for (;;) {
    const change = ++number;
    say(`begun audit ${change}`);
    const seq = await store.audit.append(Buffer.from(textOf(change)));
    acknowledge(`audit ${change} ${seq}`);
  }
}

/** One after the other, so that the order in which they come is known. */
async function addExemplars() {
  for (;;) {
    const change = ++number;
    const batch = new WriteBatch();
    const series = batch.addSeries(Labels.fromObject({ __name__: 'traced', lane: String(change % 5) }));
    batch.addSample(series, Date.now(), change, 0);
    const labels = Labels.fromObject({ trace_id: textOf(change) });
    batch.exemplars.push({ series, labels, value: change, timeMs: Date.now() });
    say(`begun exemplar ${change}`);
    await store.append(batch);
    say(`done exemplar ${change}`);
  }
}

/** Lets LevelDB change its log, and the store flush, while records are written. */
async function append() {
  for (let round = 0; ; round++) {
    const batch = new WriteBatch();
    for (let i = 0; i < SAMPLES_PER_BATCH; i++) {
      const series = batch.addSeries(Labels.fromObject({ __name__: 'filler', i: String(i) }));
      batch.addSample(series, Date.now() + round, Math.random(), i);
    }
    await store.append(batch);
  }
}

const workers = Array.from({ length: WORKERS }, (_, worker) => [changeDocuments(worker), audit()]);
await Promise.all([...workers.flat(), append(), addExemplars()]);
