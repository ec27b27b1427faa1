export { arrayStorage } from './testing/arrayStorage.js';
export { type CaseResult, runScript, type ScriptReport, type ScriptStorage } from './testing/runScript.js';
export type { SeriesNotation } from './testing/seriesNotation.js';
