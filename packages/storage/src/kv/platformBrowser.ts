import { TinyObsError } from '@tinyobs/model';

/** What the store asks of the platform it runs on, as browsers give it: see `platform.ts`. */
export { crc32 } from './crc32.js';

/** Resolves when other work of the event loop had its turn; a timer would wait for 4 ms. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const end = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener('message', end);
    port1.start();
    port2.postMessage(undefined);
  });
}

export function later(run: () => void, waitMs: number): void {
  setTimeout(run, waitMs);
}

export function repeat(run: () => void, everyMs: number): () => void {
  const timer = setInterval(run, everyMs);
  return () => clearInterval(timer);
}

/** @throws TinyObsError `config_invalid` */
export function openDiskStore(): Promise<never> {
  return Promise.reject(noFolders());
}

/** @throws TinyObsError `config_invalid` */
export function freeDiskBytes(): Promise<never> {
  return Promise.reject(noFolders());
}

function noFolders(): TinyObsError {
  return new TinyObsError(
    'config_invalid',
    'a browser has no data folder: pass `kv`, opened with openBrowserStore or openMemoryStore',
  );
}
