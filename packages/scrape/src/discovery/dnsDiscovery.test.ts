import { afterEach, describe, expect, it } from 'vitest';
import type { TargetGroup } from './discovery.js';
import { type DnsResolver, discoverByDns } from './dnsDiscovery.js';

/** What a name server says: a list of records, or an error code. */
type Said = Readonly<Record<string, readonly unknown[] | string>>;

describe('discovery by DNS', () => {
  const closing: AbortController[] = [];
  afterEach(() => {
    for (const controller of closing.splice(0)) controller.abort();
  });

  const answer = (said: Said) => async (name: string) => {
    const records = said[name] ?? 'ENOTFOUND';
    if (typeof records !== 'string') return records as never;
    throw Object.assign(new Error(`query ${records} ${name}`), { code: records });
  };
  const resolverOf = (said: Said): DnsResolver =>
    ({ resolveSrv: answer(said), resolve4: answer(said), resolve6: answer(said) }) as DnsResolver;

  /** The first groups for these names, as many as there are names unless told. */
  async function groupsOf(
    type: 'SRV' | 'A' | 'AAAA',
    names: readonly string[],
    { said, problems = [], count = names.length }: { said: Said; problems?: string[]; count?: number },
  ): Promise<TargetGroup[]> {
    const controller = new AbortController();
    closing.push(controller);
    const config = {
      kind: 'dns' as const,
      names,
      type,
      port: type === 'SRV' ? undefined : 9100,
      refreshMs: 10,
    };
    const onProblem = (error: unknown) => problems.push((error as Error).message);
    const groups: TargetGroup[] = [];
    for await (const found of discoverByDns(config, { onProblem }, controller.signal, resolverOf(said))) {
      groups.push(...found);
      if (groups.length >= count) break;
    }
    return groups;
  }

  it('makes targets of SRV records', async () => {
    const said = { '_m._tcp.x': [{ name: 'one.x', port: 81, priority: 1, weight: 1 }] };
    expect(await groupsOf('SRV', ['_m._tcp.x', 'gone.x'], { said })).toEqual([
      {
        source: '_m._tcp.x',
        targets: [
          {
            __address__: 'one.x:81',
            __meta_dns_srv_record_target: 'one.x.',
            __meta_dns_srv_record_port: '81',
          },
        ],
        labels: { __meta_dns_name: '_m._tcp.x' },
      },
      { source: 'gone.x', targets: [], labels: { __meta_dns_name: 'gone.x' } },
    ]);
  });

  it('makes targets of addresses', async () => {
    const said = { a: ['10.0.0.1', '10.0.0.2'], b: ['fd00::1'], none: 'ENODATA' };
    const addresses = (groups: TargetGroup[]) =>
      groups.map(({ targets }) => targets.map(({ __address__ }) => __address__));
    expect(addresses(await groupsOf('A', ['a', 'none'], { said }))).toEqual([
      ['10.0.0.1:9100', '10.0.0.2:9100'],
      [],
    ]);
    expect(addresses(await groupsOf('AAAA', ['b'], { said }))).toEqual([['[fd00::1]:9100']]);
  });

  it('says nothing of a name that the server does not answer for, and asks again', async () => {
    const problems: string[] = [];
    const groups = await groupsOf('A', ['ill', 'a'], {
      said: { ill: 'ESERVFAIL', a: ['10.0.0.1'] },
      problems,
      count: 3,
    });
    expect(new Set(groups.map(({ source }) => source))).toEqual(new Set(['a']));
    expect(problems.length).toBeGreaterThanOrEqual(3);
    expect(problems[0]).toMatch(/targets of ill cannot be asked for: query ESERVFAIL/);
  });
});
