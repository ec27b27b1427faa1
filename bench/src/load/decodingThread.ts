import { parentPort, workerData } from 'node:worker_threads';
import { type DecodingFigures, measureDecoding } from '../protocols/measureDecoding.js';
import { PROTOCOLS } from '../protocols/protocols.js';

/** A decoder in a thread of its own: what was compiled for the others' bodies does not slow it down. */
export interface DecodingTask {
  readonly protocol: string;
  readonly bodies: readonly Uint8Array[];
}

const { protocol: id, bodies } = workerData as DecodingTask;
const protocol = PROTOCOLS.find((one) => one.id === id);
if (!protocol) throw new Error(`there is no protocol ${id}`);
parentPort?.postMessage(measureDecoding(protocol, bodies) satisfies DecodingFigures);
