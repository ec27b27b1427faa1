/**
 * How much there is to an expression, in instructions of its compiled form, without compiling it. An estimate:
 * within a factor of two for what compiles.
 */
export interface RegexShape {
  readonly size: number;
  /**
   * Those that matching may come to at more than one character of a value: what is behind something of no fixed
   * length. Matching takes at most `size` steps and as many as there are of these for each character.
   */
  readonly loose: number;
  /** Of the texts that match, in characters; undefined where they differ. */
  readonly length: number | undefined;
}

/** Alternatives that are in no group, and whether each may be compiled by itself. */
export interface RegexBranches {
  readonly branches: readonly { readonly text: string; readonly shape: RegexShape }[];
  readonly separable: boolean;
  /** Every group that is opened is closed, and the other way round. */
  readonly balanced: boolean;
  readonly whole: RegexShape;
}

const EMPTY: RegexShape = { size: 0, loose: 0, length: 0 };
const NOTHING_WIDE: RegexShape = { size: 1, loose: 0, length: 0 };
const CHARACTER: RegexShape = { size: 1, loose: 0, length: 1 };

/** Instructions that cost as much to compile as one with a Unicode class, which is hundreds of ranges. */
const UNICODE_CLASS_SIZE = 20;

/** One token: an escape, a class, a group's start with what it says, a repeat, or any character. */
const TOKEN =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pP](?:\{[^}]{0,64}\}|.)|\\x(?:\{[^}]{0,8}\}|..)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w{1,9}:\]|[^\]\\])*\]?|\(\?(?:P?<[^>]{0,256}>|[^:)]{0,16}[:)])|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/gu;

interface Frame {
  /** The alternatives that are complete. */
  readonly done: RegexShape[];
  /** What is before the last part of the alternative that is not. */
  before: RegexShape;
  last: RegexShape;
}

/** Reads an expression as RE2 does; of one that is wrong, whatever comes out says nothing. */
export function regexBranches(pattern: string): RegexBranches {
  const frames: Frame[] = [newFrame()];
  const ends: number[] = [];
  let separable = true;
  let balanced = true;
  for (const { 0: token, index } of pattern.matchAll(TOKEN)) {
    const frame = frames[frames.length - 1];
    if (token === '|') {
      if (frames.length === 1) ends.push(index);
      frame.done.push(concat(frame.before, frame.last));
      frame.before = EMPTY;
      frame.last = EMPTY;
    } else if (token[0] === '(') {
      if (token !== '(' && token !== '(?:') separable = false;
      if (!/^\(\?[^<:]*\)$/.test(token)) frames.push(newFrame());
    } else if (token === ')' && frames.length > 1) {
      frames.pop();
      add(frames[frames.length - 1], grouped(shapeOf(frame)));
    } else {
      if (token === ')') balanced = false;
      if (token.startsWith('\\Q')) separable = false;
      const repeat = repeatOf(token);
      if (repeat) frame.last = repeated(frame.last, ...repeat);
      else add(frame, shapeOfToken(token));
    }
  }
  if (frames.length > 1) balanced = false;
  while (frames.length > 1) {
    const open = frames.pop() as Frame;
    add(frames[frames.length - 1], shapeOf(open));
  }
  const [top] = frames;
  const shapes = [...top.done, concat(top.before, top.last)];
  const branches = shapes.map((shape, i) => {
    return { text: pattern.slice(i === 0 ? 0 : ends[i - 1] + 1, ends[i]), shape };
  });
  return { branches, separable, balanced, whole: shapes.reduce(either) };
}

function newFrame(): Frame {
  return { done: [], before: EMPTY, last: EMPTY };
}

function add(frame: Frame, shape: RegexShape): void {
  frame.before = concat(frame.before, frame.last);
  frame.last = shape;
}

function shapeOf({ done, before, last }: Frame): RegexShape {
  return [...done, concat(before, last)].reduce(either);
}

function shapeOfToken(token: string): RegexShape {
  if (/^\\[bBAz]$|^[\^$]$/.test(token)) return NOTHING_WIDE;
  if (token.startsWith('\\Q')) {
    const length = token.length - 2;
    return { size: length, loose: 0, length };
  }
  const unicode = token.match(/\\[pP]/g)?.length ?? 0;
  return unicode === 0 ? CHARACTER : { ...CHARACTER, size: unicode * UNICODE_CLASS_SIZE };
}

function repeatOf(token: string): [min: number, max: number] | undefined {
  switch (token[0]) {
    case '*':
      return [0, Number.POSITIVE_INFINITY];
    case '+':
      return [1, Number.POSITIVE_INFINITY];
    case '?':
      return [0, 1];
  }
  const counted = /^\{(\d+)(,?)(\d*)\}/.exec(token);
  if (!counted) return undefined;
  const min = Number(counted[1]);
  if (counted[2] === '') return [min, min];
  return [min, counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])];
}

function concat(a: RegexShape, b: RegexShape): RegexShape {
  return {
    size: a.size + b.size,
    loose: a.loose + (a.length === undefined ? b.size : b.loose),
    length: a.length === undefined || b.length === undefined ? undefined : a.length + b.length,
  };
}

function either(a: RegexShape, b: RegexShape): RegexShape {
  return {
    size: a.size + b.size + 1,
    loose: a.loose + b.loose,
    length: a.length === b.length ? a.length : undefined,
  };
}

/** With the two marks of a group. */
function grouped(shape: RegexShape): RegexShape {
  return { ...shape, size: shape.size + 2 };
}

function repeated(shape: RegexShape, min: number, max: number): RegexShape {
  const copies = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : max;
  const size = (shape.size + 1) * copies;
  const fixed = shape.length !== undefined;
  // What loops, and all copies but the first of something of no fixed length, may start anywhere.
  const loose = max === Number.POSITIVE_INFINITY || !fixed ? size : shape.loose * copies;
  return { size, loose, length: fixed && min === max ? min * (shape.length as number) : undefined };
}
