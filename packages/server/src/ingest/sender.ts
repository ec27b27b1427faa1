import type { AppendOptions } from '@tinyobs/storage';
import type { RequestKey } from '../access/requestKey.js';
import type { Protocol } from './protocols.js';

/** Where samples come from, and what of the limits of series is different for them. */
export interface Sender {
  readonly protocol: Protocol;
  /** The key of the request they came with, whose limit of series holds too. */
  readonly key?: RequestKey;
  /** Few samples of our own, whose series are let in past every limit. */
  readonly isExempt?: boolean;
}

export function appendOptionsOf({ key, isExempt }: Sender): AppendOptions {
  const seriesMax = key?.limits.series;
  return { isExempt, quota: key && seriesMax !== undefined ? { id: key.id, seriesMax } : undefined };
}
