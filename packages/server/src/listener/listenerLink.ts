import type { Config } from '../config/schema.js';
import type { ListenerFigures } from './listenerFigures.js';

/** What an engine and the listener before it have of each other. */
export interface ListenerLink {
  /** What the listener counts, for metrics. */
  readonly figures: ListenerFigures;
  /** Told each configuration that is put in force. */
  readonly follow?: (next: Config) => void;
}
