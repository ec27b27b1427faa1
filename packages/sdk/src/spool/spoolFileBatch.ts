import { readFile, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { KeptBatch } from '../delivery/spool.js';
import type { Reporter } from '../reporter.js';
import type { PatientDisk } from './patientDisk.js';
import { decodeSpoolFile, parseSpoolFileName, type SpoolFileName, spoolFileBytes } from './spoolFile.js';
import { ifMissing, removeIfEmpty } from './spoolFolder.js';

export interface SpoolFileContext {
  readonly disk: PatientDisk;
  readonly reporter: Reporter;
  /** What the transport of this process takes. */
  readonly format: string;
}

/** A batch in a file. */
export class SpoolFileBatch implements KeptBatch {
  readonly #path: string;
  readonly #name: SpoolFileName;
  readonly #context: SpoolFileContext;
  readonly #isAdopted: boolean;

  private constructor(
    path: string,
    name: SpoolFileName,
    given: { context: SpoolFileContext; isAdopted: boolean },
  ) {
    this.#path = path;
    this.#name = name;
    this.#context = given.context;
    this.#isAdopted = given.isAdopted;
  }

  /** Null for files that are none of ours. */
  static at(path: string, given: { context: SpoolFileContext; isAdopted: boolean }): SpoolFileBatch | null {
    const name = parseSpoolFileName(basename(path));
    return name === null ? null : new SpoolFileBatch(path, name, given);
  }

  /** By which batches sort as they came. */
  get name(): string {
    return basename(this.#path);
  }

  get rowCount(): number {
    return this.#name.rowCount;
  }

  get sizeBytes(): number {
    return spoolFileBytes(this.#name.packedBytes);
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | 'damaged' | 'taken'> {
    const { disk, format, reporter } = this.#context;
    const file = await disk.ask(() => readFile(this.#path).catch(unreadable));
    if (file === 'taken') return file;
    const isReadable = file !== 'damaged' && this.#name.format === format;
    const packed = isReadable ? decodeSpoolFile(new Uint8Array(file), this.#name) : null;
    if (packed !== null) return packed;
    const message = `${this.#path} is not what was written, or not for this transport; it is dropped`;
    reporter.problem({ code: 'spool_damaged', message });
    return 'damaged';
  }

  remove(): void {
    const remove = async () => {
      await unlink(this.#path).catch(ifMissing(undefined));
      if (this.#isAdopted) await removeIfEmpty(dirname(this.#path));
    };
    // A failure is told; what is not deleted is sent once more by a later process, which changes nothing.
    this.#context.disk.ask(remove).catch(() => {});
  }
}

/** What cannot be read now may be later, except where the disk itself has lost it. */
function unreadable(error: unknown): 'damaged' | 'taken' {
  if ((error as NodeJS.ErrnoException).code === 'EIO') return 'damaged';
  return ifMissing('taken' as const)(error);
}
