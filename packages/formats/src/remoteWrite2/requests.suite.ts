import protobuf from 'protobufjs';
import { encodeSnappy } from '../remoteWrite/encodeSnappy.js';

/*
 * Remote write 2.0 requests as their senders think of them, encoded and decoded by protobufjs from the published
 * schema, so that tests of the decoder do not lean on anything of ours.
 */
const schema = protobuf.loadSync(new URL('../../testdata/remoteWrite2.proto', import.meta.url).pathname);
const requestType = schema.lookupType('io.prometheus.write.v2.Request');

export interface WrittenSample {
  readonly value?: number;
  readonly timestamp?: number;
  readonly startTimestamp?: number;
}

export interface WrittenExemplar {
  readonly labelsRefs?: readonly number[];
  readonly value?: number;
  readonly timestamp?: number;
}

export interface WrittenSeries {
  readonly labelsRefs?: readonly number[];
  readonly samples?: readonly WrittenSample[];
  readonly histograms?: readonly { readonly sum?: number; readonly timestamp?: number }[];
  readonly exemplars?: readonly WrittenExemplar[];
  readonly metadata?: { readonly type?: number; readonly helpRef?: number; readonly unitRef?: number };
  readonly createdTimestamp?: number;
}

export interface WrittenRequest {
  readonly symbols?: readonly string[];
  readonly timeseries?: readonly WrittenSeries[];
}

/** The numbers that the schema gives types of metrics. */
export const TYPE = { counter: 1, gauge: 2, histogram: 3, gaugehistogram: 4, summary: 5 } as const;

/** A request as protobuf. */
export function messageOf(request: WrittenRequest): Uint8Array {
  return requestType.encode(requestType.fromObject(request)).finish();
}

/** A request as a body. */
export function bodyOf(request: WrittenRequest): Uint8Array {
  return encodeSnappy(messageOf(request));
}

/** What protobufjs reads from a message, with all fields there. */
export function readMessage(message: Uint8Array): {
  readonly symbols: readonly string[];
  readonly timeseries: readonly Required<WrittenSeries>[];
} {
  const read = requestType.toObject(requestType.decode(message), {
    longs: Number,
    enums: Number,
    defaults: true,
  });
  return read as ReturnType<typeof readMessage>;
}

/** Puts texts into symbols, each once, the first of them empty. */
export class SymbolWriter {
  readonly symbols: string[] = [''];
  readonly #indices = new Map([['', 0]]);

  ref(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.symbols.push(text) - 1;
      this.#indices.set(text, index);
    }
    return index;
  }

  /** References to the labels of a series, in the order of their names. */
  labels(labels: Readonly<Record<string, string>>): number[] {
    return Object.keys(labels)
      .sort()
      .flatMap((name) => [this.ref(name), this.ref(labels[name])]);
  }
}
