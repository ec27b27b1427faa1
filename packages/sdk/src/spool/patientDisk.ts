import { setTimeout as wait } from 'node:timers/promises';
import { SPOOL_TIMEOUT_MS } from '../constants.js';
import type { Reporter } from '../reporter.js';

/**
 * Asks a disk that may be full, read-only, gone, or silent: failures are told, and while one request is not answered no
 * other is made.
 */
export class PatientDisk {
  readonly #dir: string;
  readonly #reporter: Reporter;
  readonly #pending = new Set<Promise<unknown>>();
  #isSilent = false;

  constructor(dir: string, reporter: Reporter) {
    this.#dir = dir;
    this.#reporter = reporter;
  }

  /**
   * What `work` gives. Rejects when it fails or takes too long, which was told.
   * @param undo Called if it comes to an end after all.
   */
  async ask<T>(work: () => Promise<T>, undo?: () => Promise<unknown>): Promise<T> {
    if (this.#isSilent) throw new Error('the disk has not answered yet');
    const asked = work();
    this.#pending.add(asked);
    const end = new AbortController();
    const silence = wait(SPOOL_TIMEOUT_MS, 'silent', { ref: false, signal: end.signal });
    try {
      const answer = await Promise.race([asked.then((value) => ({ value })), silence]);
      if (answer === 'silent') {
        this.#awaitSilence(asked, undo);
        throw new Error(`no answer within ${SPOOL_TIMEOUT_MS} ms`);
      }
      return (answer as { value: T }).value;
    } catch (cause) {
      const message = `the spool in ${this.#dir} failed, batches wait in memory: ${String(cause)}`;
      this.#reporter.problem({ code: 'spool_failed', message, cause });
      throw new Error(message, { cause });
    } finally {
      end.abort();
      this.#pending.delete(asked);
    }
  }

  /** Resolves when nothing asked so far is open, except of a disk that is silent. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #awaitSilence(asked: Promise<unknown>, undo?: () => Promise<unknown>): void {
    this.#isSilent = true;
    const speak = () => {
      this.#isSilent = false;
    };
    asked.then(undo).then(speak, speak);
  }
}
