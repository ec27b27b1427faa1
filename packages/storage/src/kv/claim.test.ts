import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder } from './claim.js';

describe('a claim', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'tinyobs-claim-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is one at a time, and can be had again', async () => {
    const folder = join(parent, 'claim');
    const first = await claimFolder(folder);
    expect(first).toBeDefined();
    expect(await claimFolder(folder)).toBeUndefined();
    expect(await claimFolder(folder)).toBeUndefined();
    await first?.release();
    const contenders = await Promise.all([claimFolder(folder), claimFolder(folder), claimFolder(folder)]);
    const winners = contenders.filter((one) => one !== undefined);
    expect(winners).toHaveLength(1);
    await winners[0].release();
  });

  it('says what is wrong where there can be none', async () => {
    const file = join(parent, 'file');
    await writeFile(file, '');
    await expect(claimFolder(file)).rejects.toMatchObject({ code: 'store_unreadable' });
  });
});
