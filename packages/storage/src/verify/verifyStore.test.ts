import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskStore } from '../kv/diskStore.js';
import { FORMAT_KEY } from '../kv/keys.js';
import { seal } from '../kv/seal.js';
import { openStore } from '../store.js';
import { putRaw } from '../storeFixture.suite.js';
import {
  changeEntries,
  kindOf,
  repairAndCompare,
  type SoundFolder,
  verify,
  writeSoundFolder,
} from './damagedFolder.suite.js';

let sound: SoundFolder;
beforeAll(async () => {
  sound = await writeSoundFolder();
});
afterAll(() => sound.remove());

describe('verifying', () => {
  it('finds nothing in a sound folder, and changes nothing', async () => {
    const folder = sound.copy();
    const filesOf = () =>
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);
    const before = filesOf();
    const { report, findings } = await verify(folder);
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ isSound: true, series: 31, deletions: 1 });
    expect(report.documents).toBe(sound.records.documents.size);
    expect(report.auditEntries).toBe(sound.records.audit.size);
    expect(report.exemplars).toBe(sound.records.exemplars.size);
    expect(report.exemplars).toBeGreaterThan(50);
    expect(report.runs).toBeGreaterThan(3);
    expect(report.walSamples).toBeGreaterThan(30);
    expect(filesOf()).toEqual(before);
  });

  it('takes a new and empty store for sound', async () => {
    const dataDir = join(sound.root, 'empty');
    await (await openStore({ dataDir })).close();
    expect((await verify(dataDir)).findings).toEqual([]);
  });

  it('refuses what is no store', async () => {
    const none = mkdtempSync(join(tmpdir(), 'tinyobs-none-'));
    const refused = { code: 'store_unreadable' };
    await expect(verify(none)).rejects.toMatchObject(refused);
    expect(readdirSync(none).filter((name) => name !== 'LOCK')).toEqual([]);
    await expect(verify(join(none, 'missing'))).rejects.toMatchObject(refused);
    writeFileSync(join(none, 'file'), '');
    await expect(verify(join(none, 'file'))).rejects.toMatchObject(refused);
    const other = await openDiskStore({ dataDir: join(none, 'other') });
    await putRaw(other, Uint8Array.of(1, 2, 3), Uint8Array.of(4));
    await other.close();
    await expect(verify(join(none, 'other'))).rejects.toMatchObject(refused);
    await rm(none, { recursive: true });
  });

  it('refuses a store of another version', async () => {
    const folder = sound.copy();
    const other = seal(FORMAT_KEY, Uint8Array.of(200));
    await changeEntries(folder, (key) => (kindOf(key) === 'm/f' ? other : 'keep'));
    await expect(verify(folder)).rejects.toMatchObject({ code: 'store_version' });
  });
});

/** Kinds of keys, what is said when some are damaged, and whether samples are lost and how many is told. */
const KINDS: readonly { kind: string; said: string; loses: 'nothing' | 'some' | 'told' }[] = [
  { kind: 'b/', said: 'block', loses: 'told' },
  { kind: 'c/', said: 'chunk', loses: 'told' },
  { kind: 'm/m', said: 'manifest', loses: 'nothing' },
  { kind: 'm/r', said: 'root', loses: 'nothing' },
  { kind: 'm/f', said: 'format', loses: 'nothing' },
  { kind: 's/\u0000', said: 'series_group', loses: 'nothing' },
  { kind: 's/\u0001', said: 'series_group', loses: 'nothing' },
  { kind: 's/', said: 'series_group', loses: 'told' },
  { kind: 'w/', said: 'write_ahead_record', loses: 'some' },
  { kind: 't/', said: 'deletion', loses: 'nothing' },
  { kind: 'd/', said: 'metadata', loses: 'nothing' },
  { kind: 'k/', said: 'document', loses: 'nothing' },
  { kind: 'v/', said: 'document', loses: 'nothing' },
  { kind: 'm/k', said: 'document', loses: 'nothing' },
  { kind: 'm/v', said: 'document', loses: 'nothing' },
  { kind: 'u/', said: 'audit_log', loses: 'nothing' },
  { kind: 'm/u', said: 'audit_log', loses: 'nothing' },
  { kind: 'x/', said: 'exemplars', loses: 'nothing' },
  { kind: 'm/x', said: 'exemplars', loses: 'nothing' },
];

/** What was deleted and not carried out is still counted. */
const DELETED_SAMPLES = 121;

const DAMAGE = {
  remove: () => 'remove' as const,
  flip: (value: Uint8Array) => {
    const flipped = value.slice();
    flipped[value.length >> 1] ^= 8;
    return flipped;
  },
};

