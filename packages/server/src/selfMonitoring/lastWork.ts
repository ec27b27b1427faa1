import type { StoreEvent } from '@tinyobs/storage';

/** What the store does by itself, in the background. */
export const STORE_WORK = ['flush', 'compaction', 'rollup', 'expiry'] as const;
export type StoreWork = (typeof STORE_WORK)[number];

/** How some work went when it was done last. */
export interface WorkDone {
  /** Its end, ms. */
  readonly endMs: number;
  readonly durationMs: number;
  /** Code of the error that it ended with, if with any. */
  readonly error: string | undefined;
}

const WORK_OF_EVENT: Partial<Record<StoreEvent['type'], StoreWork>> = {
  flushed: 'flush',
  compacted: 'compaction',
  rolled_up: 'rollup',
  expired: 'expiry',
};

/** Remembers how each kind of work went last. */
export class LastWork {
  readonly #now: () => number;
  readonly #done = new Map<StoreWork, WorkDone>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined for what was not done since the start. */
  of(work: StoreWork): WorkDone | undefined {
    return this.#done.get(work);
  }

  note(event: StoreEvent): void {
    const work = event.type === 'work_failed' ? event.work : WORK_OF_EVENT[event.type];
    if (work === undefined || !('durationMs' in event)) return;
    const error = event.type === 'work_failed' ? event.error.code : undefined;
    this.#done.set(work, { endMs: this.#now(), durationMs: event.durationMs, error });
  }
}
