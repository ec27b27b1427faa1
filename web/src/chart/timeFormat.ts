import { signal } from '@preact/signals';

/** The zone that times are written in; charts are drawn anew when it changes. */
export const zone = signal<'local' | 'utc'>('local');

/** Axis labels for instants `incrementSec` apart; the date appears where a day begins, and on the first label. */
export function formatTimeTicks(seconds: readonly number[], incrementSec: number): string[] {
  let previousDay = '';
  return seconds.map((instant, index) => {
    const date = zoned(instant * 1000);
    const day = dayText(date);
    if (incrementSec >= 86_400) return day;
    const isNewDay = day !== previousDay && index > 0;
    previousDay = day;
    if (isNewDay && incrementSec >= 60) return day;
    return clockText(date, incrementSec < 60);
  });
}

/** An instant in full: `21 Nov 14:30:05`, in the zone. */
export function formatInstant(seconds: number): string {
  const date = zoned(seconds * 1000);
  return `${dayText(date)} ${clockText(date, true)}`;
}

/** From an instant to another: `21 Nov 14:30 – 15:45 UTC`; days and seconds only where they tell something. */
export function formatSpan(startSec: number, endSec: number): string {
  const [start, end] = [startSec, endSec].map((seconds) => zoned(seconds * 1000));
  const withSeconds = start.getUTCSeconds() !== 0 || end.getUTCSeconds() !== 0;
  const [startDay, endDay] = [start, end].map((date) =>
    start.getUTCFullYear() === end.getUTCFullYear()
      ? dayText(date)
      : `${dayText(date)} ${date.getUTCFullYear()}`,
  );
  const inZone = zone.value === 'utc' ? ' UTC' : '';
  const to = `${startDay === endDay ? '' : `${endDay} `}${clockText(end, withSeconds)}`;
  return `${startDay} ${clockText(start, withSeconds)} – ${to}${inZone}`;
}

/** `14:30:05` */
export function formatClock(ms: number): string {
  return clockText(zoned(ms), true);
}

/** An instant as the input of a date and a time has it: `2026-11-21T14:30:05`. */
export function formatInput(seconds: number): string {
  return zoned(seconds * 1000)
    .toISOString()
    .slice(0, 19);
}

/** Unix seconds of what such an input has, NaN where that is no time. */
export function parseInput(text: string): number {
  return Date.parse(zone.value === 'utc' ? `${text}Z` : text) / 1000;
}

/** A date whose UTC fields are those of the zone. */
function zoned(ms: number): Date {
  const offsetMs = zone.value === 'utc' ? 0 : new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs);
}

function clockText(date: Date, withSeconds: boolean): string {
  const parts = [date.getUTCHours(), date.getUTCMinutes(), ...(withSeconds ? [date.getUTCSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function dayText(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
