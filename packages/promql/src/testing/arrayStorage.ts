import { ArrayQueryable } from '../arrayQueryable.js';
import type { ScriptStorage } from './runScript.js';

/** A storage for scripts that keeps what it is given in memory. */
export async function arrayStorage(): Promise<ScriptStorage> {
  const queryable = new ArrayQueryable();
  return {
    queryable,
    async load(series) {
      for (const one of series) queryable.add(one);
    },
    async close() {},
  };
}
