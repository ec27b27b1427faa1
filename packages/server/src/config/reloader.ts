import { TinyObsError } from '@tinyobs/model';
import type { Log } from '../log.js';
import { traceIds } from '../tracing/traceIds.js';
import type { ConfigChange, ConfigOrigins, LiveConfig } from './liveConfig.js';
import type { ConfigInput } from './schema.js';

/** Configuration as it was read, with where it is written. */
export type ReadConfig = ConfigInput & { readonly origins?: ConfigOrigins };

export interface ReloadReport {
  /** The keys that have another value now. */
  readonly changes: readonly ConfigChange[];
}

export interface ReloaderOptions {
  readonly live: LiveConfig;
  /** Where configuration comes from that a reload is not given. */
  readonly readConfig: (() => ReadConfig | Promise<ReadConfig>) | undefined;
  readonly log: Log;
  readonly now: () => number;
}

/** Reads the configuration again, one time after the other, and says what became of it. */
export class Reloader {
  /** Whether the last reload was taken; the start counts as one. */
  isSuccessful = true;
  /** When one was taken last, ms since the epoch. */
  succeededMs: number;
  readonly #options: ReloaderOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.succeededMs = options.now();
  }

  /** Whether there is something to read again. */
  get canRead(): boolean {
    return this.#options.readConfig !== undefined;
  }

  /** See `TinyObs.reload`. */
  reload(given?: ConfigInput): Promise<ReloadReport> {
    const done = this.#turn.then(() => this.#reload(given));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #reload(given: ReadConfig | undefined): Promise<ReloadReport> {
    const { live, log, now } = this.#options;
    try {
      const { origins, ...input } = given ?? (await this.#read());
      const changes = live.replace(input, origins);
      this.isSuccessful = true;
      this.succeededMs = now();
      const outcome =
        changes.length > 0 ? 'configuration reloaded' : 'configuration reloaded, nothing changed';
      log.info({ ...traceIds(), changes }, outcome);
      return { changes };
    } catch (error) {
      this.isSuccessful = false;
      log.error({ ...traceIds(), err: error }, 'configuration not reloaded, the one before stays in force');
      throw error;
    }
  }

  async #read(): Promise<ReadConfig> {
    const { readConfig } = this.#options;
    if (readConfig) return readConfig();
    throw new TinyObsError(
      'config_invalid',
      'there is nothing to read the configuration from: give it to reload, or readConfig to createTinyObs',
    );
  }
}
