import type { TinyObsError } from '@tinyobs/model';

/** Why a sample is not sent. */
export const DROP_REASONS = ['relabeled', 'too_old', 'forgotten', 'refused'] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/** What a destination has done so far. */
export class Figures {
  sent = 0;
  sentBytes = 0;
  metadataSent = 0;
  retries = 0;
  /** Records of the store that were let go, or damaged, before they were sent. */
  lostRecords = 0;
  /** Time of the newest sample that was sent, ms; infinite below while there is none. */
  newestMs = Number.NEGATIVE_INFINITY;
  /** When something was sent last, ms. */
  lastSentMs: number | undefined;
  lastError: { readonly error: TinyObsError; readonly timeMs: number } | undefined;
  /** Attempts that failed one after the other, none having gone well since. */
  failures = 0;
  readonly dropped: Record<DropReason, number> = { relabeled: 0, too_old: 0, forgotten: 0, refused: 0 };
}
