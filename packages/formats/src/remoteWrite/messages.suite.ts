/*
 * Remote write messages as plain arrays of bytes, written apart from the encoder so that tests of the decoder
 * do not lean on it.
 */
export type Bytes = readonly number[];

const encoder = new TextEncoder();

/** A field of wire type 2. */
export function message(field: number, content: Bytes): Bytes {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

export function text(field: number, content: string | Bytes): Bytes {
  return message(field, typeof content === 'string' ? [...encoder.encode(content)] : content);
}

/** A field of wire type 0; negative numbers as two's complement in 64 bits. */
export function integer(field: number, value: number | bigint): Bytes {
  return [...varint(field << 3), ...varint(value)];
}

/** A field of wire type 1, a double given as a number or by its 64 bits. */
export function double(field: number, value: number | bigint): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  if (typeof value === 'bigint') view.setBigUint64(0, value, true);
  else view.setFloat64(0, value, true);
  return [...varint((field << 3) | 1), ...new Uint8Array(view.buffer)];
}

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

export function label(name: string | Bytes, value: string | Bytes): Bytes {
  return message(1, [...text(1, name), ...text(2, value)]);
}

export function sample(value: number | bigint, timeMs: number | bigint): Bytes {
  return message(2, [...double(1, value), ...integer(2, timeMs)]);
}

/** A TimeSeries within a request. */
export function series(...fields: readonly Bytes[]): Bytes {
  return message(1, fields.flat());
}

/** A request as a body: snappy's block format, with literals only. */
export function bodyOf(...fields: readonly Bytes[]): Uint8Array {
  const request = fields.flat();
  const elements: number[] = [];
  for (let at = 0; at < request.length; at += 60) {
    const piece = request.slice(at, at + 60);
    elements.push((piece.length - 1) << 2, ...piece);
  }
  return Uint8Array.from([...varint(request.length), ...elements]);
}
