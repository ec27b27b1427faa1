/** Which series of a chart are drawn: only some, or all without some, so that one that appears later is seen. */
export interface Visibility {
  readonly mode: 'only' | 'without';
  readonly identities: ReadonlySet<string>;
}

export const ALL_SHOWN: Visibility = { mode: 'without', identities: new Set() };

export function isShown({ mode, identities }: Visibility, identity: string): boolean {
  return identities.has(identity) === (mode === 'only');
}

/** That one alone; all again where it is alone already. */
export function isolate(now: Visibility, identity: string): Visibility {
  const isAlone = now.mode === 'only' && now.identities.size === 1 && now.identities.has(identity);
  return isAlone ? ALL_SHOWN : { mode: 'only', identities: new Set([identity]) };
}

/** That one shown or hidden, the others as they are. */
export function toggle({ mode, identities }: Visibility, identity: string): Visibility {
  const next = new Set(identities);
  if (!next.delete(identity)) next.add(identity);
  return { mode, identities: next };
}

/** What is left of it for these series: where it would hide them all, they are all shown. */
export function settle(now: Visibility, present: readonly string[]): Visibility {
  return present.some((identity) => isShown(now, identity)) ? now : ALL_SHOWN;
}