/** Kinds of which there is one key. */
const SINGLE = ['m/r', 'm/f', 'm/k', 'm/u', 'm/v', 'm/x', 's/\u0000', 's/\u0001', 't/', 'd/'];

const CASES = KINDS.flatMap((one) => [
  { ...one, place: 'first', how: 'remove' as const },
  { ...one, place: 'last', how: 'flip' as const },
  { ...one, place: 'middle', how: 'flip' as const },
  { ...one, place: 'all', how: 'remove' as const },
]).filter(
  // Metadata is counted nowhere, nor is the last write-ahead record.
  ({ kind, place, how }) =>
    !(kind === 'd/' && how === 'remove') &&
    !(kind === 'w/' && place === 'all') &&
    (kind !== 's/' || place === 'all') &&
    !(SINGLE.includes(kind) && (place === 'last' || place === 'all')),
);

describe('repairing a store with damaged values', () => {
  it.each(CASES)('$how $place of $kind', async ({ kind, said, loses, place, how }) => {
    const folder = sound.copy();
    const keys: string[] = [];
    await changeEntries(folder, (key) => {
      if (kindOf(key).startsWith(kind)) keys.push(Buffer.from(key).toString('hex'));
      return 'keep';
    });
    const places = { first: 0, middle: keys.length >> 1, last: keys.length - 1 };
    const chosen = place === 'all' ? keys : [keys[places[place as keyof typeof places]]];
    const damage = DAMAGE[how];
    await changeEntries(folder, (key, value) =>
      chosen.includes(Buffer.from(key).toString('hex')) ? damage(value) : 'keep',
    );
    const { report, findings } = await verify(folder);
    expect(report.isSound).toBe(false);
    expect(findings.filter(({ severity }) => severity === 'damage').map((one) => one.kind)).toContain(said);
    const mayReturn = kind === 't/' || kind.startsWith('m/') ? sound.wasDeleted : undefined;
    const repaired = await repairAndCompare(folder, sound, { mayReturn });
    expect(repaired.failures.slice(0, 5)).toEqual([]);
    if (loses === 'nothing') expect([repaired.missing, repaired.saidMax]).toEqual([0, 0]);
    if (loses === 'told') {
      expect(repaired.missing).toBeGreaterThan(0);
      expect(repaired.saidMax - repaired.missing).toBeLessThanOrEqual(DELETED_SAMPLES);
    }
    await rm(folder, { recursive: true });
  });
});

describe('a run whose manifest is gone', () => {
  it.each(['remove', 'flip'] as const)(
    'has lost more than can be told when blocks of it are gone too (%s)',
    async (how) => {
      const folder = sound.copy();
      let damaged = 0;
      await changeEntries(folder, (key, value) => {
        if (kindOf(key) === 'm/m') return 'remove';
        return kindOf(key).startsWith('b/') && damaged++ === 0 ? DAMAGE[how](value) : 'keep';
      });
      const repaired = await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted });
      expect(repaired.failures).toEqual([]);
      expect(repaired.missing).toBeGreaterThan(0);
      expect(repaired.saidMax).toBe(Number.POSITIVE_INFINITY);
    },
  );
});

describe('repairing', () => {
  it('changes nothing where nothing is to be mended', async () => {
    const folder = sound.copy();
    const before = readdirSync(folder).sort();
    const { failures } = await repairAndCompare(folder, sound);
    expect(failures).toEqual([]);
    expect(readdirSync(folder).some((name) => name.startsWith('damaged-'))).toBe(false);
    expect(before).toContain('CURRENT');
  });

  it('keeps the old files, and begins anew after it was killed', async () => {
    const folder = sound.copy();
    mkdirSync(join(folder, 'repairing'));
    writeFileSync(join(folder, 'repairing', 'CURRENT'), 'half');
    const current = readFileSync(join(folder, 'CURRENT'), 'utf8');
    await changeEntries(folder, (key) => (kindOf(key) === 'm/r' ? 'remove' : 'keep'));
    expect((await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted })).failures).toEqual([]);
    const aside = readdirSync(folder).filter((name) => name.startsWith('damaged-'));
    expect(aside).toHaveLength(1);
    expect(aside[0]).toMatch(/^damaged-\d{4}-\d\d-\d\dT\d{6}Z$/);
    expect(readdirSync(join(folder, aside[0]))).toContain('CURRENT');
    expect(current).toMatch(/^MANIFEST/);
    expect(readdirSync(folder)).not.toContain('repairing');
  });
});
