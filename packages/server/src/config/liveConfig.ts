import { isDeepStrictEqual } from 'node:util';
import { TinyObsError } from '@tinyobs/model';
import { type ConfigKey, configKeys } from './keys.js';
import { parseConfig } from './parseConfig.js';
import type { Config, ConfigInput } from './schema.js';
import { valueAt } from './settings.js';
import { type ParsedInput, writtenConfig, writtenValue } from './writtenConfig.js';

/** Where keys that are set are written, such as `tinyobs.yaml:3`, `TINYOBS_LISTEN` or `--listen`, as far as it is known. */
export type ConfigOrigins = Readonly<Record<string, string>>;

/** A key with its value in force, as a file would have it. */
export interface ConfigEntry extends Pick<ConfigKey, 'help' | 'unit' | 'isReloadable'> {
  readonly key: string;
  /** Undefined where there is none, or it depends on the machine; a secret is hidden. */
  readonly value: unknown;
  /** Whether it is given, and not the default. */
  readonly isSet: boolean;
  /** Where it is written, of one that is set. */
  readonly origin: string | undefined;
}

/** A key that has another value than before, as a file would have them; undefined for none. */
export interface ConfigChange {
  readonly key: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * The one place that holds the configuration in force. What is reloadable is read from here whenever it is needed, or
 * followed by a listener; whoever keeps a value of `current` keeps an old one.
 */
export class LiveConfig {
  #parsed: ParsedInput;
  #origins: ConfigOrigins;
  readonly #listeners: ((next: Config) => void)[] = [];

  /** @throws TinyObsError `config_unknown_key`, `config_invalid` */
  constructor(given: ConfigInput, origins: ConfigOrigins = {}) {
    this.#origins = origins;
    this.#parsed = { given, config: parseConfig(given) };
  }

  get current(): Config {
    return this.#parsed.config;
  }

  /** As it was given. */
  get given(): ConfigInput {
    return this.#parsed.given;
  }

  /** As a file would have it, without secrets. */
  get written(): Record<string, unknown> {
    return writtenConfig(this.#parsed);
  }

  /** Every key, in the order of the schema. */
  list(): ConfigEntry[] {
    return configKeys().map((key) => {
      const { path, help, unit, isReloadable } = key;
      const isSet = valueAt(this.given, path) !== undefined;
      const origin = isSet ? this.#origins[path] : undefined;
      return { key: path, value: writtenValue(key, this.#parsed), isSet, origin, help, unit, isReloadable };
    });
  }

  /**
   * Takes another configuration, all of it or nothing.
   *
   * @throws TinyObsError `config_unknown_key`, `config_invalid`, `config_needs_restart`
   */
  replace(given: ConfigInput, origins: ConfigOrigins = {}): readonly ConfigChange[] {
    const before = this.#parsed;
    const after = { given, config: parseConfig(given) };
    const changed = configKeys().filter(
      ({ path }) => !isDeepStrictEqual(valueAt(before.config, path), valueAt(after.config, path)),
    );
    const fixed = changed.filter(({ isReloadable }) => !isReloadable);
    if (fixed.length > 0) throw needsRestart(fixed);
    this.#parsed = after;
    this.#origins = origins;
    if (changed.length > 0) for (const listener of this.#listeners) listener(after.config);
    return changed.map((key) => ({
      key: key.path,
      from: writtenValue(key, before),
      to: writtenValue(key, after),
    }));
  }

  /** Calls a function after each change. It must not fail: nothing takes a configuration back. */
  onChange(listener: (next: Config) => void): void {
    this.#listeners.push(listener);
  }
}

function needsRestart(keys: readonly ConfigKey[]): TinyObsError {
  const names = keys.map(({ path }) => path).join(', ');
  return new TinyObsError(
    'config_needs_restart',
    `${names} cannot be changed while TinyObs runs, so nothing was; restart it, or put ${keys.length === 1 ? 'it' : 'them'} back`,
    { details: { keys: names } },
  );
}
