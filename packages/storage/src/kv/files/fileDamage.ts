/** What is wrong with a file of the database. */
export interface FileDamage {
  /** Its name in the data folder. */
  readonly file: string;
  readonly what: string;
  /** Where in the file, and how many bytes cannot be used; the whole file when undefined. */
  readonly at?: { readonly offset: number; readonly bytes: number };
  /**
   * What stood there has keys above `after` and up to `upTo`; undefined when that cannot be told.
   */
  readonly keys?: { readonly after: Uint8Array; readonly upTo: Uint8Array };
  /** Nothing that was ever whole is gone: the last write to a log did not end. */
  readonly isTorn?: boolean;
  /** Nothing is gone: what was damaged only helps to find things. */
  readonly isHarmless?: boolean;
}
