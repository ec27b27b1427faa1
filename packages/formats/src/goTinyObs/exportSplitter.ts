import { nearestName, TinyObsError } from '@tinyobs/model';
import { malformedJson, parseJson, placeBehind, TEXT_START, type TextPlace } from '../json/parseJson.js';
import { describeType } from '../json/rowReader.js';
import { GO_EXPORT_FRAME_BYTES_MAX } from '../limits.js';
import { quoted } from '../quoted.js';
import { joinBytes } from './joinBytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const EXAMPLE = '{"metadata":{…},"metrics":[{"name":"jobs_done_total","value":1,"timestamp":"…"}]}';

const KEYS = ['metadata', 'metrics'];

/** What stands before the rows, and how far back from them it is looked for. */
const ROWS_KEY = /[{,]\s*"metrics"\s*:\s*$/;
const ROWS_KEY_BYTES_MAX = 1024;

/** Takes the place of what stood before the rows where what follows them is read. */
const HEAD = '{"metrics":[';

/** Depths of brackets inside the export and inside its rows. */
const IN_EXPORT = 1;
const IN_ROWS = 2;

/** Rows of an export: JSON with commas between them, and no brackets around. */
export interface RowsPiece {
  readonly bytes: Uint8Array;
  /** Where in the export it begins. */
  readonly start: TextPlace;
}

export interface ExportSplitterOptions {
  /** Pieces are this long, and by less than a row longer. */
  readonly pieceBytes: number;
  /** Longest row. */
  readonly rowBytesMax: number;
}

/**
 * Splits an export of the Go TinyObs, `{"metadata":{…},"metrics":[row,…]}`, while it comes, into pieces of whole rows.
 * It never holds more than a piece, a row and the bytes pushed. What is between the brackets of a row is looked at by
 * whoever decodes the piece.
 *
 * @throws TinyObsError `malformed_json` with its place, `body_too_large`, from both methods; nothing can be pushed then
 */
export class ExportSplitter {
  readonly #options: ExportSplitterOptions;
  /** What was pushed and is in no piece yet, and where it begins. */
  #held: Uint8Array = new Uint8Array(0);
  #start = TEXT_START;
  /** How far it was read, and where the row begins that was not read to its end. */
  #at = 0;
  #rowStart = 0;
  #part: 'head' | 'rows' | 'tail' = 'head';
  #hasCut = false;

  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  constructor(options: ExportSplitterOptions) {
    this.#options = options;
  }

  /** Bytes of pieces that are not complete. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Takes the next bytes, and gives what is complete with them. */
  push(bytes: Uint8Array): RowsPiece[] {
    this.#held = joinBytes(this.#held, bytes);
    const pieces: RowsPiece[] = [];
    while (this.#at < this.#held.length) {
      const piece = this.#readByte(this.#held[this.#at++]);
      if (piece) pieces.push(piece);
    }
    this.#checkLength();
    return pieces;
  }

  /** Says that there are no more bytes. */
  end(): void {
    if (this.#part === 'head') checkFrame(parseJson(this.#held).parsed);
    else if (this.#part === 'tail') checkFrame(this.#parseBehind(HEAD));
    else this.#parseBehind('[');
  }

  /** What is held, with something of the same line before it. */
  #parseBehind(before: string): unknown {
    const { offset, line, column } = this.#start;
    const start = { offset: offset - before.length, line, column: column - before.length };
    return parseJson(joinBytes(before, this.#held), start).parsed;
  }

  /** Gives the piece that ends with the byte, if one does. */
  #readByte(byte: number): RowsPiece | undefined {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
      return undefined;
    }
    switch (byte) {
      case QUOTE:
        this.#isInString = true;
        return undefined;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (this.#opensRows(byte)) this.#beginRows();
        this.#depth++;
        return undefined;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        this.#depth--;
        return this.#part === 'rows' && this.#depth < IN_ROWS ? this.#endRows() : undefined;
      case COMMA:
        return this.#part === 'rows' && this.#depth === IN_ROWS ? this.#endRow() : undefined;
      default:
        return undefined;
    }
  }

  #opensRows(byte: number): boolean {
    if (byte !== OPEN_BRACKET || this.#part !== 'head' || this.#depth !== IN_EXPORT) return false;
    const before = this.#held.subarray(Math.max(0, this.#at - 1 - ROWS_KEY_BYTES_MAX), this.#at - 1);
    return ROWS_KEY.test(new TextDecoder().decode(before));
  }

  #beginRows(): void {
    checkFrame(parseJson(joinBytes(this.#held.subarray(0, this.#at), ']}')).parsed);
    this.#drop(this.#at);
    this.#part = 'rows';
  }

  #endRow(): RowsPiece | undefined {
    this.#rowStart = this.#at;
    if (this.#at <= this.#options.pieceBytes) return undefined;
    this.#hasCut = true;
    const piece = this.#pieceTo(this.#at - 1);
    // The comma is in no piece.
    this.#drop(this.#at);
    return piece;
  }

  #endRows(): RowsPiece | undefined {
    const piece = this.#pieceTo(this.#at - 1);
    this.#drop(this.#at - 1);
    this.#at = 1;
    this.#part = 'tail';
    if (piece.bytes.some((byte) => byte > 0x20)) return piece;
    if (this.#hasCut) throw malformedJson(this.#start, 'expected a row behind the comma');
    return undefined;
  }

  #pieceTo(end: number): RowsPiece {
    return { bytes: this.#held.subarray(0, end), start: this.#start };
  }

  #drop(length: number): void {
    this.#start = placeBehind(this.#held.subarray(0, length), this.#start);
    this.#held = this.#held.subarray(length);
    this.#at = 0;
    this.#rowStart = 0;
  }

  #checkLength(): void {
    const { rowBytesMax } = this.#options;
    if (this.#part === 'rows') {
      if (this.#held.length - this.#rowStart <= rowBytesMax) return;
      const { line } = placeBehind(this.#held.subarray(0, this.#rowStart), this.#start);
      throw new TinyObsError(
        'body_too_large',
        `the row that begins in line ${line} is longer than ${rowBytesMax} bytes`,
        { details: { line, sizeBytesMax: rowBytesMax } },
      );
    }
    if (this.#held.length <= GO_EXPORT_FRAME_BYTES_MAX) return;
    const where = this.#part === 'head' ? 'before' : 'behind';
    throw wrongShape(`there are more than ${GO_EXPORT_FRAME_BYTES_MAX} bytes ${where} the rows`);
  }
}

/** Checks an export without its rows. */
function checkFrame(parsed: unknown): void {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw wrongShape(`the body is ${describeType(parsed)}, not an object`);
  }
  for (const key of Object.keys(parsed)) {
    if (KEYS.includes(key)) continue;
    const meant = nearestName(key, KEYS);
    throw wrongShape(`unknown key ${quoted(key)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }
  const metrics: unknown = 'metrics' in parsed ? parsed.metrics : undefined;
  // What Go writes where there are no rows.
  if (metrics === null) return;
  if (!Array.isArray(metrics)) throw wrongShape(`"metrics" is ${describeType(metrics)}, not an array`);
  if (metrics.length > 0) throw wrongShape('"metrics" is there twice, or written with escapes');
}

function wrongShape(problem: string): TinyObsError {
  return new TinyObsError('malformed_json', `${problem}; send ${EXAMPLE}`);
}
