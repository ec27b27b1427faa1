import {
  readValueColumn,
  VALUE_ENCODING,
  writeValueColumn,
} from '../../../packages/storage/dist/block/valueColumn.js';
import { ByteWriter } from '../../../packages/storage/dist/bytes/byteWriter.js';
import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { describeMachine } from '../machine.js';
import { readRealTargets } from '../realScrapes.js';
import { renderReport, type Table } from '../report.js';
import { median } from '../statistics.js';
import { madeColumns } from './madeColumns.js';

/** Each measurement writes and reads about so many samples, over and over. */
const SAMPLES_PER_ROUND = 200_000;
const ROUNDS = 9;

type Column = Float64Array;

interface Figures {
  readonly samples: number;
  readonly sizeBytes: number;
  readonly encodeNs: number;
  readonly decodeNs: number;
  readonly encodings: readonly string[];
}

/** Bytes and time a sample, of made columns of every look and of recorded ones. Returns the report. */
export function runCodec(say: Say): Promise<BenchResult> {
  say('made columns …');
  const made = Object.entries(madeColumns()).map(([look, column]) => {
    const figures = measure([column]);
    return [look, figures.encodings[0], ...cells(figures)];
  });
  say('recorded columns …');
  const report = renderReport({
    title: 'Value columns, measured',
    machine: describeMachine(),
    command: 'npm run bench -- codec',
    notes: [
      `Each column is written and read back alone, hot, on one core: medians of ${ROUNDS} rounds. Writing includes the choice of the encoding. Timestamps and the directory of a block come on top; LevelDB's snappy takes some off.`,
    ],
    tables: [
      {
        heading: 'Made columns of 240 samples',
        columns: ['look', 'encoding', 'B/sample', 'write ns/sample', 'read ns/sample'],
        rows: made,
      },
      recordedTable(),
    ],
  });
  return Promise.resolve({ report });
}

function recordedTable(): Table {
  const columns = readRealTargets().flatMap(({ series }) =>
    series.map(({ values }) => Float64Array.from(values)),
  );
  const byEncoding = new Map<string, Column[]>();
  for (const column of columns) {
    const [encoding] = measureOnce([column]);
    byEncoding.set(encoding, [...(byEncoding.get(encoding) ?? []), column]);
  }
  const total = columns.reduce((sum, column) => sum + column.length, 0);
  const groups: [string, Column[]][] = [...byEncoding.entries(), ['all', columns]];
  return {
    heading: 'Columns of a node exporter and a Prometheus server, one of 240 scrapes for each series',
    columns: [
      'encoding',
      'series',
      'of all samples',
      'of all bytes',
      'B/sample',
      'write ns/sample',
      'read ns/sample',
    ],
    rows: withShares(
      groups.map(([encoding, some]) => ({ encoding, series: some.length, figures: measure(some) })),
      total,
    ),
  };
}

function withShares(
  groups: readonly { readonly encoding: string; readonly series: number; readonly figures: Figures }[],
  samples: number,
): string[][] {
  const bytes = groups[groups.length - 1].figures.sizeBytes;
  return groups.map(({ encoding, series, figures }) => [
    encoding,
    String(series),
    `${((100 * figures.samples) / samples).toFixed(1)} %`,
    `${((100 * figures.sizeBytes) / bytes).toFixed(1)} %`,
    ...cells(figures),
  ]);
}

function cells({ samples, sizeBytes, encodeNs, decodeNs }: Figures): string[] {
  return [(sizeBytes / samples).toFixed(3), encodeNs.toFixed(0), decodeNs.toFixed(0)];
}

function measure(columns: readonly Column[]): Figures {
  const samples = columns.reduce((sum, column) => sum + column.length, 0);
  const repeats = Math.ceil(SAMPLES_PER_ROUND / samples);
  const writer = new ByteWriter();
  const values = new Float64Array(Math.max(...columns.map((column) => column.length)));
  const words = columns.map((column) => new Uint32Array(column.buffer));
  const encodings = new Uint8Array(columns.length);
  const ends = new Uint32Array(columns.length);
  const encodeNs: number[] = [];
  const decodeNs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) {
      writer.reset();
      for (let i = 0; i < columns.length; i++) {
        encodings[i] = writeValueColumn(words[i], columns[i].length, writer);
        ends[i] = writer.length;
      }
    }
    const between = performance.now();
    const bytes = writer.written();
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (let i = 0; i < columns.length; i++) {
        const offset = i === 0 ? 0 : ends[i - 1];
        readValueColumn(
          { encoding: encodings[i], bytes, offset, end: ends[i] },
          columns[i].length,
          values,
          0,
        );
      }
    }
    encodeNs.push(((between - started) * 1e6) / (repeats * samples));
    decodeNs.push(((performance.now() - between) * 1e6) / (repeats * samples));
  }
  return {
    samples,
    sizeBytes: writer.length,
    encodeNs: median(encodeNs),
    decodeNs: median(decodeNs),
    encodings: Array.from(encodings, nameOf),
  };
}

function measureOnce(columns: readonly Column[]): string[] {
  const writer = new ByteWriter();
  return columns.map((column) =>
    nameOf(writeValueColumn(new Uint32Array(column.buffer), column.length, writer)),
  );
}

function nameOf(encoding: number): string {
  return Object.entries(VALUE_ENCODING).find(([, code]) => code === encoding)?.[0] ?? String(encoding);
}
