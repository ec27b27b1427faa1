import type { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { TinyObsError } from '@tinyobs/model';

/** Memory that V8 takes to make a snapshot, in heaps: measured 6 for a server's, 16 for one of small objects only. */
const HEAPS_NEEDED = 16;

/** The memory there is: what the system, or the container, would still give, and the heap in use. */
export interface MemoryReading {
  readonly availableBytes: number;
  readonly heapBytes: number;
}

/**
 * Everything in the heap of this thread, which stands still while it is made: a `.heapsnapshot`. Where there is not
 * enough memory, making one would end the process.
 *
 * @throws TinyObsError `debug_memory`
 */
export function takeHeapSnapshot(
  memory: MemoryReading = {
    availableBytes: process.availableMemory(),
    heapBytes: process.memoryUsage().heapUsed,
  },
): Readable {
  const neededBytes = HEAPS_NEEDED * memory.heapBytes;
  const { availableBytes } = memory;
  if (availableBytes >= neededBytes) return getHeapSnapshot();
  throw new TinyObsError(
    'debug_memory',
    `a snapshot of a heap of ${memory.heapBytes} bytes can take ${neededBytes} bytes of memory and ${availableBytes} are available; make room, or take a CPU profile`,
    { details: { neededBytes, availableBytes } },
  );
}
