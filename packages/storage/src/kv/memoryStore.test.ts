import { keyValueStoreSuite } from './keyValueStore.suite.js';
import { openMemoryStore } from './memoryStore.js';

keyValueStoreSuite('memory', openMemoryStore);
