import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { Log } from '../log.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { traceIds } from '../tracing/traceIds.js';
import { withoutKeys } from './apiKey.js';

/** What is written down of one action or one refusal. */
export interface AuditEntry {
  /** RFC 3339. */
  readonly time: string;
  /** Id of the key, never the key; `none` where nobody is asked for one or none was given. */
  readonly key: string;
  /** Method and path, or what the program did by itself, such as `reload`. */
  readonly action: string;
  /** What it was about, where the path does not say. */
  readonly detail?: string;
  /** Address it came from, '' for the program itself. */
  readonly from: string;
  /** HTTP status or error code. */
  readonly result: string;
  /** How many like it the entry stands for, when more than one. */
  readonly count?: number;
}

/** An entry with its number, by which reading goes on. */
export type ListedAuditEntry = AuditEntry & { readonly seq: number };

export interface AuditReading {
  /** Only entries with smaller numbers; undefined for the newest. */
  readonly beforeSeq?: number;
  /** Only entries that have all of these words, in whatever case; '' for all. */
  readonly search?: string;
  readonly limit: number;
}

export interface AuditTrailOptions {
  readonly audit: Store['audit'];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** Refusals of one address within this time become one entry, ms. */
const GATHER_MS = 60_000;
/** Addresses whose refusals are told apart within that time; those of all others become one entry. */
const ADDRESSES_MAX = 100;
const OTHERS = 'other addresses';

/** Entries that are looked through at a time, so that others come to their turn. */
const SEARCHED_AT_ONCE = 500;

const TEXT_MAX = 200;

/** Writes down every action of an administrator and every refused key, in the store and in the log. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #gathered = new Map<string, { entry: Omit<AuditEntry, 'time' | 'count'>; count: number }>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#writeGathered(), GATHER_MS).unref();
  }

  /** An action, once its result is known. */
  act(entry: Omit<AuditEntry, 'time' | 'count'>): void {
    this.#write(entry);
  }

  /**
   * What the process does by itself, or was told without a request, once it has ended: with what `detailOf` says of
   * it, not at all where that says nothing.
   */
  async follow<T>(action: string, work: Promise<T>, detailOf: (result: T) => string | undefined): Promise<T> {
    const entry = { key: 'none', action, from: '' };
    try {
      const result = await work;
      const detail = detailOf(result);
      if (detail !== undefined) this.act({ ...entry, detail, result: 'ok' });
      return result;
    } catch (error) {
      this.act({ ...entry, result: error instanceof TinyObsError ? error.code : 'internal' });
      throw error;
    }
  }

  /**
   * A request without the right key. The first of an address is written at once; those within the next minute are
   * counted in one entry, so that nobody can push out of the log what others did.
   */
  refuse(entry: Omit<AuditEntry, 'time' | 'count'>): void {
    const isKnown = this.#gathered.has(entry.from) || this.#gathered.size < ADDRESSES_MAX;
    const from = isKnown ? entry.from : OTHERS;
    const before = this.#gathered.get(from);
    if (before) {
      before.count++;
      return;
    }
    this.#gathered.set(from, { entry: { ...entry, from }, count: 0 });
    this.#write({ ...entry, from });
  }

  /**
   * Newest first; what was done before the call is in it. Looks through the whole log where that is needed to find
   * `limit` entries, until nobody waits for them.
   *
   * @throws TinyObsError those of the store
   */
  async read(
    { beforeSeq, search = '', limit }: AuditReading,
    gone: AbortSignal,
  ): Promise<ListedAuditEntry[]> {
    await this.#writing;
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const page = words.length === 0 ? limit : SEARCHED_AT_ONCE;
    const found: ListedAuditEntry[] = [];
    let before = beforeSeq;
    while (!gone.aborted) {
      const read = await this.#options.audit.read({ beforeSeq: before, limit: page });
      found.push(...read.map(listed).filter((entry) => hasWords(entry, words)));
      if (read.length < page || found.length >= limit) break;
      before = read[read.length - 1].seq;
    }
    return found.slice(0, limit);
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#writeGathered();
    await this.#writing;
  }

  #writeGathered(): void {
    for (const { entry, count } of this.#gathered.values()) if (count > 0) this.#write(entry, count);
    this.#gathered.clear();
  }

  #write(given: Omit<AuditEntry, 'time' | 'count'>, count = 1): void {
    const { audit, log, metrics, now } = this.#options;
    const entry: AuditEntry = {
      time: new Date(now()).toISOString(),
      key: given.key,
      action: visible(given.action),
      ...(given.detail === undefined ? {} : { detail: visible(given.detail) }),
      from: visible(given.from),
      result: given.result,
      ...(count === 1 ? {} : { count }),
    };
    const traced = traceIds();
    log.info({ ...traced, audit: entry }, 'audit');
    const written = audit.append(new TextEncoder().encode(JSON.stringify(entry))).catch((error: unknown) => {
      metrics.auditFailures.inc();
      log.error({ ...traced, err: error, audit: entry }, 'an entry of the audit log could not be stored');
    });
    this.#writing = Promise.all([this.#writing, written]);
  }
}

function listed({ seq, bytes }: { readonly seq: number; readonly bytes: Uint8Array }): ListedAuditEntry {
  return { seq, ...(JSON.parse(new TextDecoder().decode(bytes)) as AuditEntry) };
}

function hasWords(entry: AuditEntry, words: readonly string[]): boolean {
  const { action, detail = '', key, from, result } = entry;
  const text = [action, detail, key, from, result].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Text of strangers without keys, cut, with whatever a terminal would act on written as its code. */
function visible(given: string): string {
  const text = withoutKeys(given);
  const cut = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return cut.replace(/[\p{C}\u2028\u2029]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
