import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, type StoreEvent } from '@tinyobs/storage';
import { verifyStore } from '@tinyobs/storage/integrity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CutDisk, canCut, halt, mountCutDisk } from '../cutDisk.js';
import { type Program, startProgram } from '../programs.js';
import { canMount, mountSmallDisk, type SmallDisk } from '../smallDisk.js';
import { ROOT } from '../sources.js';
import { textOf } from './documentTexts.mjs';

const CYCLES = process.env.TEST_SCALE === 'full' ? 20 : 5;
const ACKNOWLEDGED_PER_CYCLE = 1500;
/** Numbers that one process may use. */
const NUMBERS_PER_CYCLE = 1_000_000;
const AUDIT_ENTRIES = 600;
/** Fewer than come in a cycle, so that the oldest go. */
const EXEMPLARS = 50;
const CUT_DISK_BYTES = 256 * 2 ** 20;

/** What is known of the records of a folder by what the processes said that wrote them. */
class Ledger {
  acknowledged = 0;
  /** What each document was last acknowledged to be, and what it may be since. */
  readonly #documents = new Map<string, { known: string; begun: Set<string> }>();
  readonly #entries = new Map<number, string>();
  readonly #begunEntries = new Set<string>();
  /** By number, whether it was acknowledged. */
  readonly #exemplars = new Map<number, boolean>();

  /** Takes over what a process said. */
  read(output: string): void {
    for (const line of output.split('\n')) {
      const [word, what, number, seq] = line.split(' ');
      if (word === 'begun') this.#begin(what, number);
      else if (word === 'done') this.#acknowledge(what, number, seq);
    }
  }

  /** What is wrong with a store; what it has is taken for acknowledged from now on. */
  async look(store: Store): Promise<{ lost: string[]; wrong: string[] }> {
    const documents = await this.#lookAtDocuments(store);
    const entries = await this.#lookAtEntries(store);
    const exemplars = await this.#lookAtExemplars(store);
    return {
      lost: [...documents.lost, ...entries.lost, ...exemplars.lost],
      wrong: [...documents.wrong, ...entries.wrong, ...exemplars.wrong],
    };
  }

