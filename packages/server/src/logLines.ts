import type { LiveConfig } from './config/liveConfig.js';
import type { Log } from './log.js';
import { traceIds } from './tracing/traceIds.js';

const WINDOW_MS = 60_000;

export type LineLevel = 'info' | 'warn' | 'error';

export interface LogLinesOptions {
  readonly log: Log;
  /** Most lines of one kind a minute, as it is when a line comes; undefined for any number. */
  readonly repeatsMax: number | undefined;
  /** A line was left out. */
  readonly onSuppressed: (level: LineLevel) => void;
}

/** The lines of one kind since the first of them, for a minute. */
interface Window {
  readonly level: LineLevel;
  readonly timer: NodeJS.Timeout;
  written: number;
  suppressed: number;
}

/** As many of a kind as `log.repeats` in force says. */
export function followedLines(live: LiveConfig, options: Omit<LogLinesOptions, 'repeatsMax'>): LogLines {
  return new LogLines({
    ...options,
    get repeatsMax() {
      return live.current.log.repeats;
    },
  });
}

/**
 * Writes lines that may come by the thousand, such as those about failed requests: of one kind so many a minute, and
 * then one that says how many were left out. There are few kinds: what tells them apart is never a client's choice.
 */
export class LogLines {
  readonly #options: LogLinesOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: LogLinesOptions) {
    this.#options = options;
  }

  info(kind: string, fields: object, text: string): void {
    this.#write('info', kind, fields, text);
  }

  warn(kind: string, fields: object, text: string): void {
    this.#write('warn', kind, fields, text);
  }

  error(kind: string, fields: object, text: string): void {
    this.#write('error', kind, fields, text);
  }

  /** Says what was left out since the last minute began. */
  close(): void {
    for (const kind of [...this.#windows.keys()]) this.#end(kind);
  }

  #write(level: LineLevel, kind: string, fields: object, text: string): void {
    const { log, repeatsMax = Number.POSITIVE_INFINITY, onSuppressed } = this.#options;
    if (!log.isLevelEnabled(level)) return;
    const window = this.#windows.get(kind) ?? this.#begin(kind, level);
    if (window.written < repeatsMax) {
      window.written++;
      log[level]({ ...traceIds(), ...fields }, text);
    } else {
      window.suppressed++;
      onSuppressed(level);
    }
  }

  #begin(kind: string, level: LineLevel): Window {
    const timer = setTimeout(() => this.#end(kind), WINDOW_MS).unref();
    const window = { level, timer, written: 0, suppressed: 0 };
    this.#windows.set(kind, window);
    return window;
  }

  #end(kind: string): void {
    const window = this.#windows.get(kind);
    if (!window) return;
    clearTimeout(window.timer);
    this.#windows.delete(kind);
    const { suppressed, level } = window;
    if (suppressed === 0) return;
    const lines = suppressed === 1 ? 'line' : 'lines';
    this.#options.log[level]({ kind, suppressed }, `${suppressed} more ${lines} of this kind left out`);
  }
}
