import type { ConfigOrigins, LiveConfig } from './config/liveConfig.js';
import { parseConfig } from './config/parseConfig.js';
import type { ReadConfig, ReloadReport } from './config/reloader.js';
import type { Config, ConfigInput } from './config/schema.js';
import type { Handler } from './http/handler.js';
import type { WriteAnswer } from './ingest/hostWrites.js';
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
   * Lets several processes have the data folder: the first opens it, and the others, which set this too, hand requests
   * and writes over to it; when it ends, however it does, one of them takes its place. They find one another by a
   * socket in the data folder. Off by default: another process then gets `store_locked`.
   */
  shared?: boolean;
  /**
   * Refuses, while nobody is asked for a key, what pages of other sites make browsers send: requests under foreign
   * host names and from foreign origins. `startServer` sets it; a host with a guard of its own need not.
   */
  refuseForeign?: boolean;
  /**
   * Reads the configuration again, for `reload` without an argument and for `POST /-/reload`, a path that there is
   * only with it.
   */
  readConfig?: () => ReadConfig | Promise<ReadConfig>;
  /** Where keys of the configuration are written, for `GET /v1/config`; see `LoadedConfig.origins`. */
  origins?: ConfigOrigins;
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
   * What `POST /v1/ingest` does with a body, for the host itself: without HTTP, a key or a limit of requests. Resolves
   * with what that path would answer, once that is certain, and with status 410 after `close`; it never rejects.
   * `createClient({ store: obs })` of the SDK writes by it.
   */
  write(body: string | Uint8Array): Promise<WriteAnswer>;
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

/** TinyObs as it runs in this process. */
export interface LocalTinyObs extends TinyObs {
  /** Paths below the mount that are answered here, see `isOwnPath`. */
  readonly paths: readonly string[];
  readonly live: LiveConfig;
  /** Resolves when it has ended by itself, where that can be. */
  readonly ended?: Promise<void>;
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
  shared,
  refuseForeign,
  readConfig,
  origins,
  now,
  ...input
}: TinyObsOptions): ConfigInput {
  return input;
}

/** The same options with another configuration, of which nobody knows where it is written. */
export function withInput(options: TinyObsOptions, input: ConfigInput): TinyObsOptions {
  const { basePath, instance, logger, worker, shared, refuseForeign, readConfig, now } = options;
  return { basePath, instance, logger, worker, shared, refuseForeign, readConfig, now, ...input };
}
