import type { Finding, Loss } from '@tinyobs/server';

/** Series named in one finding; `--json` names all. */
const SERIES_SHOWN = 20;

/** A finding for people: what, where, and what is lost by it. */
export function findingText({ severity, kind, message, key, run, loss }: Finding): string {
  const lines = [`${severity === 'damage' ? 'DAMAGE' : 'notice'}  ${kind.replaceAll('_', ' ')}: ${message}`];
  const where: string[] = [];
  if (run) where.push(`window from ${timeText(run.windowMs)}, generation ${run.generation}`);
  if (key !== undefined) where.push(`key ${key}`);
  if (where.length > 0) lines.push(where.join(', '));
  if (loss) lines.push(...lossLines(loss));
  return `${lines.join('\n        ')}\n`;
}

function lossLines({ series, minMs, maxMs, samplesMax }: Loss): string[] {
  const samples =
    samplesMax === undefined ? 'samples, how many cannot be told,' : `up to ${samplesMax} samples`;
  const times =
    minMs === undefined || maxMs === undefined ? '' : ` from ${timeText(minMs)} to ${timeText(maxMs)}`;
  if (!series) return [`lost: ${samples} of series that cannot be told${times}`];
  const more = series.length - SERIES_SHOWN;
  return [
    `lost: ${samples} of ${series.length} series${times}:`,
    ...series.slice(0, SERIES_SHOWN).map((name) => `  ${name}`),
    ...(more > 0 ? [`  and ${more} more, all listed by --json`] : []),
  ];
}

/** Times outside of what a date can hold are left as they are. */
function timeText(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}
