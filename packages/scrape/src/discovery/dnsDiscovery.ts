import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { TinyObsError } from '@tinyobs/model';
import type { DiscoveryConfig } from '../config/scrapeJob.js';
import { DISCOVERY_TIMEOUT_MS } from '../limits.js';
import type { DiscoveryContext, TargetGroup } from './discovery.js';
import { Pause } from './pause.js';

type DnsConfig = Extract<DiscoveryConfig, { kind: 'dns' }>;

/** What is asked for records. */
export type DnsResolver = Pick<Resolver, 'resolveSrv' | 'resolve4' | 'resolve6'>;

/** There is no such name, or it has no such records: nothing is wrong. */
const NO_RECORDS: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the name server for targets at every `refresh_interval`. While it does not answer those known before stay. */
export async function* discoverByDns(
  config: DnsConfig,
  { onProblem }: Pick<DiscoveryContext, 'onProblem'>,
  signal: AbortSignal,
  resolver: DnsResolver = new Resolver({ timeout: DISCOVERY_TIMEOUT_MS / 4, tries: 2 }),
): AsyncGenerator<readonly TargetGroup[]> {
  const pause = new Pause();
  while (!signal.aborted) {
    for (const name of config.names) {
      const targets = await targetsOf(name, config, resolver).catch((cause: unknown) => {
        onProblem(about(name, cause));
        return undefined;
      });
      if (signal.aborted) return;
      if (targets) yield [{ source: name, targets, labels: { __meta_dns_name: name } }];
    }
    await pause.wait(config.refreshMs, signal);
  }
}

async function targetsOf(
  name: string,
  { type, port }: DnsConfig,
  resolver: DnsResolver,
): Promise<TargetGroup['targets']> {
  try {
    switch (type) {
      case 'SRV':
        return (await resolver.resolveSrv(name)).map((record) => ({
          __address__: addressOf(record.name.replace(/\.$/, ''), record.port),
          __meta_dns_srv_record_target: `${record.name.replace(/\.$/, '')}.`,
          __meta_dns_srv_record_port: String(record.port),
        }));
      case 'A':
        return (await resolver.resolve4(name)).map((host) => ({ __address__: addressOf(host, port) }));
      case 'AAAA':
        return (await resolver.resolve6(name)).map((host) => ({ __address__: addressOf(host, port) }));
    }
  } catch (cause) {
    if (NO_RECORDS.has((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw cause;
  }
}

function addressOf(host: string, port: number | undefined): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function about(name: string, cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError('discovery_failed', `targets of ${name} cannot be asked for: ${reason}`, { cause });
}
