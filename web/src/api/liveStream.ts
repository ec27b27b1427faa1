import { ApiError } from './apiError.js';
import { EventText } from './eventText.js';
import { fetchOrThrow, serverUrl } from './request.js';

/** The server shows every 15 s that it is there: longer silence is a connection that nobody holds any more. */
const SILENCE_MS_MAX = 40_000;

/**
 * Reads the server's news of written samples until the stream ends. By `fetch`, and not by `EventSource`, so that the
 * key is sent in a header.
 *
 * @throws {ApiError} when there is no such stream, or it broke
 */
export async function openLive(
  sentWith: string | null,
  signal: AbortSignal,
  onNews: () => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
  try {
    const response = await fetchOrThrow(serverUrl('v1/live'), {
      signal: AbortSignal.any([signal, silence.signal]),
      sentWith,
      accept: 'text/event-stream',
    });
    if (!response.ok || response.body === null) {
      throw new ApiError('bad_answer', `There is no live stream (HTTP ${response.status}).`, response.status);
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventText();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
      if (events.take(value).includes('samples')) onNews();
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError('unreachable', 'The live stream broke.', null, error);
  } finally {
    clearTimeout(timer);
  }
}
