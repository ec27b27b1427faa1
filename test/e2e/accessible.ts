import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

interface Axe {
  readonly run: (where: Document, options: RunOptions) => Promise<AxeResults>;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails the test for whatever axe finds wrong on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: Axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
  );
  expect(found).toEqual([]);
}

/** Fails where an element is beside the window, wholly or in part. */
export async function expectInSight(element: Locator): Promise<void> {
  const seen = await element.evaluate((found) => {
    const { left, right } = found.getBoundingClientRect();
    return left >= 0 && right <= innerWidth;
  });
  expect(seen, String(element)).toBe(true);
}

/** What looking at every view of a screen may take, ms: at full scale axe looks at them in all four ways. */
export const LOOK_MS = process.env.TEST_SCALE === 'full' ? 120_000 : undefined;

/**
 * Whether axe looks at the view of this number: at every one in both themes and at both widths, half of them in the one
 * way and half in the other; in all four ways at full scale.
 */
export function isLookedAt(
  place: number,
  colorScheme: 'light' | 'dark',
  { width }: { readonly width: number },
): boolean {
  if (process.env.TEST_SCALE === 'full') return true;
  const isOneWay = (colorScheme === 'light') === width > PHONE_WIDTH_MAX;
  return isOneWay === (place % 2 === 0);
}

const PHONE_WIDTH_MAX = 720;
/** As many controls are on the way to another at most. */
const STOPS_MAX = 80;

/**
 * Goes with Tab to a control. Fails where it is not on the way, and where something on the way that has the focus does
 * not show it.
 */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(unseenFocus)).toBe('');
    if (await control.evaluate((element) => element.contains(document.activeElement))) return;
  }
  throw new Error(`${control} is not among the next ${STOPS_MAX} stops of Tab`);
}

/** What has the focus without a frame of its own, of its label or of what it is in; '' where it is seen. */
function unseenFocus(): string {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return '';
  const framed = [
    focused,
    focused.nextElementSibling,
    focused.parentElement,
    focused.closest('.query-input'),
  ];
  const isFramed = framed.some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
  const { top, bottom } = focused.getBoundingClientRect();
  const isOnScreen = bottom > 0 && top < innerHeight;
  return isFramed && isOnScreen ? '' : focused.outerHTML.slice(0, 200);
}
