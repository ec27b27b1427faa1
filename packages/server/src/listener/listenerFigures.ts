import type { ErrorCode } from '@tinyobs/model';

/** Codes of the errors that the listener itself answers with: no request could be made of what came. */
export const UNREADABLE_CODES = [
  'malformed_request',
  'headers_too_large',
  'request_timeout',
  'tls_required',
] as const satisfies readonly ErrorCode[];

export type UnreadableCode = (typeof UNREADABLE_CODES)[number];

const NAMES = [
  'openConnections',
  'refusedConnections',
  'handshakeFailures',
  'reloadFailures',
  'certificateExpirySeconds',
  ...UNREADABLE_CODES,
] as const;

export type ListenerFigure = (typeof NAMES)[number];

/**
 * What the listener counts, as whole numbers in memory that threads share: the engine makes metrics of it, and may
 * run in another thread than the listener.
 */
export class ListenerFigures {
  readonly memory: SharedArrayBuffer;
  readonly #values: BigInt64Array;

  constructor(memory = new SharedArrayBuffer(NAMES.length * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new BigInt64Array(memory);
  }

  get(name: ListenerFigure): number {
    return Number(Atomics.load(this.#values, NAMES.indexOf(name)));
  }

  set(name: ListenerFigure, value: number): void {
    Atomics.store(this.#values, NAMES.indexOf(name), BigInt(value));
  }

  increment(name: ListenerFigure): void {
    Atomics.add(this.#values, NAMES.indexOf(name), 1n);
  }
}
