import { mkdir, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SPOOL_HEARTBEAT_MS,
  SPOOL_SIZE_BYTES_MAX_DEFAULT,
  SPOOL_SIZE_BYTES_MAX_MAX,
  SPOOL_SIZE_BYTES_MAX_MIN,
} from '../constants.js';
import type { KeptBatch, Spool } from '../delivery/spool.js';
import { numberOption } from '../options.js';
import type { Reporter } from '../reporter.js';
import type { SpoolOptions } from '../startClient.js';
import { PatientDisk } from './patientDisk.js';
import { encodeSpoolFile, isSpoolFormat, spoolFileName } from './spoolFile.js';
import { SpoolFileBatch, type SpoolFileContext } from './spoolFileBatch.js';
import { abandonedFolders, ifMissing, leaveFolder, takeFolder, writeWhole } from './spoolFolder.js';
import { ownFolderName, randomName } from './spoolOwner.js';

/** Only the user that the app runs as may look into it. */
const FOLDER_MODE = 0o700;

/**
 * Keeps batches in files, one each, in a folder that is this process's own. What it keeps:
 * - A file is written before its batch is sent and deleted when it is dealt with: what is left at the death of the
 *   process was not delivered, or its answer did not arrive.
 * - What a process that is gone has left becomes ours by a rename, which of many processes one achieves.
 * - What is not whole any more is never sent; it is told and counted.
 */
export class DiskSpool implements Spool {
  readonly sizeBytesMax: number;
  readonly #dir: string;
  readonly #context: SpoolFileContext;
  readonly #random = randomName();
  readonly #heartbeat: NodeJS.Timeout;
  /** The folder of this process, once there is something to put there. */
  #own: string | undefined;
  #number = 0;

  private constructor(options: SpoolOptions, { reporter, format }: { reporter: Reporter; format: string }) {
    this.sizeBytesMax = numberOption(reporter, {
      name: 'spool.sizeBytesMax',
      value: options.sizeBytesMax,
      otherwise: SPOOL_SIZE_BYTES_MAX_DEFAULT,
      min: SPOOL_SIZE_BYTES_MAX_MIN,
      max: SPOOL_SIZE_BYTES_MAX_MAX,
    });
    this.#dir = options.dir;
    this.#context = { disk: new PatientDisk(this.#dir, reporter), reporter, format };
    this.#heartbeat = setInterval(() => this.#touch(), SPOOL_HEARTBEAT_MS).unref();
  }

  /** Undefined, and told, without a folder to be in. */
  static open(
    options: SpoolOptions,
    { reporter, format }: { reporter: Reporter; format: string },
  ): DiskSpool | undefined {
    const problem = (message: string) => reporter.problem({ code: 'invalid_option', message }, 'spool');
    if (typeof options.dir !== 'string' || options.dir === '') {
      problem('spool.dir is the path of a folder; batches wait in memory');
      return undefined;
    }
    if (isSpoolFormat(format)) return new DiskSpool(options, { reporter, format });
    problem('the format of a transport has letters, digits and dots, 32 at most; batches wait in memory');
    return undefined;
  }

  async adopt(): Promise<readonly KeptBatch[]> {
    const found: SpoolFileBatch[] = [];
    const adopt = async () => {
      for (const folder of await abandonedFolders(this.#dir)) {
        const paths = await takeFolder(this.#dir, folder, await this.#folder());
        for (const path of paths) {
          const batch = SpoolFileBatch.at(path, { context: this.#context, isAdopted: true });
          if (batch !== null) found.push(batch);
        }
      }
    };
    // A failure is told; what is still there is adopted later.
    await this.#context.disk.ask(adopt).catch(() => {});
    return found.splice(0).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async keep(packed: Uint8Array, rowCount: number): Promise<KeptBatch | null> {
    const { disk, format, reporter } = this.#context;
    const place = { timeMs: Date.now(), number: this.#number++, random: this.#random };
    const name = spoolFileName({ ...place, rowCount, packedBytes: packed.length, format });
    const file = encodeSpoolFile(packed, rowCount);
    let path = '';
    const write = async () => {
      path = join(await this.#folder(), name);
      const isWritten = await writeWhole(path, file).then(() => true, ifMissing(false));
      if (isWritten) return;
      // The folder was removed, or taken while this process was held up.
      this.#own = undefined;
      path = join(await this.#folder(), name);
      await writeWhole(path, file);
    };
    try {
      await disk.ask(write, () => unlink(path));
      reporter.over('spool_failed');
      return SpoolFileBatch.at(path, { context: this.#context, isAdopted: false });
    } catch {
      // Told by the disk.
      return null;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const { disk } = this.#context;
    await disk.settled();
    const own = this.#own;
    // A failure is told; once this process is gone its folder is adopted as it is.
    if (own !== undefined) await disk.ask(() => leaveFolder(own)).catch(() => {});
  }

  async #folder(): Promise<string> {
    if (this.#own === undefined) {
      const own = join(this.#dir, await ownFolderName());
      await mkdir(own, { recursive: true, mode: FOLDER_MODE });
      this.#own = own;
    }
    return this.#own;
  }

  /** Shows that the folder is in use. */
  #touch(): void {
    const own = this.#own;
    if (own === undefined) return;
    const now = new Date();
    // A failure is told. A folder that is gone is noticed when it is written to.
    this.#context.disk.ask(() => utimes(own, now, now).catch(ifMissing(undefined))).catch(() => {});
  }
}
