import { QUOTED_LENGTH_MAX } from './limits.js';

/** A sender's text as a message repeats it: as a JSON string, cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text);
}
