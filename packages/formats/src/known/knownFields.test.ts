import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeInflux } from '../influx/decodeInflux.js';
import { INFLUX_PRECISIONS, type InfluxPrecision } from '../influx/influxTime.js';
import { decodeText } from '../text/decodeText.js';
import { KNOWN_ROWS_MAX } from './knownSeries.js';
import { type Decode, Sender } from './sender.suite.js';

const NOW_MS = 1_700_000_000_000;
const PRECISIONS = Object.keys(INFLUX_PRECISIONS) as InfluxPrecision[];
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** With the line of each sample in what is compared. */
function decodeOf(precision: InfluxPrecision): Decode {
  return (body, batch, known) => {
    const options = { nowMs: NOW_MS, precision, labelBytesMax: 1 << 20, known };
    const { rowOf, ...result } = decodeInflux(body, batch, options);
    return { ...result, lines: Array.from(batch.rows.subarray(0, batch.sampleCount), (row) => rowOf?.(row)) };
  };
}

const newSender = (precision: InfluxPrecision = 'ms', sizeBytesMax?: number) =>
  new Sender(decodeOf(precision), sizeBytesMax);

describe('fields of known series', () => {
  it('enter a batch by their references, with the samples and lines they would have had', () => {
    const sender = newSender();
    const body = bytes(`# of a host
cpu,host=a\\ b,path=/x\\,y idle=1.5,busy=2i ${NOW_MS - 1}

weather,city=Köln temp=-0
cpu,host=a\\ b,path=/x\\,y idle=-3e-7 ${NOW_MS}
cpu idle=7,text="a, b=1
c",busy=-0i
`);
    expect(sender.send(body).byReference).toBe(0);
    const { batch, byReference } = sender.send(body);
    // The last line has a text, and is the decoder's.
    expect(byReference).toBe(4);
    expect(sender.samplesOf(batch)).toEqual(sender.plainSamplesOf(body));
    sender.expectSame(body);
  });

  it('are found among others, in any order, and after those that are new', () => {
    newSender().expectFoundInAnyOrder((names) =>
      bytes(names.map((name, i) => `m,a=b ${name}=${i}\n`).join('')),
    );
  });

  it('are those of their own line alone', () => {
    const sender = newSender();
    sender.send(bytes('m,a=b x=1\nm,a=c y=1\n'));
    const { batch, byReference } = sender.send(bytes('m,a=c x=1\nm,a=b y=1\nm,a=b x=2\n'));
    expect(byReference).toBe(1);
    expect(sender.samplesOf(batch)).toHaveLength(3);
  });

  it('have nothing to do with lines that were refused', () => {
    const sender = newSender();
    const refused = bytes('m,a=b x=1,y=2,z=\nn,a=b x=1,y=2\n');
    for (let i = 0; i < 3; i++) sender.expectSame(refused);
    expect(sender.send(refused).byReference).toBe(2);
    sender.expectSame(bytes('m,a=b x=1,y=2\n'));
  });

  it.each(PRECISIONS)('have the values and times that are read without them, in %s', (precision) => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }).map((some) => some.join(''));
    const sign = fc.constantFrom('', '-', '+');
    const exponent = fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc.tuple(fc.constantFrom('e', 'E'), sign, fc.nat(330)).map((parts) => parts.join('')),
    );
    const written = fc
      .tuple(sign, digits, fc.constantFrom('', '.'), digits, exponent, fc.constantFrom('', '', 'i', 'u'))
      .map((parts) => parts.join(''));
    const whole = fc.tuple(sign, digits, fc.constantFrom('i', 'u')).map((parts) => parts.join(''));
    const value = fc.oneof(
      { weight: 4, arbitrary: written },
      { weight: 2, arbitrary: whole },
      { weight: 2, arbitrary: fc.double().map(String) },
      fc.constantFrom('t', 'FALSE', 'NaN', 'Inf', '', '-', 'i', '-0i', '"a b"', '"', '0x1'),
    );
    const time = fc.oneof(
      { weight: 2, arbitrary: fc.constant('') },
      { weight: 2, arbitrary: fc.bigInt({ min: -10n, max: 2n ** 63n }).map((at) => ` ${at}`) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 ** 31 }).map((at) => ` ${at}`) },
      digits.map((some) => ` ${some}`),
      fc.constantFrom(' -', ' +1', ' 1.5', '  7', ' 7 ', ' ', '\r'),
    );
    const fields = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), value), { minLength: 1, maxLength: 3 });
    const line = fc.tuple(fields, time).map(([some, at]) => {
      return `m,a=b ${some.map(([name, one]) => `${name}=${one}`).join(',')}${at}`;
    });
    const sender = newSender(precision);
    sender.send(bytes('m,a=b x=1,y=1\n'));
    const ends = fc.constantFrom('\n', '\n', '\r\n', '');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), ends, (lines, end) => {
        sender.expectSame(bytes(lines.join('\n') + end));
      }),
      { numRuns: 250 },
    );
  });

  it('decode anything to what it is decoded to without them', () => {
    const bits = 'm|a|b|,|=| | |\n|\n|\r\n|\t|"|\\|\\ |#|ü|\u0001'.split('|');
    const parts = ' v=1| v=1i|,w=2| 5\n| x="y z"\n| x="y\nz"|__name__=x'.split('|');
    const lines = 'm v=1|m,a=b v=1,w=2|m,a=b v=1 5|m,a\\ b=c v=1|m,a="b v=1|m,a=b,a=b v=1'.split('|');
    const piece = fc.constantFrom(...bits, ...parts, ...lines.map((line) => `${line}\n`));
    const body = fc.array(piece, { maxLength: 25 }).map((pieces) => bytes(pieces.join('')));
    const sender = newSender();
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
        sender.known.forget();
        for (const one of [...bodies, ...bodies]) sender.expectSame(one);
      }),
      { numRuns: 300 },
    );
  });

  it('are more than one call hands over, in one body', () => {
    const sender = newSender('ms', 1 << 22);
    const lines = Array.from({ length: KNOWN_ROWS_MAX }, (_, i) => `m,i=${i % 900} a=${i},b=${i},c=${i}\n`);
    const body = bytes(lines.join(''));
    sender.send(body);
    const again = sender.send(body);
    expect(again.byReference).toBeGreaterThanOrEqual(3 * KNOWN_ROWS_MAX - 12);
    sender.expectSame(body);
  });

  it('are decoded without them where their keys are long, or the body is', () => {
    const sender = newSender();
    const long = bytes(`m,a=${'b'.repeat(9000)} v=1\nm v=1\n${'# a comment\n'.repeat(100)}`);
    sender.send(long);
    expect(sender.send(long).byReference).toBe(1);
    const longer = bytes(`m v=1\n${'# a comment\n'.repeat(400_000)}`);
    expect(sender.send(longer).byReference).toBe(0);
  });

  it('are not taken for lines of text, nor these for fields', () => {
    const both = new Sender((body, batch, known) =>
      Buffer.from(body).includes('=1')
        ? decodeOf('ms')(body, batch, known)
        : decodeText(body, batch, { nowMs: NOW_MS, known }),
    );
    const bodies = ['a{x="b c"} 1\n', 'a{x="b c"}=1\n', '\u0001a{x="b c"} 1\n', 'm v 1\n', 'm v=1\n'].map(
      bytes,
    );
    for (const body of [...bodies, ...bodies]) both.expectSame(body);
    expect(bodies.map((body) => both.send(body).byReference)).toEqual([1, 0, 0, 0, 1]);
  });
});
