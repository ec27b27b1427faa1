import { Session } from 'node:inspector/promises';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Where this thread spends its time from now on, for so long or until the signal aborts: a `.cpuprofile`, as the
 * tools for developers of browsers and editors open it.
 */
export async function takeCpuProfile(durationMs: number, signal: AbortSignal): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    // What was seen until it was ended is of use, too.
    await wait(durationMs, undefined, { signal, ref: false }).catch(() => undefined);
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}
