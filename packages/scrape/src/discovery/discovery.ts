import type { DiscoveryConfig } from '../config/scrapeJob.js';
import type { AddressGuard } from '../fetch/addressGuard.js';
import type { BytesBudget } from '../fetch/readBody.js';
import { discoverByDns } from './dnsDiscovery.js';
import { discoverInFiles } from './fileDiscovery.js';
import { discoverByHttp } from './httpDiscovery.js';

/** Targets that were found together. */
export interface TargetGroup {
  /** Tells groups of one discovery apart: a later group takes the place of that with the same source. */
  readonly source: string;
  /** Labels of each target; where it is, is in `__address__`. */
  readonly targets: readonly Readonly<Record<string, string>>[];
  /** Labels of all of them; those of a target are stronger. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A way to find targets: gives groups that are new or have changed, until the signal aborts. A group without targets
 * takes those of its source away; groups that are not given stay as they are.
 */
export type Discovery = (signal: AbortSignal) => AsyncIterable<readonly TargetGroup[]>;

export interface DiscoveryContext {
  readonly guard: AddressGuard;
  readonly budget: BytesBudget;
  readonly userAgent: string;
  /** Targets could not be looked for, or some could not be read: those known before stay. */
  readonly onProblem: (error: unknown) => void;
}

/** The discovery that a part of a job's configuration asks for. */
export function discoveryOf(config: DiscoveryConfig, context: DiscoveryContext): Discovery {
  switch (config.kind) {
    case 'static':
      return () => staticGroups(config);
    case 'file':
      return (signal) => discoverInFiles(config, context, signal);
    case 'http':
      return (signal) => discoverByHttp(config, context, signal);
    case 'dns':
      return (signal) => discoverByDns(config, context, signal);
  }
}

async function* staticGroups({
  groups,
}: Extract<DiscoveryConfig, { kind: 'static' }>): AsyncGenerator<readonly TargetGroup[]> {
  yield groups.map(({ targets, labels }, i) => ({
    source: String(i),
    targets: targets.map((address) => ({ __address__: address })),
    labels,
  }));
}
