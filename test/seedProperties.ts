import fc from 'fast-check';
import { runSeed } from './random.js';

fc.configureGlobal({ seed: runSeed() });