  #begin(what: string, number: string): void {
    if (what === 'audit') this.#begunEntries.add(textOf(Number(number)));
    else if (what === 'exemplar') this.#exemplars.set(Number(number), false);
    else this.#documentOf(what).begun.add(number);
  }

  #acknowledge(what: string, number: string, seq: string): void {
    this.acknowledged++;
    if (what === 'audit') this.#entries.set(Number(seq), textOf(Number(number)));
    else if (what === 'exemplar') this.#exemplars.set(Number(number), true);
    else this.#documents.set(what, { known: number, begun: new Set() });
  }

  #documentOf(id: string) {
    const known = this.#documents.get(id) ?? { known: '-', begun: new Set<string>() };
    this.#documents.set(id, known);
    return known;
  }

  async #lookAtDocuments(store: Store): Promise<{ lost: string[]; wrong: string[] }> {
    const found = new Map<string, string>();
    for (const { id, bytes } of await store.documents.list('key')) {
      found.set(id, new TextDecoder().decode(bytes));
    }
    const lost: string[] = [];
    const wrong = [...found.keys()].filter((id) => !this.#documents.has(id));
    for (const [id, { known, begun }] of this.#documents) {
      const text = found.get(id);
      const number = text?.split(':')[0] ?? '-';
      if (text !== undefined && text !== textOf(Number(number))) wrong.push(`${id} has another text`);
      if (number !== known && !begun.has(number)) lost.push(`${id} is ${number} and not ${known}`);
      this.#documents.set(id, { known: number, begun: new Set() });
    }
    return { lost, wrong };
  }

  /** Of those in a row that began, the last ones must be there, but for one that was not acknowledged. */
  async #lookAtExemplars(store: Store): Promise<{ lost: string[]; wrong: string[] }> {
    const range = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
    const series = await store.exemplars([[]], range, Number.POSITIVE_INFINITY, new AbortController().signal);
    const found = new Set<number>();
    const wrong: string[] = [];
    for (const { value, labels } of series.flatMap(({ exemplars }) => exemplars)) {
      if (!this.#exemplars.has(value) || labels.get('trace_id') !== textOf(value))
        wrong.push(`exemplar ${value}`);
      found.add(value);
    }
    const oldest = found.size < EXEMPLARS ? Number.NEGATIVE_INFINITY : Math.min(...found);
    const begun = [...this.#exemplars];
    if (found.size > EXEMPLARS) wrong.push(`${found.size} exemplars are kept`);
    const lost = begun.filter(([number, isKnown]) => isKnown && number > oldest && !found.has(number));
    for (const number of found) this.#exemplars.set(number, true);
    for (const [number] of begun) if (!found.has(number)) this.#exemplars.delete(number);
    return { lost: lost.map(([number]) => `exemplar ${number}`), wrong };
  }

  async #lookAtEntries(store: Store): Promise<{ lost: string[]; wrong: string[] }> {
    const found = new Map<number, string>();
    for (let beforeSeq: number | undefined; ; ) {
      const page = await store.audit.read({ beforeSeq, limit: 250 });
      for (const { seq, bytes } of page) found.set(seq, new TextDecoder().decode(bytes));
      if (page.length === 0) break;
      beforeSeq = page[page.length - 1].seq;
    }
    const oldest = Math.min(...found.keys());
    const newest = Math.max(...found.keys());
    const wrong: string[] = [];
    if (newest - oldest + 1 !== found.size) wrong.push('the numbers of entries have gaps');
    if (oldest > 1 && found.size < AUDIT_ENTRIES) wrong.push(`only ${found.size} entries are kept`);
    for (const [seq, text] of found) {
      const known = this.#entries.get(seq);
      if (known === undefined ? !this.#begunEntries.has(text) : known !== text) wrong.push(`entry ${seq}`);
    }
    const lost = [...this.#entries.keys()].filter((seq) => seq > newest).map((seq) => `entry ${seq}`);
    this.#entries.clear();
    for (const [seq, text] of found) this.#entries.set(seq, text);
    return { lost, wrong };
  }
}

/** Lets a process write to a folder until it is ended, over and over; what each look found. */
async function endWhileWriting(
  dataDir: string,
  durability: 'sync' | 'os',
  end: (writer: Program) => Promise<void>,
): Promise<{
  readonly lost: readonly string[][];
  readonly wrong: readonly string[][];
  readonly said: readonly string[];
}> {
  const ledger = new Ledger();
  const lost: string[][] = [];
  const wrong: string[][] = [];
  const said: string[] = [];
  const onEvent = (event: StoreEvent) => event.type === 'corruption' && said.push(event.error.message);
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const numbers = [String(cycle * NUMBERS_PER_CYCLE), String(AUDIT_ENTRIES), String(EXEMPLARS)];
    const program = join(ROOT, 'test/crash/writeDocuments.mjs');
    const writer = startProgram(process.execPath, [program, dataDir, durability, ...numbers]);
    await writer.waitFor(new RegExp(`^acknowledged ${ACKNOWLEDGED_PER_CYCLE}$`, 'm'));
    await end(writer);
    ledger.read(writer.output());
    const store = await openStore({ dataDir, onEvent, exemplarsMax: EXEMPLARS });
    const look = await ledger.look(store);
    lost.push(look.lost);
    wrong.push(look.wrong);
    await store.close();
    await verifyStore(dataDir, {
      onFinding: ({ severity, message }) => severity === 'damage' && said.push(message),
      onProgress: () => undefined,
    });
  }
  expect(ledger.acknowledged).toBeGreaterThan(CYCLES * ACKNOWLEDGED_PER_CYCLE);
  const counts = lost.map(({ length }) => length).join(', ');
  process.stdout.write(
    `${ledger.acknowledged} records acknowledged (${durability}), lost at each end: ${counts}\n`,
  );
  return { lost, wrong, said };
}

const NOTHING = Array.from({ length: CYCLES }, () => []);

