import { LiveConfig } from '../config/liveConfig.js';
import type { ReloadReport } from '../config/reloader.js';
import type { Config, ConfigInput } from '../config/schema.js';
import type { App } from '../http/app.js';
import { createHandler, type Entry } from '../http/handler.js';
import { sendError } from '../http/respond.js';
import { errorAnswer, HostWrites, type WriteAnswer } from '../ingest/hostWrites.js';
import type { ListenerLink } from '../listener/listenerLink.js';
import { followedLog, type Log } from '../log.js';
import { followedLines, type LogLines } from '../logLines.js';
import { inputOf, type LocalTinyObs, type TinyObs, type TinyObsOptions, withInput } from '../options.js';
import { Membership } from './membership.js';
import { ownerPlace } from './ownerPlace.js';
import { ownerAway } from './seat.js';

interface SharedStart {
  readonly listener: ListenerLink | undefined;
  /** Starts TinyObs in this process alone. */
  readonly start: (options: TinyObsOptions, listener?: ListenerLink) => Promise<LocalTinyObs>;
}

/**
 * Starts TinyObs over a data folder that other processes have, too: here, or handing everything over to the one where
 * it runs already.
 *
 * @throws TinyObsError as `createTinyObs`
 */
export async function startShared(
  options: TinyObsOptions,
  { listener, start }: SharedStart,
): Promise<TinyObs> {
  const live = new LiveConfig(inputOf(options));
  if (listener?.follow) live.onChange(listener.follow);
  const { basePath = '', logger } = options;
  const log = logger ?? followedLog(live);
  const lines = followedLines(live, { log, onSuppressed: () => undefined });
  const membership = new Membership({
    place: await ownerPlace(live.current.dataDir),
    log,
    start: () =>
      start({ ...withInput(options, live.given), basePath: '' }, listener && { figures: listener.figures }),
    onConfigured: (given) => follow(live, given, log),
  });
  const { paths, isKeyRequired } = await membership.start();
  const entry = createHandler(appOf(membership), { basePath, paths, lines });
  return new SharedTinyObs({ live, isKeyRequired, membership, entry, lines });
}

/** Takes over what is in force at the owner, so that it stays so after a takeover. */
function follow(live: LiveConfig, given: ConfigInput, log: Log): void {
  try {
    live.replace(given);
  } catch (error) {
    log.warn({ err: error }, 'the configuration of the process that has the data folder cannot be followed');
  }
}

function appOf(membership: Membership): App {
  const waitFirst: App = async (request, response, next) => {
    const seat = await membership.nextSeat();
    if (response.destroyed) return;
    if (seat) seat.app(request, response, next);
    else sendError(response, ownerAway(), 'tinyobs');
  };
  return (request, response, next) => (membership.seat?.app ?? waitFirst)(request, response, next);
}

interface SharedParts {
  readonly live: LiveConfig;
  readonly isKeyRequired: boolean;
  readonly membership: Membership;
  readonly entry: Entry;
  readonly lines: LogLines;
}

class SharedTinyObs implements TinyObs {
  readonly #parts: SharedParts;
  readonly #writes: HostWrites;
  #closed: Promise<void> | undefined;

  constructor(parts: SharedParts) {
    this.#parts = parts;
    this.#writes = new HostWrites(async (body) => {
      const seat = await parts.membership.nextSeat();
      return seat ? seat.write(body) : errorAnswer(ownerAway());
    });
  }

  get handler(): TinyObs['handler'] {
    return this.#parts.entry.handler;
  }

  get config(): Config {
    return this.#parts.live.current;
  }

  get isKeyRequired(): boolean {
    return this.#parts.isKeyRequired;
  }

  write(body: string | Uint8Array): Promise<WriteAnswer> {
    return this.#writes.write(body);
  }

  async reload(input?: ConfigInput): Promise<ReloadReport> {
    const seat = await this.#parts.membership.nextSeat();
    if (!seat) throw ownerAway();
    return seat.reload(input && inputOf(input));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { membership, entry, lines } = this.#parts;
    membership.stop();
    await Promise.all([entry.drained(), this.#writes.close()]);
    try {
      await membership.close();
    } finally {
      lines.close();
    }
  }
}
