import { type CommandLine, HELP, parseCommandLine, UsageError } from './options.js';
import { type RunningShop, startShop } from './startShop.js';

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseCommandLine(args, process.env['TINYOBS_ENDPOINT'] ?? 'http://127.0.0.1:8080');
    if (command === 'help') process.stdout.write(HELP);
    else await run(command);
    return 0;
  } catch (error) {
    process.stderr.write(`shop: ${explain(error)}\n`);
    return 1;
  }
}

/** Runs until the traffic has ended by itself or a signal comes; then everything is closed. */
async function run(command: CommandLine): Promise<void> {
  const stopped = signalled();
  const shop = await startShop({ ...command, warn: (line) => process.stderr.write(`metrics: ${line}\n`) });
  announce(command, shop);
  const cause = await Promise.race([stopped, shop.trafficEnded]);
  process.stdout.write(`${typeof cause === 'string' ? cause : 'All visits made'}: closing the shop\n`);
  await shop.close();
}

function announce({ traffic, endpoint, intervalMs }: CommandLine, shop: RunningShop): void {
  const bounds = [
    traffic?.durationMs === undefined ? '' : ` for ${traffic.durationMs / 1_000} s`,
    traffic?.requests === undefined ? '' : `, ${traffic.requests} in all`,
  ];
  process.stdout.write(`The shop is open at ${shop.url}\n`);
  process.stdout.write(`Metrics go to ${endpoint} every ${intervalMs / 1_000} s\n`);
  const visits =
    traffic === undefined ? 'No visitors but you' : `About ${traffic.rate} visits a second${bounds.join('')}`;
  process.stdout.write(`${visits}\n`);
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message} (--help shows the options)`;
  return error instanceof Error ? error.message : String(error);
}
