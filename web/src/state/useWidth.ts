import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The element's content width in CSS pixels, 0 until it has been laid out. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  return useMeasured(ref, 'width');
}

/** The same of its height. */
export function useHeight(ref: RefObject<HTMLElement | null>): number {
  return useMeasured(ref, 'height');
}

function useMeasured(ref: RefObject<HTMLElement | null>, side: 'width' | 'height'): number {
  const [sizePx, setSizePx] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setSizePx(Math.floor(entry.contentRect[side])));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, side]);
  return sizePx;
}
