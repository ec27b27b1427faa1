import type { DiscoveryConfig } from '../config/scrapeJob.js';
import type { Discovery, TargetGroup } from './discovery.js';
import { Pause } from './pause.js';

/** How long after it has ended by itself with an error a discovery is begun again, ms. */
const RESTART_MS = 5000;

/** One discovery that runs, and the groups it has given so far. */
export class TargetSource {
  readonly config: DiscoveryConfig;
  readonly #groups = new Map<string, TargetGroup>();
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    config: DiscoveryConfig,
    discovery: Discovery,
    { onChange, onProblem }: { onChange: () => void; onProblem: (error: unknown) => void },
  ) {
    this.config = config;
    this.#ended = this.#run(discovery, onChange, onProblem);
  }

  get groups(): Iterable<TargetGroup> {
    return this.#groups.values();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #run(discovery: Discovery, onChange: () => void, onProblem: (error: unknown) => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        for await (const groups of discovery(signal)) {
          if (signal.aborted) return;
          for (const group of groups) {
            if (group.targets.length > 0) this.#groups.set(group.source, group);
            else this.#groups.delete(group.source);
          }
          onChange();
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        onProblem(error);
        await new Pause().wait(RESTART_MS, signal);
      }
    }
  }
}
