import { WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRemoteWrite } from '../remoteWrite/decodeRemoteWrite.js';
import { encodeRemoteWrite } from '../remoteWrite/encodeRemoteWrite.js';
import { decodeText } from '../text/decodeText.js';
import { KNOWN_ROWS_MAX } from './knownSeries.js';
import { type Decode, Sender } from './sender.suite.js';

const NOW_MS = 1_700_000_000_000;
const decode: Decode = (body, batch, known) => decodeText(body, batch, { nowMs: NOW_MS, known });
const bytes = (text: string): Uint8Array => Buffer.from(text);
const newSender = (sizeBytesMax?: number) => new Sender(decode, sizeBytesMax);

describe('lines of known series', () => {
  it('enter a batch by their references, with the samples and rows they would have had', () => {
    const sender = newSender();
    const body = bytes(
      `# TYPE up gauge
up{job="api",path="/a}b\\" c"} 1
up{job="ü"} -0.25 ${NOW_MS - 1}

down 1e-7
# HELP up Whether it is
up{job="api",path="/a}b\\" c"} NaN ${NOW_MS - 2}
`,
    );
    expect(sender.send(body).byReference).toBe(0);
    const { batch, byReference } = sender.send(body);
    expect(byReference).toBe(4);
    expect(sender.samplesOf(batch)).toEqual(sender.plainSamplesOf(body));
    expect(batch.rows.subarray(0, 4)).toEqual(Uint32Array.of(2, 3, 5, 7));
    expect(batch.metadata).toEqual([{ metric: 'up', type: 'gauge', help: 'Whether it is', unit: '' }]);
  });

  it('are found among others, in any order, and after those that are new', () => {
    newSender().expectFoundInAnyOrder((names) => bytes(names.map((name, i) => `${name} ${i}\n`).join('')));
  });

  it('have the values that are read without them, to the bit', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }).map((some) => some.join(''));
    const sign = fc.constantFrom('', '-', '+');
    const exponent = fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E'), sign, fc.nat(330)).map((parts) => parts.join('')),
      fc.constantFrom('e', 'e-', 'E+1x'),
    );
    const written = fc
      .tuple(sign, digits, fc.constantFrom('', '.'), digits, exponent)
      .map((parts) => parts.join(''));
    const value = fc.oneof(
      { weight: 4, arbitrary: written },
      { weight: 2, arbitrary: fc.double().map(String) },
      fc.constantFrom('NaN', 'nan', '+Inf', '-Inf', 'Inf', 'NaNo', '0x1', '', '-'),
    );
    const time = fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc.integer({ min: -10, max: 2 ** 53 - 1 }).map((ms) => ` ${ms}`),
      digits.map((some) => ` ${some}`),
      fc.constantFrom(' -', ' +1', ' 1.5', ' 9007199254740992', '  7', ' 7 ', ' '),
    );
    const line = fc.tuple(value, time).map(([one, at]) => `up{job="a"} ${one}${at}`);
    const sender = newSender();
    sender.send(bytes('up{job="a"} 1\n'));
    const ends = fc.constantFrom('\n', '\n', '\r\n', '');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), ends, (lines, end) => {
        sender.expectSame(bytes(lines.join('\n') + end));
      }),
      { numRuns: 1500 },
    );
  });

  it('decode anything to what it is decoded to without them', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b_total',
        '{',
        '}',
        '"',
        'x="y"',
        'z="\\\\"',
        'q="\\""',
        ',',
        ' ',
        ' ',
        '\t',
        '\n',
        '\n',
        '\r\n',
      ],
      ...[
        ' 1',
        ' 2.5\n',
        ' 3 4\n',
        '#',
        '# TYPE a counter\n',
        '# HELP a b\n',
        'ü',
        '\u0000',
        '{"a.b",c="d"}',
      ],
      ...['a 1\n', 'a{x="y"} 1\n', 'a{z="}"} 2 5\n', 'a {x="y"} 1\n', 'b{x="y",x="y"} 1\n'],
    );
    const body = fc.array(piece, { maxLength: 25 }).map((pieces) => bytes(pieces.join('')));
    const sender = newSender();
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
        sender.known.forget();
        for (const one of [...bodies, ...bodies]) sender.expectSame(one);
      }),
      { numRuns: 200 },
    );
  });

  it('are more than one call hands over, in one body', () => {
    const sender = newSender(1 << 22);
    const body = bytes(
      Array.from({ length: 2 * KNOWN_ROWS_MAX + 100 }, (_, i) => `m${i % 9000} ${i}\n`).join(''),
    );
    sender.send(body);
    const again = sender.send(body);
    expect(again.byReference).toBeGreaterThanOrEqual(2 * KNOWN_ROWS_MAX + 98);
    expect(sender.samplesOf(again.batch)).toEqual(sender.plainSamplesOf(body));
  });

  it('are decoded without them in a body longer than what is remembered for', () => {
    const sender = newSender();
    const body = bytes(`up 1\n${'# a comment\n'.repeat(400_000)}`);
    sender.send(body);
    const { batch, byReference } = sender.send(body);
    expect([batch.sampleCount, byReference]).toEqual([1, 0]);
  });

  it('are not taken for labels of remote write, nor these for lines', () => {
    const sender = newSender();
    const batch = new WriteBatch();
    const body = bytes('up{job="a"} 1\n');
    decodeText(body, batch, { nowMs: NOW_MS });
    const message = encodeRemoteWrite(batch);
    sender.send(body);
    const both = new Sender((given, into, known) =>
      given === message
        ? decodeRemoteWrite(given, into, { sizeBytesMax: 1 << 20, known })
        : decode(given, into, known),
    );
    for (const one of [body, message, body, message]) both.expectSame(one);
    expect(both.send(message).byReference).toBe(1);
    expect(both.send(body).byReference).toBe(1);
  });
});
