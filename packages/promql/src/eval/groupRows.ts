import { compareUtf8, Labels, METRIC_NAME } from '@tinyobs/model';
import type { Columns, LabelReader } from './columns.js';
import type { WorkClock } from './workClock.js';

/** Rows belong together when the labels that a grouping leaves them are equal. */
export interface Grouping {
  readonly without: boolean;
  readonly grouping: readonly string[];
}

export interface Groups {
  /** The group of each row. */
  readonly groupOf: Uint32Array;
  /** The labels of each group, in the order of their first rows. */
  readonly labels: readonly Labels[];
}

export async function groupRows(columns: Columns, grouping: Grouping, clock: WorkClock): Promise<Groups> {
  const groupOf = new Uint32Array(columns.count);
  const grouper = new Grouper(grouping, columns.labels);
  for (let row = 0; row < columns.count; row++) {
    if (clock.due) await clock.pause();
    groupOf[row] = grouper.groupOf(row);
  }
  return { groupOf, labels: grouper.labels };
}

/** Cannot occur in a string decoded from UTF-8, so joined values cannot be confused. */
const SEPARATOR = '\ud800';

/** Numbers the groups of rows from 0, in the order they are met. */
export class Grouper {
  readonly labels: Labels[] = [];
  readonly #rows: LabelReader;
  readonly #groups = new Map<string, number>();
  /** Ordered and each once: by these, or without these. */
  readonly #names: readonly string[];
  readonly #dropped: ReadonlySet<string> | undefined;

  constructor({ without, grouping }: Grouping, rows: LabelReader) {
    this.#rows = rows;
    this.#names = [...new Set(grouping)].sort(compareUtf8);
    this.#dropped = without ? new Set([...grouping, METRIC_NAME]) : undefined;
  }

  groupOf(row: number): number {
    const kept = this.#dropped && this.#rows.at(row).drop(this.#dropped);
    const key = kept ? kept.key : this.#keyOf(row);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = this.labels.push(kept ?? this.#labelsOf(row)) - 1;
      this.#groups.set(key, group);
    }
    return group;
  }

  /** Without making the row's labels an object. */
  #keyOf(row: number): string {
    const names = this.#names;
    if (names.length === 0) return '';
    let key = this.#rows.value(row, names[0]);
    for (let i = 1; i < names.length; i++) key += SEPARATOR + this.#rows.value(row, names[i]);
    return key;
  }

  #labelsOf(row: number): Labels {
    return Labels.from(this.#names.map((name) => [name, this.#rows.value(row, name)] as const));
  }
}
