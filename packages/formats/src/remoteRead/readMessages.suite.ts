import { decodeSnappy } from '../remoteWrite/decodeSnappy.js';
import { type Bytes, bodyOf, integer, message, text } from '../remoteWrite/messages.suite.js';

/*
 * Requests and answers of remote read, written and read apart from the code that they test.
 */

export interface AskedQuery {
  readonly startMs: number;
  readonly endMs: number;
  readonly matchers: readonly (readonly [type: number, name: string, value: string])[];
  readonly func?: string;
}

/** A request as a body; types are those of the protocol, 0 for samples and 1 for chunks. */
export function readRequestBody(queries: readonly AskedQuery[], types: readonly number[] = []): Uint8Array {
  return bodyOf(...readRequestFields(queries, types));
}

export function readRequestFields(queries: readonly AskedQuery[], types: readonly number[]): Bytes[] {
  return [
    ...queries.map(({ startMs, endMs, matchers, func }) =>
      message(1, [
        ...integer(1, startMs),
        ...integer(2, endMs),
        ...matchers.flatMap(([type, name, value]) =>
          message(3, [...integer(1, type), ...text(2, name), ...text(3, value)]),
        ),
        ...(func === undefined ? [] : message(4, [...integer(1, 15_000), ...text(2, func)])),
      ]),
    ),
    ...types.map((type) => integer(2, type)),
  ];
}

/** A series of an answer: values by their 64 bits, so that stale markers can be told. */
export interface AnsweredSeries {
  readonly query: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timeMs: number, bits: bigint])[];
}

type Field = readonly [field: number, value: Uint8Array | bigint];

/** The series of a `prometheus.ReadResponse`. */
export function seriesOfSamples(body: Uint8Array): AnsweredSeries[] {
  const { bytes, length } = decodeSnappy(body, 2 ** 30);
  return fieldsOf(bytes.slice(0, length)).flatMap(([, result], query) =>
    fieldsOf(result as Uint8Array).map(([, series]) => {
      const fields = fieldsOf(series as Uint8Array);
      return {
        query,
        labels: labelsOf(fields),
        samples: fields
          .filter(([field]) => field === 2)
          .map(([, sample]) => {
            const values = new Map(fieldsOf(sample as Uint8Array));
            return [signed(values.get(2)), values.get(1) as bigint] as const;
          }),
      };
    }),
  );
}

/** The series of each frame of a stream of chunks; the checksums of the frames are given to `check`. */
export function seriesOfFrames(
  stream: Uint8Array,
  check: (message: Uint8Array, checksum: number) => void,
): (AnsweredSeries & { readonly chunkSizes: readonly number[] })[] {
  const found: (AnsweredSeries & { readonly chunkSizes: readonly number[] })[] = [];
  for (let at = 0; at < stream.length; ) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = stream[at++];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const checksum = new DataView(stream.buffer, stream.byteOffset + at).getUint32(0);
    const message = stream.slice(at + 4, at + 4 + length);
    check(message, checksum);
    at += 4 + length;
    const response = new Map(fieldsOf(message));
    const fields = fieldsOf(response.get(1) as Uint8Array);
    const chunks = fields
      .filter(([field]) => field === 2)
      .map(([, chunk]) => samplesOfChunk(chunk as Uint8Array));
    found.push({
      query: Number(response.get(2)),
      labels: labelsOf(fields),
      samples: chunks.flat(),
      chunkSizes: chunks.map((samples) => samples.length),
    });
  }
  return found;
}

function samplesOfChunk(chunk: Uint8Array): (readonly [number, bigint])[] {
  const fields = new Map(fieldsOf(chunk));
  if (fields.get(3) !== 1n) throw new Error(`a chunk of encoding ${fields.get(3)}`);
  const samples = decodeXor(fields.get(4) as Uint8Array);
  const times = [signed(fields.get(1)), signed(fields.get(2))];
  if (samples[0][0] !== times[0] || samples.at(-1)![0] !== times[1]) {
    throw new Error(`a chunk of ${times} has samples from ${samples[0][0]} to ${samples.at(-1)![0]}`);
  }
  return samples;
}

/** Prometheus' XOR encoding, read bit by bit. */
export function decodeXor(data: Uint8Array): (readonly [timeMs: number, bits: bigint])[] {
  let position = 16;
  const bit = () => (data[position >> 3] >> (7 - (position++ & 7))) & 1;
  const bits = (count: number) => {
    let value = 0n;
    for (let i = 0; i < count; i++) value = (value << 1n) | BigInt(bit());
    return value;
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bits(8);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  const samples: (readonly [number, bigint])[] = [];
  let time = 0n;
  let delta = 0n;
  let value = 0n;
  let leading = 0;
  let trailing = 0;
  for (let i = 0; i < ((data[0] << 8) | data[1]); i++) {
    if (i === 0) {
      const zigzag = varint();
      time = zigzag & 1n ? -(zigzag >> 1n) - 1n : zigzag >> 1n;
      value = bits(64);
    } else {
      if (i === 1) delta = varint();
      else {
        const classes = [0, 14, 17, 20, 64];
        let size = 0;
        while (size < 4 && bit() === 1) size++;
        const width = classes[size];
        const raw = width === 0 ? 0n : bits(width);
        const isNegative = width > 0 && raw > 1n << BigInt(width - 1);
        delta += isNegative ? raw - (1n << BigInt(width)) : raw;
      }
      time += delta;
      if (bit() === 1) {
        if (bit() === 1) {
          leading = Number(bits(5));
          const significant = Number(bits(6)) || 64;
          trailing = 64 - leading - significant;
        }
        value ^= bits(64 - leading - trailing) << BigInt(trailing);
      }
    }
    samples.push([Number(time), value]);
  }
  return samples;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    if ((tag & 7) === 0) fields.push([tag >> 3, varint()]);
    else if ((tag & 7) === 1) {
      fields.push([tag >> 3, new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, true)]);
      at += 8;
    } else {
      const length = Number(varint());
      fields.push([tag >> 3, bytes.slice(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

function labelsOf(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(
    fields
      .filter(([field]) => field === 1)
      .map(([, label]) => {
        const texts = new Map(fieldsOf(label as Uint8Array));
        return [1, 2].map((field) => Buffer.from((texts.get(field) as Uint8Array) ?? []).toString());
      }),
  );
}

function signed(value: Uint8Array | bigint | undefined): number {
  return Number(BigInt.asIntN(64, (value as bigint | undefined) ?? 0n));
}
