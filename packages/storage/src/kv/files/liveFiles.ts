import { ByteReader } from '../../bytes/byteReader.js';

/** The fields of a version edit, by their tags (google/leveldb, db/version_edit.cc). */
const TAG = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSeq: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** The files of a database that count; others are remains. */
export interface LiveFiles {
  /** Numbers of the tables. */
  readonly tables: ReadonlySet<number>;
  /** Logs count from this number on, and `previousLog`. */
  readonly logNumber: number;
  readonly previousLog: number;
}

/** What the records of a manifest of LevelDB add up to. @throws RangeError */
export function liveFilesOf(records: readonly Uint8Array[]): LiveFiles {
  const tables = new Set<number>();
  let logNumber = 0;
  let previousLog = 0;
  for (const record of records) {
    for (const reader = new ByteReader(record); !reader.atEnd; ) {
      const tag = reader.varint();
      switch (tag) {
        case TAG.comparator:
          reader.take(reader.varint());
          break;
        case TAG.logNumber:
          logNumber = reader.varint();
          break;
        case TAG.previousLog:
          previousLog = reader.varint();
          break;
        case TAG.nextFile:
        case TAG.lastSeq:
          reader.varint();
          break;
        case TAG.compactPointer:
          reader.varint();
          reader.take(reader.varint());
          break;
        case TAG.deletedFile:
          reader.varint();
          tables.delete(reader.varint());
          break;
        case TAG.newFile:
          reader.varint();
          tables.add(reader.varint());
          reader.varint();
          reader.take(reader.varint());
          reader.take(reader.varint());
          break;
        default:
          throw new RangeError(`unknown field ${tag} of a version edit`);
      }
    }
  }
  return { tables, logNumber, previousLog };
}
