import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as WorkerThreads from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTinyObs } from '../createTinyObs.js';

/** The thread that was started last: it is real, and ended by tests only. */
let thread: WorkerThreads.Worker;
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof WorkerThreads>();
  class Worker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args);
      thread = this;
    }
  }
  return { ...original, Worker };
});

describe('an owner whose thread has ended by itself', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-shared-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('makes room for the next, which may be itself', async () => {
    const log = { level: 'silent' } as const;
    const obs = await createTinyObs({ dataDir, shared: true, worker: true, log });
    try {
      const write = async () => (await obs.write('{"metrics":[{"name":"written","value":1}]}')).status;
      expect(await write()).toBe(200);
      const first = thread;
      await first.terminate();
      await expect.poll(write).toBe(200);
      expect(thread).not.toBe(first);
    } finally {
      await obs.close();
    }
  });
});
