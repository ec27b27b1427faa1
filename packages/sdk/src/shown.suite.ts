import { Client, type ClientSettings } from './client.js';
import { ManualClock } from './manualClock.suite.js';
import { type Drop, type Problem, Reporter } from './reporter.js';

/** A client that pushes nothing, and whose time stands still. */
export function startShownClient(settings: Partial<ClientSettings> = {}) {
  const clock = new ManualClock();
  const problems: Problem[] = [];
  const drops: Drop[] = [];
  const reporter = new Reporter({
    onError: (problem) => problems.push(problem),
    onDrop: (drop) => drops.push(drop),
  });
  const client = new Client(
    { service: 'shop', instance: 'test:1', ...settings },
    { clock, random: Math.random },
    reporter,
  );
  return { client, clock, problems, drops };
}

/** What a scrape is shown, without what the client says of itself: values by series as the text format writes it. */
export async function shown(client: Client): Promise<Record<string, number>> {
  const { body } = await client.expose();
  const lines = body.split('\n').filter((line) => line !== '' && !/^(#|tinyobs_sdk_)/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1).replace('Inf', 'Infinity'))];
    }),
  );
}
