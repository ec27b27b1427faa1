import { expect, it } from 'vitest';
import { jsonPieces } from './jsonPieces.js';

it.each([{}, { a: undefined }, { a: 1 }, { 'with "': [1, { b: 'x' }], none: undefined, last: { c: null } }])(
  'an object in pieces is what it is as a whole: %j',
  (object) => {
    const pieces = [...jsonPieces(object)].map((piece) => Buffer.from(piece).toString());
    expect(pieces.join('')).toBe(JSON.stringify(object));
  },
);

it('an object in pieces can be part of another', () => {
  const pieces = jsonPieces({ b: [2], c: 3 }, { begin: '{"a":{"x":1,', end: '}}' });
  expect(JSON.parse([...pieces].map((piece) => Buffer.from(piece).toString()).join(''))).toEqual({
    a: { x: 1, b: [2], c: 3 },
  });
});
