import { TinyObsError } from '@tinyobs/model';
import { quoted } from '../quoted.js';
import { hasLoneSurrogate } from '../utf8.js';
import { millisecondsOfNumber, millisecondsOfText } from './nanoseconds.js';

/** A message as JSON has it, of which only the fields that are asked for are looked at. */
export type JsonMessage = Readonly<Record<string, unknown>>;

const NO_ITEMS: readonly unknown[] = [];

const SPECIAL_NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * Reads fields of messages as protobuf's JSON has them: null is a field that is not there, whole numbers of 64 bits
 * are strings or numbers, doubles numbers or their names. Methods throw TinyObsError `malformed_json` for anything else.
 *
 * Source: https://protobuf.dev/programming-guides/json/
 */
export class JsonFields {
  readonly #mayHaveSurrogates: boolean;
  readonly #place: () => string;

  /**
   * @param text The body: only one with escaped surrogates can have texts that are not Unicode.
   * @param place Says where reading is, for messages.
   */
  constructor(text: string, place: () => string) {
    this.#mayHaveSurrogates = /\\ud/i.test(text);
    this.#place = place;
  }

  message(value: unknown, name: string): JsonMessage | undefined {
    if (!isGiven(value)) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(name, 'an object', value);
    return value as JsonMessage;
  }

  items(value: unknown, name: string): readonly unknown[] {
    if (!isGiven(value)) return NO_ITEMS;
    if (!Array.isArray(value)) throw this.wrong(name, 'an array', value);
    return value;
  }

  text(value: unknown, name: string): string {
    if (!isGiven(value)) return '';
    if (typeof value !== 'string') throw this.wrong(name, 'a string', value);
    if (this.#mayHaveSurrogates && hasLoneSurrogate(value)) throw this.wrong(name, 'Unicode', value);
    return value;
  }

  flag(value: unknown, name: string): boolean {
    if (!isGiven(value)) return false;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false', value);
    return value;
  }

  double(value: unknown, name: string): number {
    if (typeof value === 'number') return value;
    if (!isGiven(value)) return 0;
    const special = SPECIAL_NUMBERS.get(value);
    if (special !== undefined) return special;
    if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value)) return Number(value);
    throw this.wrong(name, 'a number', value);
  }

  /** A whole number; above 2^53 the nearest that a double holds. */
  whole(value: unknown, name: string): number {
    if (!isGiven(value)) return 0;
    const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number))
      throw this.wrong(name, 'a whole number', value);
    return number;
  }

  /** A whole number from 0 on. */
  count(value: unknown, name: string): number {
    const count = this.whole(value, name);
    if (count < 0) throw this.wrong(name, 'a whole number from 0 on', value);
    return count;
  }

  /** A time in nanoseconds as milliseconds, 0 for none. */
  time(value: unknown, name: string): number {
    if (!isGiven(value)) return 0;
    let timeMs: number | undefined;
    if (typeof value === 'string') timeMs = millisecondsOfText(value);
    else if (typeof value === 'number') timeMs = millisecondsOfNumber(value);
    if (timeMs === undefined) throw this.wrong(name, 'nanoseconds since 1970', value);
    return timeMs;
  }

  /** An id as hexadecimal digits, '' for none. */
  hex(value: unknown, name: string): string {
    const text = this.text(value, name);
    if (!/^[0-9a-fA-F]*$/.test(text)) throw this.wrong(name, 'hexadecimal digits', value);
    return text.toLowerCase();
  }

  /** The error for a field that is not what it should be. */
  wrong(name: string, expected: string, value: unknown): TinyObsError {
    const shown = typeof value === 'string' ? quoted(value) : describe(value);
    return new TinyObsError('malformed_json', `${this.#place()}: "${name}" is ${shown}, not ${expected}`);
  }
}

/** Whether a field is there. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
