import { createHash } from 'node:crypto';
import type { DecodeResult, GroupingKey, PushedFamily } from '@tinyobs/formats';
import { type MetricMetadata, TinyObsError, WriteBatch } from '@tinyobs/model';
import type { RequestKey } from '../access/requestKey.js';
import { writeSamples } from '../ingest/writeSamples.js';
import { type IngestContext, type Report, writeDecoded } from '../routes/ingestReport.js';
import { inSpan } from '../tracing/spans.js';
import {
  decodeGroup,
  emptyGroup,
  encodeGroup,
  familiesOf,
  type PushedGroup,
  type PushKind,
  pushedTo,
  sizeBytesOf,
  withoutSeries,
} from './pushedGroup.js';

/** Samples that are written at a time; other work goes on between. */
const BATCH_SAMPLES_MAX = 5000;

/** As many documents of a kind, and bytes of one, as the store takes. */
const PUSHED_GROUPS_MAX = 10_000;
const GROUP_RECORD_BYTES_MAX = 2 ** 20;

const PROTOCOL = 'pushgateway';

const ALL_READ: DecodeResult = { rows: 0, refusedCount: 0, refusedByCode: new Map(), refused: [] };

export interface PushedGroupsOptions {
  readonly context: IngestContext;
  /** How often a sample of each series is written, ms. */
  readonly intervalMs: number;
  /** How long after its last push a group goes, ms; undefined for never. Read each time. */
  readonly ttlMs: () => number | undefined;
  /** Most memory of all groups, about. */
  readonly sizeBytesMax: number;
  readonly onExpired: () => void;
  readonly onFailure: (error: unknown) => void;
}

interface Held {
  readonly group: PushedGroup;
  readonly sizeBytes: number;
}

/** A group on its way to be another one. */
interface Change {
  readonly before: PushedGroup | undefined;
  readonly after: PushedGroup | undefined;
  readonly requestKey: RequestKey | undefined;
}

/**
 * The groups that were pushed, as a Pushgateway has them: what was pushed last stays until it is replaced, removed or
 * too old. So that every query finds it, it is written again at an interval, as if it were scraped. Each group is a
 * document of the store, so that it is there after a restart.
 *
 * A change is written as samples of the group and markers of the end of what is not in it any more, in the tick in
 * which it replaces the group in memory: a sample of the old one cannot come behind them.
 */
export class PushedGroups {
  readonly #options: PushedGroupsOptions;
  readonly #held = new Map<string, Held>();
  /** End when the changes begun so far of a group have ended. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #timer: NodeJS.Timeout;
  #sizeBytes = 0;
  #sampling: Promise<void> | undefined;

  private constructor(options: PushedGroupsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs).unref();
  }

  /** @throws TinyObsError `store_corrupt` */
  static async load(options: PushedGroupsOptions): Promise<PushedGroups> {
    const stored = await options.context.store.documents.list('group');
    const groups = new PushedGroups(options);
    try {
      for (const { id, bytes } of stored) groups.#hold(id, decodeGroup(bytes));
    } catch (error) {
      clearInterval(groups.#timer);
      throw error;
    }
    groups.#tick();
    return groups;
  }

  /** In the order in which they came. */
  list(): PushedGroup[] {
    return [...this.#held.values()].map(({ group }) => group);
  }

  get count(): number {
    return this.#held.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Takes a push. Series that a limit refuses are not in the group; the report says which.
   *
   * @throws TinyObsError `too_many_documents`, those of `writeSamples` and of documents: the group is as it was
   */
  push(
    key: GroupingKey,
    families: readonly PushedFamily[],
    { kind, requestKey }: { readonly kind: PushKind; readonly requestKey: RequestKey | undefined },
  ): Promise<Report> {
    return this.#inTurn(key, async (id) => {
      const before = this.#held.get(id)?.group;
      const nowMs = this.#options.context.now();
      const after = pushedTo(before ?? emptyGroup(key), families, { kind, nowMs });
      return this.#change(id, { before, after, requestKey });
    });
  }

  /** Notes that a push had to be refused. @throws TinyObsError as `push` */
  async noteFailure(key: GroupingKey, requestKey: RequestKey | undefined): Promise<void> {
    await this.#inTurn(key, (id) => {
      const before = this.#held.get(id)?.group;
      const after = { ...(before ?? emptyGroup(key)), failedMs: this.#options.context.now() };
      return this.#change(id, { before, after, requestKey });
    });
  }

