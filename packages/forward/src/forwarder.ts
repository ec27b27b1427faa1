import { isDeepStrictEqual } from 'node:util';
import { AddressGuard, type GlobalConfig, type RemoteWriteConfig } from '@tinyobs/scrape';
import { destinationConfigOf } from './config/destinationConfig.js';
import { Destination, type DestinationStatus } from './destination/destination.js';
import type { Source } from './destination/source.js';

export interface ForwarderOptions {
  readonly source: Source;
  /** The time in ms. */
  readonly now: () => number;
  /** Whether link-local and metadata addresses may be sent to; read each time. */
  readonly allowLinkLocal: () => boolean;
  readonly userAgent: string;
  /** Of this TinyObs, and no other: requests say it in `FORWARDED_BY_HEADER`. */
  readonly instanceId: string;
  /** Something went wrong with the destination of this name. */
  readonly onProblem: (name: string, error: unknown) => void;
}

export interface ForwardSettings {
  readonly global: GlobalConfig;
  readonly remoteWrites: readonly RemoteWriteConfig[];
}

/** The names under which the destinations of a configuration follow the store. */
export function destinationNames({ global, remoteWrites }: ForwardSettings): string[] {
  return remoteWrites.map((config) => destinationConfigOf(config, global).name);
}

/** Sends what is committed to all destinations of the configuration that was applied last, until it is closed. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #guard: AddressGuard;
  readonly #destinations = new Map<string, Destination>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ForwarderOptions) {
    const { allowLinkLocal } = options;
    this.#options = options;
    this.#guard = new AddressGuard({
      get allowLinkLocal() {
        return allowLinkLocal();
      },
    });
  }

  /** By name. */
  get destinations(): DestinationStatus[] {
    return [...this.#destinations.values()]
      .map(({ status }) => status)
      .sort((a, b) => (a.config.name < b.config.name ? -1 : 1));
  }

  /**
   * Sends as the settings say from now on; destinations that stay as they were go on undisturbed. One that changed goes
   * on where it was, when what it was sending is over.
   */
  apply({ global, remoteWrites }: ForwardSettings): void {
    const configs = new Map(
      remoteWrites.map((config) => {
        const wanted = destinationConfigOf(config, global);
        return [wanted.name, wanted];
      }),
    );
    for (const [name, running] of this.#destinations) {
      const config = configs.get(name);
      if (isDeepStrictEqual(running.config, config)) configs.delete(name);
      else this.#stop(running);
    }
    const options = { ...this.#options, guard: this.#guard };
    const stopped = Promise.all(this.#closing);
    for (const [name, config] of configs) {
      this.#destinations.set(name, new Destination(config, { ...options, after: stopped }));
    }
  }

  async close(): Promise<void> {
    for (const destination of this.#destinations.values()) this.#stop(destination);
    await Promise.all(this.#closing);
  }

  #stop(destination: Destination): void {
    this.#destinations.delete(destination.config.name);
    const closed = destination.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
