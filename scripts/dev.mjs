// `npm run dev`: compiles on change, restarts the server on change, serves the dashboard with hot reload.
import { spawn } from 'node:child_process';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { ROOT, say } from './lib/run.mjs';

install();
build();
const commands = [
  ['npx', ['--no-install', 'tsc', '-b', '--watch', '--preserveWatchOutput']],
  [process.execPath, ['--watch', 'apps/tinyobs/dist/compiled/main.js', ...process.argv.slice(2)]],
  ['npx', ['--no-install', 'vite', 'web']],
];
const children = commands.map(([command, args]) => spawn(command, args, { cwd: ROOT, stdio: 'inherit' }));
say('compiler, server and dashboard are watching for changes; Ctrl-C ends them');

let running = children.length;
const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
for (const child of children) {
  child.once('exit', () => {
    running--;
    stop();
    if (running === 0) process.exit(0);
  });
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