  /** Marks the end of the series of a group and lets go of it. @throws TinyObsError those of `writeSamples` and documents */
  async remove(key: GroupingKey): Promise<void> {
    await this.#inTurn(key, async (id) => {
      const before = this.#held.get(id)?.group;
      if (before) await this.#change(id, { before, after: undefined, requestKey: undefined });
    });
  }

  /** Stops, after what is under way is done. What is held is there at the next start. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#turns.values(), this.#sampling]);
  }

  #inTurn<T>(key: GroupingKey, action: (id: string) => Promise<T>): Promise<T> {
    const id = idOf(key);
    const result = (this.#turns.get(id) ?? Promise.resolve()).then(() => action(id));
    const turn = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#turns.get(id) === turn) this.#turns.delete(id);
      });
    this.#turns.set(id, turn);
    return result;
  }

  /** Puts a group in the place of another, in memory, in the samples and as a document, or leaves all as it was. */
  async #change(id: string, { before, after, requestKey }: Change): Promise<Report> {
    const { context } = this.#options;
    const record = after && encodeGroup(after);
    this.#requireRoom(id, after, record);
    const batch = new WriteBatch();
    const nowMs = context.now();
    const written = after ? addSamples(batch, after, nowMs) : [];
    if (after) batch.metadata.push(...familiesOf(after).map(metadataOf));
    if (before) addEnds(batch, before, { except: new Set(written), timeMs: nowMs });
    this.#hold(id, after);
    try {
      const report = await writeDecoded(batch, { protocol: PROTOCOL, key: requestKey }, ALL_READ, context);
      const refused = new Set(report.refusedRows.map((row) => written[row]));
      const kept =
        after && refused.size > 0 ? withoutSeries(after, (labels) => !refused.has(labels.key)) : after;
      if (kept) await context.store.documents.put('group', id, kept === after ? record! : encodeGroup(kept));
      else await context.store.documents.delete('group', id);
      this.#hold(id, kept);
      return report;
    } catch (error) {
      this.#hold(id, before);
      throw error;
    }
  }

  #hold(id: string, group: PushedGroup | undefined): void {
    this.#sizeBytes -= this.#held.get(id)?.sizeBytes ?? 0;
    if (!group) {
      this.#held.delete(id);
      return;
    }
    const sizeBytes = sizeBytesOf(group);
    this.#sizeBytes += sizeBytes;
    this.#held.set(id, { group, sizeBytes });
  }

  #requireRoom(id: string, after: PushedGroup | undefined, record: Uint8Array | undefined): void {
    if (!after || !record) return;
    const known = this.#held.get(id);
    const { sizeBytesMax } = this.#options;
    if (!known && this.#held.size >= PUSHED_GROUPS_MAX) {
      throw tooMany(`there are ${PUSHED_GROUPS_MAX} pushed groups: delete some, or set pushgateway.ttl`);
    }
    if (record.length > GROUP_RECORD_BYTES_MAX) {
      throw tooMany(
        `the group takes more than ${GROUP_RECORD_BYTES_MAX} bytes to store: push it as several groups`,
      );
    }
    if (this.#sizeBytes - (known?.sizeBytes ?? 0) + sizeBytesOf(after) > sizeBytesMax) {
      throw tooMany(
        `pushed groups would take more than ${sizeBytesMax} bytes of memory: delete some, set pushgateway.ttl, or raise memory.max`,
      );
    }
  }

  /** A store that is slow gets the next samples at the next interval, never two writes at a time. */
  #tick(): void {
    this.#sampling ??= inSpan('tinyobs.pushgateway', () => this.#sampleAll(), { root: true })
      .catch((error: unknown) => this.#options.onFailure(error))
      .finally(() => {
        this.#sampling = undefined;
      });
  }

  async #sampleAll(): Promise<void> {
    const { context } = this.#options;
    await this.#removeExpired();
    const ids = [...this.#held.keys()];
    for (let next = 0; next < ids.length; ) {
      next = await context.batches.use(async (batch) => {
        const nowMs = context.now();
        let end = next;
        for (; end < ids.length && batch.sampleCount < BATCH_SAMPLES_MAX; end++) {
          const held = this.#held.get(ids[end]);
          if (held) addSamples(batch, held.group, nowMs);
        }
        await writeSamples(batch, { protocol: PROTOCOL }, context);
        return end;
      });
    }
  }

  async #removeExpired(): Promise<void> {
    for (const { group } of [...this.#held.values()]) {
      if (!this.#isExpired(group)) continue;
      await this.#inTurn(group.key, async (id) => {
        // It may have been pushed again meanwhile.
        const before = this.#held.get(id)?.group;
        if (!before || !this.#isExpired(before)) return;
        await this.#change(id, { before, after: undefined, requestKey: undefined });
        this.#options.onExpired();
      });
    }
  }

  #isExpired({ pushedMs, failedMs }: PushedGroup): boolean {
    const ttlMs = this.#options.ttlMs();
    return ttlMs !== undefined && Math.max(pushedMs, failedMs) + ttlMs <= this.#options.context.now();
  }
}

/** Names of documents: the same for the same labels. */
function idOf(key: GroupingKey): string {
  return createHash('sha256')
    .update(JSON.stringify([...key]))
    .digest('hex');
}

/** Adds a sample of each series; returns by row what series it is of, as `Labels.key`. */
function addSamples(batch: WriteBatch, group: PushedGroup, timeMs: number): string[] {
  const keys: string[] = [];
  for (const { series } of familiesOf(group)) {
    for (const { labels, value } of series) {
      batch.addSample(batch.addSeries(labels), timeMs, value, batch.sampleCount);
      keys.push(labels.key);
    }
  }
  return keys;
}

function addEnds(
  batch: WriteBatch,
  group: PushedGroup,
  { except, timeMs }: { readonly except: ReadonlySet<string>; readonly timeMs: number },
): void {
  for (const { series } of familiesOf(group)) {
    for (const { labels } of series) {
      if (!except.has(labels.key)) batch.addStaleMarker(batch.addSeries(labels), timeMs, batch.sampleCount);
    }
  }
}

function metadataOf({ metric, type, help, unit }: PushedFamily): MetricMetadata {
  return { metric, type, help, unit };
}

function tooMany(message: string): TinyObsError {
  return new TinyObsError('too_many_documents', message);
}
