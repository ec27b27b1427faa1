import { signal } from '@preact/signals';
import type { ApiError } from '../api/apiError.js';

/** When the server was last heard of, and why it is thought to be away; null while it answers. */
export interface Outage {
  readonly reason: string;
  readonly sinceMs: number;
}

export const outage = signal<Outage | null>(null);
/** Unix ms of the last answer, null before the first. */
export const lastAnswerMs = signal<number | null>(null);

export function reportReachable(): void {
  lastAnswerMs.value = Date.now();
  outage.value = null;
}

export function reportOutage(error: ApiError): void {
  if (outage.value === null) outage.value = { reason: error.message, sinceMs: Date.now() };
}
