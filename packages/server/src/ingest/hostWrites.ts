import { TinyObsError } from '@tinyobs/model';
import { ERROR_TABLE } from '../http/errorTable.js';
import { errorBody } from '../http/respond.js';

/** What `POST /v1/ingest` answers, without HTTP. */
export interface WriteAnswer {
  /** 200 when all samples are stored; from 500 on nothing is, and the same body may be taken later. */
  readonly status: number;
  /** Seconds after which it may be taken, as a `Retry-After` header. */
  readonly retryAfter?: string;
  /** JSON. */
  readonly body: string;
}

/** What is said once the TinyObs that is written to was closed: unlike a server's address, it never comes back. */
export const GONE = 410;

/** The host's own writes, until TinyObs is closed. */
export class HostWrites {
  readonly #write: (body: Uint8Array) => Promise<WriteAnswer>;
  readonly #underWay = new Set<Promise<WriteAnswer>>();
  #isClosed = false;

  /** @param write Stores a body; must not reject. */
  constructor(write: (body: Uint8Array) => Promise<WriteAnswer>) {
    this.#write = write;
  }

  /** See `TinyObs.write`. */
  async write(body: string | Uint8Array): Promise<WriteAnswer> {
    if (this.#isClosed) return closedAnswer();
    const written = this.#write(typeof body === 'string' ? Buffer.from(body) : body);
    this.#underWay.add(written);
    try {
      return await written;
    } finally {
      this.#underWay.delete(written);
    }
  }

  /** Refuses further writes, and resolves when those under way are over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#underWay);
  }
}

/** The answer that an error is. */
export function errorAnswer(error: TinyObsError, extra: object = {}): WriteAnswer {
  const { status, retryAfterSeconds } = ERROR_TABLE[error.code];
  const body = JSON.stringify({ ...errorBody(error, 'tinyobs'), ...extra });
  return {
    status,
    retryAfter: retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds),
    body,
  };
}

function closedAnswer(): WriteAnswer {
  const error = new TinyObsError(
    'store_closed',
    'this TinyObs was closed; nothing can be written to it any more',
  );
  return { ...errorAnswer(error), status: GONE, retryAfter: undefined };
}
