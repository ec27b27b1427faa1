/** What a look at a store found that must not be; every count is of cells, a series and a time. */
export interface Findings {
  /** Acknowledged since the last look and not there, or an older value is. */
  lost: number;
  /** There at the last look, not changed since, and gone. */
  vanished: number;
  /** Twice in one answer. */
  doubled: number;
  /** There and neither acknowledged nor under way, at a time nothing was ever written to. */
  invented: number;
  /** There with a value that was never written to it. */
  altered: number;
  /** There although its deletion was acknowledged. */
  undeleted: number;
}

export const NOTHING_WRONG: Findings = {
  lost: 0,
  vanished: 0,
  doubled: 0,
  invented: 0,
  altered: 0,
  undeleted: 0,
};

/** A sample of the series `lane`. */
export interface Row {
  readonly lane: number;
  readonly timeMs: number;
  readonly value: number;
}

/** Something that is to change the store; it did so, if at all, between its beginning and its end. */
export interface Change {
  /** Ticks of the oracle; endless while nobody knows what became of it. */
  readonly begun: number;
  ended: number;
  /** Samples it writes; none is a deletion. */
  readonly samples: number;
}

interface Deletion extends Change {
  readonly lane: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a cell may hold after a change; undefined: nothing. */
interface Outcome {
  readonly begun: number;
  readonly ended: number;
  readonly value: number | undefined;
}

/** Samples of one look, by series: time in ms and value, as the answer had them. */
export type Found = ReadonlyMap<number, readonly (readonly [timeMs: number, value: number])[]>;

/**
 * What a store may answer after writes and deletions that ran side by side and a crash that cut some of them.
 *
 * A cell may hold the outcome of any change that no acknowledged one began after the end of: such a change may
 * have come last. A change that was cut may have happened or not, one that was refused has not. What a look has
 * seen is settled from then on.
 */
export class Oracle {
  /** Samples acknowledged so far. */
  acked = 0;
  #tick = 0;
  readonly #settled = new Map<number, Map<number, number>>();
  #writes = new Map<number, Map<number, Outcome[]>>();
  #deletions: Deletion[] = [];

  /** Samples that are to be written by one request. */
  beginWrite(rows: readonly Row[]): Change {
    const change: Change = { begun: this.#tick++, ended: Number.POSITIVE_INFINITY, samples: rows.length };
    for (const { lane, timeMs, value } of rows) {
      const cells = valueIn(this.#writes, lane, () => new Map<number, Outcome[]>());
      valueIn(cells, timeMs, () => []).push(new CellWrite(change, value));
    }
    return change;
  }

  beginDeletion(range: { lane: number; fromMs: number; toMs: number }): Change {
    const deletion = { begun: this.#tick++, ended: Number.POSITIVE_INFINITY, samples: 0, ...range };
    this.#deletions.push(deletion);
    return deletion;
  }

  acknowledge(change: Change): void {
    change.ended = this.#tick++;
    this.acked += change.samples;
  }

  /** The server said that it did nothing of it. */
  refuse(change: Change): void {
    change.ended = REFUSED;
  }

  /** Compares an answer with what may be, and goes on from what it says. */
  look(found: Found): Findings {
    const findings = { ...NOTHING_WRONG };
    for (const lane of new Set([...this.#settled.keys(), ...this.#writes.keys(), ...found.keys()])) {
      const cells = cellsOf(found.get(lane) ?? [], findings);
      this.#judgeLane(lane, cells, findings);
      this.#settled.set(lane, cells);
    }
    this.#writes = new Map();
    this.#deletions = [];
    return findings;
  }

  #judgeLane(lane: number, cells: ReadonlyMap<number, number>, findings: Findings): void {
    const settled = this.#settled.get(lane) ?? new Map<number, number>();
    const writes = this.#writes.get(lane) ?? new Map<number, Outcome[]>();
    const deletions = this.#deletions.filter((deletion) => deletion.lane === lane);
    for (const timeMs of new Set([...settled.keys(), ...writes.keys(), ...cells.keys()])) {
      const before: Outcome = { begun: -1, ended: -1, value: settled.get(timeMs) };
      const outcomes = [before, ...(writes.get(timeMs) ?? [])];
      for (const { begun, ended, fromMs, toMs } of deletions) {
        if (timeMs >= fromMs && timeMs <= toMs) outcomes.push({ begun, ended, value: undefined });
      }
      const wrong = judge(cells.get(timeMs), outcomes);
      if (wrong) findings[wrong]++;
    }
  }
}

const REFUSED = -2;

/** One sample of a write: it shares the fate of the request. */
class CellWrite implements Outcome {
  readonly value: number;
  readonly #change: Change;

  constructor(change: Change, value: number) {
    this.#change = change;
    this.value = value;
  }

  get begun(): number {
    return this.#change.begun;
  }

  get ended(): number {
    return this.#change.ended;
  }
}

/** What is wrong with the value of a cell; the first outcome is what was there at the last look. */
function judge(value: number | undefined, all: readonly Outcome[]): keyof Findings | undefined {
  const outcomes = all.filter(({ ended }) => ended !== REFUSED);
  const acked = outcomes.filter(({ ended }) => ended !== Number.POSITIVE_INFINITY);
  const lastBegun = Math.max(...acked.map(({ begun }) => begun));
  const possible = outcomes.filter(({ ended }) => ended >= lastBegun);
  if (possible.some((outcome) => outcome.value === value)) return undefined;
  if (value === undefined) return possible[0] === outcomes[0] ? 'vanished' : 'lost';
  const written = outcomes.filter((outcome) => outcome.value !== undefined);
  if (written.length === 0) return 'invented';
  if (written.every((outcome) => outcome.value !== value)) return 'altered';
  return possible.every((outcome) => outcome.value === undefined) ? 'undeleted' : 'lost';
}

function cellsOf(
  samples: readonly (readonly [timeMs: number, value: number])[],
  findings: Findings,
): Map<number, number> {
  const cells = new Map<number, number>();
  for (const [timeMs, value] of samples) {
    if (cells.has(timeMs)) findings.doubled++;
    cells.set(timeMs, value);
  }
  return cells;
}

function valueIn<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
