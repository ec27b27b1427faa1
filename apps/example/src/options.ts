import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly seed: number;
  readonly traffic?: { readonly rate: number; readonly durationMs?: number; readonly requests?: number };
}

export const HELP = `A small tea shop that pushes its metrics to TinyObs.

Usage: main.js [options]

  --endpoint URL      where TinyObs listens (default $TINYOBS_ENDPOINT, else http://127.0.0.1:8080)
  --listen HOST:PORT  where the shop listens; port 0 takes a free one (default 127.0.0.1:3000)
  --interval TIME     between two pushes of metrics (default 10s)
  --rate N            visits a second, on average (default 20)
  --duration TIME     end after this time (default: run until told to stop)
  --requests N        end after so many visits
  --no-traffic        nobody visits but you
  --seed N            another seed, other visitors (default 1)
  --help              this text

TIME is a number with ms, s, m or h: 500ms, 60s, 5m.
`;

/** What is wrong with the command line, in a sentence for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns what to run, or 'help'. @throws UsageError */
export function parseCommandLine(args: readonly string[], defaultEndpoint: string): CommandLine | 'help' {
  const values = readArguments(args);
  if (values.help) return 'help';
  const { host, port } = address(values.listen ?? '127.0.0.1:3000');
  return {
    endpoint: values.endpoint ?? defaultEndpoint,
    host,
    port,
    intervalMs: milliseconds('--interval', values.interval ?? '10s'),
    seed: wholeNumber('--seed', values.seed ?? '1'),
    traffic: values['no-traffic']
      ? undefined
      : {
          rate: wholeNumber('--rate', values.rate ?? '20', { min: 1, max: 2_000 }),
          durationMs: values.duration === undefined ? undefined : milliseconds('--duration', values.duration),
          requests:
            values.requests === undefined
              ? undefined
              : wholeNumber('--requests', values.requests, { min: 1 }),
        },
  };
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        endpoint: text,
        listen: text,
        interval: text,
        rate: text,
        duration: text,
        requests: text,
        seed: text,
        'no-traffic': flag,
        help: flag,
      },
    });
    return values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) {
    throw new UsageError(`--listen takes HOST:PORT, such as 127.0.0.1:3000, not ${text}`);
  }
  return { host: match[1] ?? match[2], port: Number(match[3]) };
}

function milliseconds(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new UsageError(`${name} takes a time such as 500ms, 60s or 5m, not ${text}`);
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2]] as number;
  return Number(match[1]) * unitMs;
}

function wholeNumber(name: string, text: string, range: { min?: number; max?: number } = {}): number {
  const { min = 0, max = 2 ** 32 - 1 } = range;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name} takes a whole number from ${min} to ${max}, not ${text}`);
}
