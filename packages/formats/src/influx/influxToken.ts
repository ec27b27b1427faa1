const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const COLON = 0x3a;

/** What of a line a token is: a measurement, the key of a tag or field, or the value of a tag. */
export type TokenPlace = 'measurement' | 'key' | 'value';

/** A text of the line protocol without its escapes, in a buffer that the next one reuses. */
export class InfluxToken {
  #bytes = new Uint8Array(64);
  #length = 0;
  #name = new Uint8Array(64);

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Reads from `at` on to what ends it, a comma, a space or, but for measurements, `=`, where they have no backslash
   * before them; returns the place of that.
   */
  read(body: Uint8Array, at: number, end: number, place: TokenPlace): number {
    this.#length = 0;
    let i = at;
    for (; i < end; i++) {
      let byte = body[i];
      if (byte === BACKSLASH && i + 1 < end && isSpecial(body[i + 1], place)) byte = body[++i];
      else if (byte === NEWLINE || byte === TAB || isSpecial(byte, place)) break;
      if (this.#length === this.#bytes.length) this.#bytes = grown(this.#bytes);
      this.#bytes[this.#length++] = byte;
    }
    return i;
  }

  /** Valid until the next `read`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** As the name of a label that needs no quotes; valid until the next call. */
  labelName(): Uint8Array {
    const length = this.#writeName(false, [this]);
    return this.#name.subarray(0, length);
  }

  /** `<this>_<field>` as the name of a metric that needs no quotes; valid until the next call. */
  metricNameWith(field: InfluxToken): Uint8Array {
    const length = this.#writeName(true, [this, field]);
    return this.#name.subarray(0, length);
  }

  #writeName(hasColons: boolean, tokens: readonly InfluxToken[]): number {
    let to = 0;
    const put = (byte: number): void => {
      if (to === this.#name.length) this.#name = grown(this.#name);
      this.#name[to++] = byte;
    };
    for (const token of tokens) {
      if (to > 0) put(UNDERSCORE);
      else if (isDigit(token.#bytes[0])) put(UNDERSCORE);
      for (let i = 0; i < token.#length; i++) {
        const byte = token.#bytes[i];
        // The bytes behind the first of a character: it gets one underscore.
        if ((byte & 0xc0) === 0x80) continue;
        put(isOfNames(byte) || (hasColons && byte === COLON) ? byte : UNDERSCORE);
      }
    }
    return to;
  }
}

function isSpecial(byte: number, place: TokenPlace): boolean {
  return byte === COMMA || byte === SPACE || (byte === EQUALS && place !== 'measurement');
}

function isOfNames(byte: number): boolean {
  return isDigit(byte) || byte === UNDERSCORE || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(2 * bytes.length);
  longer.set(bytes);
  return longer;
}
