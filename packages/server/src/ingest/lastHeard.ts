import type { ErrorCode } from '@tinyobs/model';
import type { Protocol } from './protocols.js';

/** Why a request was refused, or the first of its rows that was. */
export interface IngestProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Where: a row and column, or what the error says of the place in the body. */
  readonly place: Readonly<Record<string, unknown>>;
}

interface Heard {
  seenMs?: number;
  acceptedMs?: number;
  problem?: IngestProblem & { readonly timeMs: number };
}

/** When each protocol was last heard of, when samples of it were last stored, and what went wrong last. */
export class LastHeard {
  readonly #byProtocol = new Map<Protocol, Heard>();
  readonly #now: () => number;
  #writes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How often samples were stored, by whichever protocol. */
  get writes(): number {
    return this.#writes;
  }

  of(protocol: Protocol): Readonly<Heard> {
    return this.#heard(protocol);
  }

  noteRequest(protocol: Protocol): void {
    this.#heard(protocol).seenMs = this.#now();
  }

  noteAccepted(protocol: Protocol): void {
    this.#writes++;
    this.#heard(protocol).acceptedMs = this.#now();
  }

  noteProblem(protocol: Protocol, problem: IngestProblem): void {
    this.#heard(protocol).problem = { ...problem, timeMs: this.#now() };
  }

  #heard(protocol: Protocol): Heard {
    let heard = this.#byProtocol.get(protocol);
    if (!heard) {
      heard = {};
      this.#byProtocol.set(protocol, heard);
    }
    return heard;
  }
}
