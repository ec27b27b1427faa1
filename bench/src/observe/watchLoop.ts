import { monitorEventLoopDelay } from 'node:perf_hooks';

/** As the server's own metric of it has. */
const RESOLUTION_MS = 10;

/** `reset` lets the delays be counted from now on; both are answered with the view. */
export type WatchRequest = 'reset' | 'view';

/** What a process that is watched from inside tells about itself. */
export interface InsideView {
  /** Delay of the event loop since the last reset, beyond the watch's own timer. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  readonly heapUsedBytes: number;
  readonly residentBytes: number;
}

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', (request: WatchRequest) => {
  process.send?.(look());
  if (request === 'reset') delay.reset();
});
// The program must end as it does when nobody watches.
process.channel?.unref();

function look(): InsideView {
  const { heapUsed, rss } = process.memoryUsage();
  return {
    delayP50Ms: beyondTimerMs(delay.percentile(50)),
    delayP99Ms: beyondTimerMs(delay.percentile(99)),
    delayMaxMs: beyondTimerMs(delay.max),
    heapUsedBytes: heapUsed,
    residentBytes: rss,
  };
}

function beyondTimerMs(delayNanoseconds: number): number {
  return Math.max(0, delayNanoseconds / 1e6 - RESOLUTION_MS);
}
