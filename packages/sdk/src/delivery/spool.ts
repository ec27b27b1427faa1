/** A batch that is kept where the end of the process does not reach it. */
export interface KeptBatch {
  readonly rowCount: number;
  /** What it takes of the room there is. */
  readonly sizeBytes: number;
  /**
   * What was packed; `damaged` when that cannot be had any more, `taken` when another process has it. Rejects when it
   * may be had later.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | 'damaged' | 'taken'>;
  /** Ends the keeping. */
  remove(): void;
}

/** Keeps batches until they are delivered, over the end of the process if need be. */
export interface Spool {
  /** What all that is kept may take. */
  readonly sizeBytesMax: number;
  /** What processes that are gone have left, the oldest first. Each is given once. */
  adopt(): Promise<readonly KeptBatch[]>;
  /** @returns null when a batch cannot be kept, of which the spool has told. */
  keep(packed: Uint8Array<ArrayBuffer>, rowCount: number): Promise<KeptBatch | null>;
  /** Lets go of what it holds; what is kept stays for a later process. */
  close(): Promise<void>;
}
