import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerPlace } from './ownerPlace.js';

describe('the place of an owner', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'tinyobs-place-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  it('is in the data folder, whatever path that is known by, where only this user gets in', async () => {
    const dataDir = join(parent, 'data');
    const place = await ownerPlace(dataDir);
    expect(dirname(place.socketPath)).toBe(join(dataDir, 'owner'));
    expect([await modeOf(join(dataDir, 'owner')), dirname(place.claim)]).toEqual([
      '700',
      join(dataDir, 'owner'),
    ]);
    await symlink(dataDir, join(parent, 'alias'));
    await chmod(join(dataDir, 'owner'), 0o755);
    expect(await ownerPlace(join(parent, 'alias'))).toEqual(place);
    expect(await modeOf(join(dataDir, 'owner'))).toBe('700');
  });

  it('has its socket elsewhere where the path would be too long, another for each data folder', async () => {
    const long = join(parent, 'x'.repeat(100));
    const [one, other] = [await ownerPlace(join(long, 'one')), await ownerPlace(join(long, 'other'))];
    try {
      expect(one).toEqual(await ownerPlace(join(long, 'one')));
      expect(other.socketPath).not.toBe(one.socketPath);
      for (const { claim, socketPath } of [one, other]) {
        expect(claim.startsWith(long)).toBe(true);
        expect(Buffer.byteLength(socketPath)).toBeLessThan(104);
        expect(await modeOf(dirname(socketPath))).toBe('700');
      }
    } finally {
      for (const { socketPath } of [one, other]) await rm(dirname(socketPath), { recursive: true });
    }
  });

  it('is not what somebody else has put there', async () => {
    await mkdir(join(parent, 'elsewhere'));
    await symlink(join(parent, 'elsewhere'), join(parent, 'owner'));
    await expect(ownerPlace(parent)).rejects.toMatchObject({ code: 'store_unreadable' });
  });
});
