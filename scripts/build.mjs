// `npm run build`: everything that `npm start` needs, without starting.
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { say } from './lib/run.mjs';

install();
build();
say('build is up to date');
