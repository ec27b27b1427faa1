/** How the shards of a destination fared since the last look. */
export interface ShardLoad {
  readonly shards: number;
  /** Whether the reader had to wait for room. */
  readonly isBehind: boolean;
  /** Whether attempts failed: more of them would not help. */
  readonly isFailing: boolean;
  /** Part of the time in which shards were sending, from 0 to 1. */
  readonly busy: number;
}

/** Below this part of the time half of the shards do. */
const IDLE = 0.3;

/** How many shards there should be: twice as many where they cannot keep up, half as many where they are idle. */
export function shardsWanted(
  { shards, isBehind, isFailing, busy }: ShardLoad,
  { shardsMin, shardsMax }: { readonly shardsMin: number; readonly shardsMax: number },
): number {
  const clamp = (count: number) => Math.max(shardsMin, Math.min(shardsMax, count));
  if (isFailing) return clamp(shards);
  if (isBehind) return clamp(shards * 2);
  return busy < IDLE ? clamp(Math.ceil(shards / 2)) : clamp(shards);
}
