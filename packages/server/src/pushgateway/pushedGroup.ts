import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type GroupingKey, PUSH_FAILURE_TIME, PUSH_TIME, type PushedFamily } from '@tinyobs/formats';
import { Labels, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import { z } from 'zod';

/** A metric of a group, and when it was pushed. */
export interface HeldFamily extends PushedFamily {
  readonly pushedMs: number;
}

/** What was last pushed under one grouping key; another one takes its place with each push. */
export interface PushedGroup {
  readonly key: GroupingKey;
  readonly families: ReadonlyMap<string, HeldFamily>;
  /** When it was last pushed, and when that last failed, ms; 0 for never. */
  readonly pushedMs: number;
  readonly failedMs: number;
}

/** What a series and its labels take in memory beside their texts, about. */
const SERIES_BYTES = 300;
const LABEL_BYTES = 50;

/** Most bytes that a stored group is inflated to. */
const INFLATED_BYTES_MAX = 64 * 2 ** 20;

/** How a push changes a group: all of it, or the metrics that it names. */
export type PushKind = 'replace' | 'merge';

export function emptyGroup(key: GroupingKey): PushedGroup {
  return { key, families: new Map(), pushedMs: 0, failedMs: 0 };
}

/** The group after a push. */
export function pushedTo(
  group: PushedGroup,
  families: readonly PushedFamily[],
  { kind, nowMs }: { readonly kind: PushKind; readonly nowMs: number },
): PushedGroup {
  const held = new Map(kind === 'replace' ? [] : group.families);
  for (const family of families) held.set(family.metric, { ...family, pushedMs: nowMs });
  return { ...group, families: held, pushedMs: nowMs };
}

/** Without the series of which `isWanted` is false. */
export function withoutSeries(group: PushedGroup, isWanted: (labels: Labels) => boolean): PushedGroup {
  const families = [...group.families.values()]
    .map((family) => ({ ...family, series: family.series.filter(({ labels }) => isWanted(labels)) }))
    .filter(({ series }) => series.length > 0);
  return { ...group, families: new Map(families.map((family) => [family.metric, family])) };
}

/** All metrics of a group, those that a Pushgateway adds among them. */
export function familiesOf(group: PushedGroup): HeldFamily[] {
  const { pushedMs, failedMs } = group;
  const own = (metric: string, timeMs: number, what: string): HeldFamily => ({
    metric,
    type: 'gauge',
    help: `Last Unix time when changing this group in the Pushgateway ${what}.`,
    unit: '',
    series: [{ labels: seriesLabels(group, metric), value: timeMs / 1000 }],
    pushedMs: Math.max(pushedMs, failedMs),
  });
  return [
    ...group.families.values(),
    own(PUSH_FAILURE_TIME, failedMs, 'failed'),
    own(PUSH_TIME, pushedMs, 'succeeded'),
  ];
}

function seriesLabels({ key }: PushedGroup, metric: string): Labels {
  return Labels.from([[METRIC_NAME, metric], ...key]);
}

/** What the group takes in memory, about. */
export function sizeBytesOf(group: PushedGroup): number {
  let sizeBytes = 0;
  for (const { series } of familiesOf(group)) {
    for (const { labels } of series) {
      sizeBytes += SERIES_BYTES;
      for (const text of labels.flat) sizeBytes += LABEL_BYTES / 2 + text.length;
    }
  }
  return sizeBytes;
}

/** Persisted as deflated JSON, sealed by the store. Values are text, which has all of them. */
const recordSchema = z.strictObject({
  version: z.literal(1),
  key: z.array(z.tuple([z.string(), z.string()])),
  pushedMs: z.number(),
  failedMs: z.number(),
  families: z.array(
    z.strictObject({
      metric: z.string(),
      type: z.enum([
        'counter',
        'gauge',
        'histogram',
        'gaugehistogram',
        'summary',
        'info',
        'stateset',
        'unknown',
      ]),
      help: z.string(),
      unit: z.string(),
      pushedMs: z.number(),
      series: z.array(z.tuple([z.array(z.string()), z.string()])),
    }),
  ),
});

export function encodeGroup({ key, families, pushedMs, failedMs }: PushedGroup): Uint8Array {
  const record: z.output<typeof recordSchema> = {
    version: 1,
    key: [...key],
    pushedMs,
    failedMs,
    families: [...families.values()].map(({ metric, type, help, unit, pushedMs, series }) => ({
      ...{ metric, type, help, unit, pushedMs },
      series: series.map(({ labels, value }) => [[...labels.flat], valueText(value)]),
    })),
  };
  return deflateRawSync(JSON.stringify(record));
}

/** @throws TinyObsError `store_corrupt` */
export function decodeGroup(bytes: Uint8Array): PushedGroup {
  const parsed = recordSchema.safeParse(parseRecord(bytes));
  if (!parsed.success) {
    throw new TinyObsError('store_corrupt', 'the record of a pushed group is not what this version writes');
  }
  const { key, pushedMs, failedMs, families } = parsed.data;
  const held = families.map((family): [string, HeldFamily] => [
    family.metric,
    {
      ...family,
      series: family.series.map(([flat, value]) => ({
        labels: Labels.fromSorted(flat),
        value: Number(value),
      })),
    },
  ]);
  return { key: new Map(key), families: new Map(held), pushedMs, failedMs };
}

function parseRecord(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: INFLATED_BYTES_MAX }).toString());
  } catch {
    return undefined;
  }
}

function valueText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
