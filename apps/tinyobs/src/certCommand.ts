import type { Command } from 'commander';
import type { CertDevFlags } from './certDev.js';

/** Adds `cert dev`. What makes certificates is loaded only when one is made. */
export function addCertCommand(program: Command): void {
  program
    .command('cert')
    .description('certificates for HTTPS')
    .command('dev')
    .description('write a certificate for development, and its key: for localhost, 127.0.0.1, ::1 and --host')
    .option('--dir <dir>', 'folder to write to', '.')
    .option('--host <name>', 'a further host name or IP address; may be repeated', addHost, [])
    .option('--force', 'replace a certificate and a key that are there')
    .action(async (flags: CertDevFlags) => {
      const { certDev } = await import('./certDev.js');
      await certDev(flags);
    });
}

function addHost(host: string, hosts: readonly string[]): readonly string[] {
  return [...hosts, host];
}
