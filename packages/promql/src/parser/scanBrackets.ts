import { QUERY_DEPTH_MAX } from '../limits.js';
import { errorAt } from '../queryError.js';

/**
 * Looks over the text for brackets before anything recurses over it.
 *
 * @returns the brackets left open at the end, outermost first, by their character.
 * @throws TinyObsError `query_too_deep`
 */
export function scanBrackets(text: string): string[] {
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' || char === '[' || char === '{') {
      if (open.length === QUERY_DEPTH_MAX) {
        throw errorAt('query_too_deep', text, at, `more than ${QUERY_DEPTH_MAX} brackets are open here`);
      }
      open.push(char);
    } else if (char === ')' || char === ']' || char === '}') {
      open.pop();
    } else if (char === '"' || char === "'" || char === '`') {
      at = stringEnd(text, at);
    } else if (char === '#') {
      const lineEnd = text.indexOf('\n', at);
      at = lineEnd < 0 ? text.length : lineEnd;
    }
  }
  return open;
}

/** The place of the closing quote, or of the end of the line or text when it is missing. */
function stringEnd(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (quote === '`') continue;
    if (text[at] === '\\') at++;
    else if (text[at] === '\n') return at;
  }
  return text.length;
}
