import { errorAt } from '../queryError.js';

export interface ScannedText {
  /**
   * The text as the grammar reads it, every token at its old place: numbers may end in a point (`2.`, `2.e3`),
   * which the grammar does not know, duration functions may be written in capitals, comments, which may stand
   * between any two tokens, are blank, and `min_of` and `max_of` may also stand where they are functions of scalars.
   */
  readonly grammarText: string;
  /** Brackets left open at the end, outermost first. */
  readonly open: readonly string[];
  /** Where a string starts that is not closed on its line. */
  readonly unclosedString?: number;
}

const MAY_BE_KEYWORD = /[smr]/i;
const DURATION_KEYWORD = /(?:step|range|min_of|max_of)(?=\s*\()/iy;

/** Functions that the grammar knows in durations only, and one of as many letters that it knows everywhere. */
const SCALAR_KEYWORDS: ReadonlySet<string> = new Set(['min_of', 'max_of']);
const SCALAR_STAND_IN = 'scalar';

/**
 * Looks over the text before anything recurses over it.
 *
 * @throws TinyObsError `query_too_deep` for too many open brackets.
 */
export function scanText(text: string, depthMax: number): ScannedText {
  const open: string[] = [];
  /** For each open bracket whether a duration is inside. */
  const durations: boolean[] = [];
  let afterKeyword = false;
  const pieces: string[] = [];
  let copied = 0;
  let unclosedString: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' || char === '[' || char === '{') {
      if (open.length === depthMax) {
        throw errorAt('query_too_deep', text, at, `more than ${depthMax} brackets are open here`);
      }
      const isDuration = char === '[' || afterKeyword || durations.at(-1) === true || followsOffset(text, at);
      durations.push(isDuration && char !== '{');
      afterKeyword = false;
      open.push(char);
    } else if (char === ')' || char === ']' || char === '}') {
      open.pop();
      durations.pop();
    } else if (char === '"' || char === "'" || char === '`') {
      const start = at;
      at = stringEnd(text, start);
      if (text[at] !== char) unclosedString ??= start;
    } else if (char === '#') {
      const lineEnd = text.indexOf('\n', at);
      const end = lineEnd < 0 ? text.length : lineEnd;
      pieces.push(text.slice(copied, at), ' '.repeat(end - at));
      copied = end;
      at = end;
    } else if (MAY_BE_KEYWORD.test(char) && !/[\w:]/.test(text[at - 1] ?? '')) {
      DURATION_KEYWORD.lastIndex = at;
      const [keyword = ''] = DURATION_KEYWORD.exec(text) ?? [];
      if (keyword === '') continue;
      const name = keyword.toLowerCase();
      afterKeyword = durations.at(-1) === true || followsOffset(text, at);
      const unknown = SCALAR_KEYWORDS.has(keyword) && !afterKeyword;
      pieces.push(text.slice(copied, at), unknown ? SCALAR_STAND_IN : name);
      copied = at + keyword.length;
      at = copied - 1;
    } else if (char === '.' && endsNumber(text, at)) {
      const exponent = /^e[+-]?/i.exec(text.slice(at + 1, at + 3))?.[0] ?? '';
      pieces.push(text.slice(copied, at), exponent === '' ? ' ' : `${exponent}0`);
      copied = at + 1 + exponent.length;
    }
  }
  pieces.push(text.slice(copied));
  return { grammarText: pieces.join(''), open, unclosedString };
}

/** Whether what stands at a place is the duration of an `offset`. */
function followsOffset(text: string, at: number): boolean {
  return /\boffset\s*[-+]?\s*$/i.test(text.slice(Math.max(0, at - 64), at));
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

/** Whether the point has a whole number before it and no fraction behind it. */
function endsNumber(text: string, point: number): boolean {
  let start = point;
  while (start > 0 && /[0-9_]/.test(text[start - 1])) start--;
  if (start === point || text[start] === '_' || (start > 0 && /[\w:.]/.test(text[start - 1]))) return false;
  return /^(?:$|[^\w.]|e[+-]?[0-9])/i.test(text.slice(point + 1, point + 4));
}
