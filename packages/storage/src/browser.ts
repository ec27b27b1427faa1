export { type BrowserStoreOptions, openBrowserStore } from './kv/browserStore.js';
