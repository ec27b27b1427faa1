import { type Server, withServer } from '../servers.js';
import { countSamples } from './countSamples.js';
import type { Lanes } from './lanes.js';
import { sendLanes } from './sendLanes.js';

/** What a SIGKILL did to one server. */
export interface KillFigures {
  /** From the start of the process until it is ready. */
  readonly recoverySeconds: number;
  /** Acknowledged samples that are not found afterwards. */
  readonly lostSamples: number;
  /** Samples that were only in memory and the log, where the server tells. */
  readonly replayedSamples: number | undefined;
}

/** Kills a server in the moment after it has acknowledged the last body, and starts it again. */
export async function measureKill(server: Server, lanes: Lanes, folder: string): Promise<KillFigures> {
  await withServer(server, folder, async (running) => {
    await sendLanes(running.url, lanes);
    await running.process.kill();
  });
  return withServer(server, folder, async (running, recoverySeconds) => {
    const replayedSamples = await server.headSamples?.(running.url);
    const lostSamples = lanes.sent.samples - (await countSamples(running.url, lanes.sent));
    await running.process.stop();
    return { recoverySeconds, lostSamples, replayedSamples };
  });
}
