import type { WriteStream } from 'node:tty';
import type { Progress } from '@tinyobs/server';

const TERMINAL_INTERVAL_MS = 100;
const LINES_INTERVAL_MS = 5000;

/** Shows how far work is: in one changing line on a terminal, else in a line every few seconds. */
export class ProgressLine {
  readonly #stream: WriteStream;
  #phase = '';
  #phaseStartMs = 0;
  #shownMs = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  show({ phase, doneBytes, totalBytes }: Progress): void {
    const nowMs = performance.now();
    const isNew = phase !== this.#phase;
    if (isNew) this.#phaseStartMs = nowMs;
    this.#phase = phase;
    const intervalMs = this.#stream.isTTY ? TERMINAL_INTERVAL_MS : LINES_INTERVAL_MS;
    if (!isNew && nowMs - this.#shownMs < intervalMs) return;
    this.#shownMs = nowMs;
    const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes);
    const seconds = (nowMs - this.#phaseStartMs) / 1000;
    const rate = seconds > 0 ? `, ${sizeText(doneBytes / seconds)}/s` : '';
    const text = `${phase}: ${percent} %, ${sizeText(doneBytes)} of about ${sizeText(totalBytes)}${rate}`;
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
  }
}

export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${size.toFixed(unit === 0 || size >= 100 ? 0 : 1)} ${units[unit]}`;
}
