import { cp } from 'node:fs/promises';
import { withDataFolder } from '../dataFolder.js';
import { Dataset, type DatasetSize, SHOP_SIZE, SMALL_SHOP_SIZE } from '../query/dataset.js';
import { loadDataset } from '../query/loadDataset.js';
import { TINYOBS, withServer } from '../servers.js';

/** A folder with a day of what dashboards show, made once and copied for each run. */
export interface PreparedShop {
  readonly folder: string;
  /** What its dataset was made of: it goes on from there. */
  readonly nowMs: number;
  readonly size: DatasetSize;
}

export function withPreparedShop<Result>(
  isSmall: boolean,
  use: (shop: PreparedShop) => Promise<Result>,
): Promise<Result> {
  const size = isSmall ? SMALL_SHOP_SIZE : SHOP_SIZE;
  const nowMs = Date.now();
  return withDataFolder(async (folder) => {
    await withServer(TINYOBS, folder, async (running) => {
      await loadDataset(running.url, new Dataset(nowMs, size));
      await TINYOBS.settle(running, folder);
      await running.process.stop();
    });
    return use({ folder, nowMs, size });
  });
}

export function copyShop({ folder }: PreparedShop, dataDir: string): Promise<void> {
  return cp(folder, dataDir, { recursive: true });
}