describe('documents, exemplars and the audit log of a process that is killed', () => {
  it.each(['sync', 'os'] as const)(
    `lose nothing acknowledged in %s mode over ${CYCLES} kills`,
    async (durability) => {
      const root = mkdtempSync(join(tmpdir(), 'tinyobs-documents-'));
      const found = await endWhileWriting(join(root, 'data'), durability, async (writer) => {
        await writer.stop('SIGKILL');
      });
      expect(found).toEqual({ lost: NOTHING, wrong: NOTHING, said: [] });
      await rm(root, { recursive: true });
    },
    300_000,
  );
});

describe.skipIf(!canCut())('documents, exemplars and the audit log when the power is cut', () => {
  let disk: CutDisk;
  beforeEach(() => {
    disk = mountCutDisk(CUT_DISK_BYTES);
  });
  afterEach(() => disk.remove());

  const cut = async (writer: Program) => {
    await halt(writer);
    disk.cut();
    await writer.stop('SIGKILL');
    disk.restore();
  };

  it(`lose nothing acknowledged in sync mode over ${CYCLES} cuts`, async () => {
    const found = await endWhileWriting(join(disk.folder, 'data'), 'sync', cut);
    expect(found).toEqual({ lost: NOTHING, wrong: NOTHING, said: [] });
  }, 300_000);

  it('lose the end of what was acknowledged in os mode, and are nothing else', async () => {
    const { lost, wrong, said } = await endWhileWriting(join(disk.folder, 'data'), 'os', cut);
    expect({ wrong, said }).toEqual({ wrong: NOTHING, said: [] });
    // Else the cut did not cut, and the test of the sync mode would prove nothing.
    expect(lost.some(({ length }) => length > 0)).toBe(true);
  }, 300_000);
});

describe.skipIf(!canMount())('documents and the audit log on a disk that runs full', () => {
  const SMALL_BYTES = 24 * 2 ** 20;
  const LARGE_BYTES = 200 * 2 ** 20;
  const DOCUMENT_BYTES = 512 * 1024;
  let disk: SmallDisk;
  let store: Store;
  let events: StoreEvent['type'][];
  beforeEach(async () => {
    disk = mountSmallDisk(SMALL_BYTES);
    events = [];
    store = await openStore({
      dataDir: join(disk.folder, 'data'),
      onEvent: ({ type }) => events.push(type),
    });
  });
  afterEach(async () => {
    await store.close();
    disk.remove();
  });

  it('refuse what does not fit, keep what was acknowledged, and go on by themselves', async () => {
    const { documents, audit } = store;
    // No compressor makes them smaller.
    const bytes = randomBytes(DOCUMENT_BYTES);
    const acknowledged: string[] = [];
    const fill = async () => {
      for (let i = 0; i < 100; i++) {
        await documents.put('dashboard', `d${i}`, bytes);
        acknowledged.push(`d${i}`);
        await audit.append(Buffer.from(`d${i}`));
      }
    };
    const full = { code: 'store_full' };
    await expect(fill()).rejects.toMatchObject(full);
    expect(acknowledged.length).toBeGreaterThan(10);
    await expect(audit.append(bytes.subarray(0, 10))).rejects.toMatchObject(full);
    await expect(documents.delete('dashboard', 'd0')).rejects.toMatchObject(full);
    const idsOf = async () => (await documents.list('dashboard')).map(({ id }) => id);
    expect(await idsOf()).toEqual([...acknowledged].sort());
    disk.resize(LARGE_BYTES);
    await expect.poll(() => events, { timeout: 20_000 }).toContain('reopened');
    await documents.put('key', 'after', bytes);
    const seq = await audit.append(Buffer.from('after'));
    expect(seq).toBeGreaterThanOrEqual(acknowledged.length);
    expect(await idsOf()).toEqual(expect.arrayContaining(acknowledged));
    expect((await idsOf()).length).toBeLessThanOrEqual(acknowledged.length + 1);
    await store.close();
    const report = await verifyStore(join(disk.folder, 'data'), {
      onFinding: () => undefined,
      onProgress: () => undefined,
    });
    expect(report).toMatchObject({ isSound: true, auditEntries: seq });
  });
});
