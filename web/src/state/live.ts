import { signal } from '@preact/signals';
import { ApiError } from '../api/apiError.js';
import { openLive } from '../api/liveStream.js';
import { key } from './session.js';

/** How the page hears of newer samples: by the server's stream, or by asking every few seconds. */
export type LiveState = 'idle' | 'connecting' | 'streaming' | 'polling';

export const liveState = signal<LiveState>('idle');

const POLL_MS = 10_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 60_000;

/**
 * Calls `onNews` when the server says that samples were written, until the function it returns is called. While
 * there is no stream it is called every few seconds instead, and the stream is tried again, more and more rarely.
 */
export function followLive(onNews: () => void): () => void {
  const stopped = new AbortController();
  const poll = setInterval(() => liveState.value === 'polling' && onNews(), POLL_MS);
  void keepStreaming(onNews, stopped.signal);
  return () => {
    stopped.abort();
    clearInterval(poll);
    liveState.value = 'idle';
  };
}

async function keepStreaming(onNews: () => void, signal: AbortSignal): Promise<void> {
  let retryMs = RETRY_MS_MIN;
  liveState.value = 'connecting';
  while (!signal.aborted) {
    let hasStreamed = false;
    try {
      await openLive(key.peek(), signal, () => {
        if (signal.aborted) return;
        hasStreamed = true;
        liveState.value = 'streaming';
        retryMs = RETRY_MS_MIN;
        onNews();
      });
      // It came to its time: the next one follows, but not in a rush where something between cuts each short.
      if (hasStreamed) {
        await pause(RETRY_MS_MIN, signal);
        continue;
      }
    } catch (error) {
      if (signal.aborted) return;
      // What is wrong with the server or the key is said by the queries that go on.
      if (!(error instanceof ApiError)) throw error;
    }
    liveState.value = 'polling';
    await pause(retryMs, signal);
    retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
