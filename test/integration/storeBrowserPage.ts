import { auditSuite } from '../../packages/storage/src/audit/auditLog.suite.js';
import { openBrowserStore } from '../../packages/storage/src/browser.js';
import { documentsSuite } from '../../packages/storage/src/documents/documents.suite.js';
import { browserStoreSuite } from '../../packages/storage/src/kv/browserStore.suite.js';
import { keyValueStoreSuite } from '../../packages/storage/src/kv/keyValueStore.suite.js';
import { storeSuite } from '../../packages/storage/src/store.suite.js';
import { compactionSuite } from '../../packages/storage/src/storeCompaction.suite.js';
import { runCases } from './suiteRunner.js';

/** What `runSuites`, a function of the page, resolves with. */
export type Outcomes = Awaited<ReturnType<typeof runCases>>;

let next = 0;
const freshName = () => `suite-${next++}`;
/** Each opening reads back from IndexedDB. */
const place = async () => {
  const name = freshName();
  return async () => ({ kv: await openBrowserStore({ name }) });
};

keyValueStoreSuite('IndexedDB', () => openBrowserStore({ name: freshName() }));
storeSuite('IndexedDB', place);
compactionSuite('IndexedDB', place);
documentsSuite('IndexedDB', place);
auditSuite('IndexedDB', place);
browserStoreSuite(freshName);

Object.assign(globalThis, { runSuites: runCases });
