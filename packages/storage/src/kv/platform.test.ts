import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as node from './platform.js';
import * as browser from './platformBrowser.js';

describe('the platform in browsers', () => {
  it('has everything that Node has', () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  });

  it('sums as zlib does, at any length and going on from any sum', () => {
    const start = fc.nat({ max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300, size: 'max' }),
        start,
        fc.nat({ max: 20 }),
        (bytes, from, skip) => {
          // zlib answers 0 for no bytes, whatever came before; nothing that is stored has none.
          const part = Uint8Array.of(1, ...bytes).subarray(Math.min(skip, bytes.length));
          expect(browser.crc32(part, from)).toBe(node.crc32(part, from));
          expect(browser.crc32(part)).toBe(node.crc32(part));
        },
      ),
    );
    expect(browser.crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('refuses data folders, and says what to do', async () => {
    await expect(browser.openDiskStore()).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(browser.freeDiskBytes()).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe.each([
  ['Node', node],
  ['browsers', browser],
])('the platform in %s', (_, { later, nextTurn, repeat }) => {
  it('lets others have their turn', async () => {
    const order: string[] = [];
    const other = new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push('other');
        resolve();
      }, 0);
    });
    for (let turns = 0; order.length === 0 && turns < 100_000; turns++) await nextTurn();
    order.push('own');
    await other;
    expect(order).toEqual(['other', 'own']);
  });

  it('calls later, once', async () => {
    let calls = 0;
    await new Promise<void>((resolve) => {
      later(() => {
        calls++;
        later(resolve, 5);
      }, 1);
    });
    expect(calls).toBe(1);
  });

  it('repeats until it is told to stop', async () => {
    let runs = 0;
    await new Promise<void>((resolve) => {
      const stop = repeat(() => {
        if (++runs < 3) return;
        stop();
        resolve();
      }, 1);
    });
    expect(runs).toBe(3);
  });
});
