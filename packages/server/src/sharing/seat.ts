import { TinyObsError } from '@tinyobs/model';
import type { ReloadReport } from '../config/reloader.js';
import type { ConfigInput } from '../config/schema.js';
import type { App } from '../http/app.js';
import type { WriteAnswer } from '../ingest/hostWrites.js';

/** What a process is to the store it shares: its owner, or a member that hands everything over to the owner. */
export interface Seat {
  readonly role: 'owner' | 'member';
  readonly app: App;
  /** Paths below the mount that are answered, see `isOwnPath`. */
  readonly paths: readonly string[];
  readonly isKeyRequired: boolean;
  /** Never rejects. */
  readonly write: (body: Uint8Array) => Promise<WriteAnswer>;
  /** See `TinyObs.reload`. */
  readonly reload: (input: ConfigInput | undefined) => Promise<ReloadReport>;
  /** Resolves when it is of no use any more, and holds nothing that another process could need. */
  readonly ended: Promise<void>;
  /** Idempotent. */
  readonly close: () => Promise<void>;
}

export interface SeatParts {
  /** Told the configuration, as it was given, when another is in force. */
  readonly onConfigured: (given: ConfigInput) => void;
}

/** The first line an owner says to a member. */
export interface Welcome {
  readonly paths: readonly string[];
  readonly isKeyRequired: boolean;
}

/** Every later line. */
export type News =
  /** Another configuration is in force. */
  | { readonly given: ConfigInput }
  /** The owner closes: nothing may be sent to it any more. */
  | { readonly isLeaving: true };

/** Paths of our own on the owner's socket, beside `WRITE`. */
export const JOIN = '/join';
export const RELOAD = '/reload';

export function ownerAway(cause?: unknown): TinyObsError {
  return new TinyObsError(
    'owner_away',
    'the process that had the data folder has ended, and another takes its place; try again in a moment',
    { cause },
  );
}
