/**
 * The JSON of an object with a piece for each property, so that long lists are not written out all at once.
 *
 * @param around What is written in place of its braces, where it is part of another object.
 */
export function* jsonPieces(
  object: Readonly<Record<string, unknown>>,
  { begin, end } = { begin: '{', end: '}' },
): Generator<Uint8Array> {
  let before = begin;
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield Buffer.from(`${before}${JSON.stringify(name)}:${JSON.stringify(value)}`);
    before = ',';
  }
  yield Buffer.from(before === begin ? begin + end : end);
}
