import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { encodeSnappy } from '../../../packages/formats/dist/remoteWrite/encodeSnappy.js';
import { type Destination, REMOTE_WRITE } from '../ingest/destination.js';
import type { MadeExport } from './madeRows.js';

const SCHEMA = new URL('../../../packages/formats/testdata/remoteWrite2.proto', import.meta.url);

/** By the numbers of the schema. */
const COUNTER = 1;
const GAUGE = 2;

const requestType = protobuf.loadSync(fileURLToPath(SCHEMA)).lookupType('io.prometheus.write.v2.Request');

export const REMOTE_WRITE_2: Destination = {
  ...REMOTE_WRITE,
  headers: {
    ...REMOTE_WRITE.headers,
    'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'X-Prometheus-Remote-Write-Version': '2.0.0',
  },
};

/** An export as Prometheus sends it: a symbol for each text, metadata with each series. */
export function remoteWrite2Body({ target, timeMs, metrics }: MadeExport): Uint8Array {
  const references = new Map([['', 0]]);
  const refer = (text: string): number => {
    const known = references.get(text) ?? references.size;
    references.set(text, known);
    return known;
  };
  const timeseries = metrics.flatMap(({ name, isCounter, points }) =>
    points.map(({ labels, value }) => {
      const all = Object.entries({ __name__: name, ...target, ...labels });
      return {
        labelsRefs: all.sort(([a], [b]) => (a < b ? -1 : 1)).flatMap((label) => label.map(refer)),
        samples: [{ value, timestamp: timeMs }],
        metadata: { type: isCounter ? COUNTER : GAUGE, helpRef: refer(`Help of ${name}.`) },
      };
    }),
  );
  const request = { symbols: [...references.keys()], timeseries };
  return encodeSnappy(requestType.encode(requestType.fromObject(request)).finish()).slice();
}
