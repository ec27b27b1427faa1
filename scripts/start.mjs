// `npm start [-- flags of tinyobs]`: installs what is missing, builds what is stale, then runs the server in
// this very process, so that signals reach it.
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';

install();
build();
process.argv.splice(1, 1, new URL('../apps/tinyobs/dist/main.js', import.meta.url).pathname);
await import('../apps/tinyobs/dist/main.js');
