/** Axis labels for instants `incrementSec` apart; the date appears where a day begins, and on the first label. */
export function formatTimeTicks(seconds: readonly number[], incrementSec: number): string[] {
  let previousDay = '';
  return seconds.map((instant, index) => {
    const date = new Date(instant * 1000);
    const day = dayText(date);
    if (incrementSec >= 86_400) return day;
    const isNewDay = day !== previousDay && index > 0;
    previousDay = day;
    if (isNewDay && incrementSec >= 60) return day;
    return clockText(date, incrementSec < 60);
  });
}

/** An instant in full: `21 Nov 14:30:05`, in the reader's time zone. */
export function formatInstant(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${dayText(date)} ${clockText(date, true)}`;
}

/** `14:30:05` */
export function formatClock(ms: number): string {
  return clockText(new Date(ms), true);
}

function clockText(date: Date, withSeconds: boolean): string {
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function dayText(date: Date): string {
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
