// `npm run demo`: the server and a small shop under traffic that reports to it. Ctrl-C ends both.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { ROOT, say } from './lib/run.mjs';

install();
build();
const [serverFlags, shopFlags] = splitFlags(process.argv.slice(2));
const server = start('apps/tinyobs/dist/main.js', ['--set', 'selfMonitoring.interval=5s', ...serverFlags]);
const endpoint = await announcedAddress(server, /Dashboard\s+(\S+?)\/?$/m);
const shop = start('apps/example/dist/main.js', ['--endpoint', endpoint, '--interval', '2s', ...shopFlags]);
const shopAddress = await announcedAddress(shop, /(http:\/\/[^\s/]+)/);
process.stdout.write(
  `\nThe demo is running. Ctrl-C ends it.\n  Dashboard  ${endpoint}/\n  Shop       ${shopAddress}/\n`,
);
stopTogether([shop, server]);

/** Flags after a second `--` go to the shop. */
function splitFlags(flags) {
  const split = flags.indexOf('--');
  return split < 0 ? [flags, []] : [flags.slice(0, split), flags.slice(split + 1)];
}

function start(script, args) {
  return spawn(process.execPath, [join(ROOT, script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The address a program prints when it is ready; its output is passed on. */
function announcedAddress(child, pattern) {
  return new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      text += chunk;
      const found = pattern.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('exit', (code) => process.exit(code ?? 1));
  });
}

/** The shop first, so that its last metrics still arrive. */
function stopTogether([first, second]) {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say('stopping the demo …');
    first.kill('SIGTERM');
  };
  first.removeAllListeners('exit').once('exit', () => second.kill('SIGTERM'));
  second.removeAllListeners('exit').once('exit', (code) => {
    first.kill('SIGTERM');
    process.exit(code ?? 1);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
