import { parseConfig } from './config/parseConfig.js';
import type { ReloadReport } from './config/reloader.js';
import type { Config, ConfigInput } from './config/schema.js';
import type { Handler } from './http/handler.js';
import type { Log } from './log.js';

export interface TinyObsOptions extends ConfigInput {
  /**
   * Path under which requests reach `handler` with their URL whole, as in `node:http`, Koa and Fastify; ''
   * where the host strips it itself, as Express does.
   */
  basePath?: string;
  /** Value of the label `instance` of the own metrics; the machine's name by default. */
  instance?: string;
  /** A pino logger; by default one that writes JSON lines to standard error at `log.level`. */
  logger?: Log;
  /**
   * Runs everything in a thread of its own, so that the host's event loop is not held by it; the handler hands
   * requests over. Off by default: it takes a second heap, and each request another hop.
   */
  worker?: boolean;
  /**
   * Refuses, while nobody is asked for a key, what pages of other sites make browsers send: requests under foreign
   * host names and from foreign origins. `startServer` sets it; a host with a guard of its own need not.
   */
  refuseForeign?: boolean;
  /**
   * Reads the configuration again, for `reload` without an argument and for `POST /-/reload`, a path that there is
   * only with it.
   */
  readConfig?: () => ConfigInput | Promise<ConfigInput>;
  /** The time in ms, for tests. Not with `worker`. */
  now?: () => number;
}

export interface TinyObs {
  /** Serves API and dashboard. Works in `node:http`, Express, Koa and Fastify, before or after body parsers. */
  readonly handler: Handler;
  /** The configuration in force, with defaults filled in; durations in ms, sizes in bytes. */
  readonly config: Config;
  /** Whether requests need a key, as it was at the start. */
  readonly isKeyRequired: boolean;
  /**
   * Puts another configuration in the place of the present one, without a pause; what it leaves out has its default.
   * By default that which `readConfig` gives. All of it is taken or nothing.
   *
   * @throws TinyObsError `config_unknown_key`, `config_invalid`, `config_needs_restart` when it changes a key that is
   * not reloadable
   */
  reload(input?: ConfigInput): Promise<ReloadReport>;
  /** Answers 503 from now on, lets requests under way end, flushes and closes the store. Idempotent. */
  close(): Promise<void>;
}

/** @throws TinyObsError `config_unknown_key`, `config_invalid` */
export function configOf(options: TinyObsOptions): Config {
  return parseConfig(inputOf(options));
}

/** What of the options is configuration. */
export function inputOf({
  basePath,
  instance,
  logger,
  worker,
  refuseForeign,
  readConfig,
  now,
  ...input
}: TinyObsOptions): ConfigInput {
  return input;
}
