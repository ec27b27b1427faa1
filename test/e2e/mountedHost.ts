import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyObs, type TinyObsOptions } from '@tinyobs/server';
import express from 'express';

/** An app with a store of its own mounted below a path. */
export interface MountedHost {
  /** Of the dashboard, with a slash at its end. */
  readonly url: string;
  /** Closes both, and removes the store's folder. */
  close(): Promise<void>;
}

/** Quiet, without rate limit or retention, and otherwise as the options say. */
export async function startMountedHost(
  options: Pick<TinyObsOptions, 'selfMonitoring'>,
): Promise<MountedHost> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-mounted-'));
  const obs = await createTinyObs({
    dataDir,
    log: { level: 'silent' },
    limits: { requestsPerMinute: 'off' },
    storage: { retention: { raw: 'off' } },
    ...options,
  });
  const host = createServer(express().use('/inside/my-app', obs.handler)).listen(0, '127.0.0.1');
  await new Promise((resolve) => host.once('listening', resolve));
  const { port } = host.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/inside/my-app/`,
    close: async () => {
      await obs.close();
      host.closeAllConnections();
      host.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
