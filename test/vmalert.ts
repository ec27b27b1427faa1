import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type Program, startProgram } from './programs.js';

/** Whether a real vmalert is installed; says so where it is not. */
export function hasVmalert(): boolean {
  const missing = spawnSync('vmalert', ['-version']).error !== undefined;
  if (missing) process.stdout.write('tests with a real vmalert: skipped, it is not installed\n');
  return !missing;
}

/** An alert as vmalert sends it. */
export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Takes what is sent to an Alertmanager, and keeps it. */
export interface AlertReceiver {
  readonly url: string;
  readonly alerts: readonly SentAlert[];
  close(): Promise<void>;
}

/** Starts vmalert, which reads, writes and restores its state at `url`; it has evaluated nothing yet. */
export async function startVmalert(
  folder: string,
  { url, notifierUrl, rules }: { url: string; notifierUrl: string; rules: object },
): Promise<Program> {
  const file = join(folder, 'rules.yml');
  writeFileSync(file, JSON.stringify(rules));
  const program = startProgram('vmalert', [
    `-rule=${file}`,
    `-datasource.url=${url}`,
    `-remoteWrite.url=${url}`,
    `-remoteRead.url=${url}`,
    `-notifier.url=${notifierUrl}`,
    '-evaluationInterval=1s',
    '-remoteWrite.flushInterval=200ms',
    '-httpListenAddr=127.0.0.1:0',
  ]);
  await program.waitFor(/started rule manager|starting http server/);
  return program;
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const alerts: SentAlert[] = [];
  const server = createServer((request, response) => {
    json(request).then(
      (sent) => {
        alerts.push(...(sent as SentAlert[]));
        response.end();
      },
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alerts,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
