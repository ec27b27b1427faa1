import type { Span } from '../ast.js';
import { ANNOTATIONS_MAX } from '../limits.js';
import { positionAt } from '../queryError.js';

/** What a query has to say about its result, each message once. */
export class Annotations {
  readonly #text: string;
  readonly #warnings = new Set<string>();
  readonly #infos = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  warn(span: Span, message: string): void {
    this.#add(this.#warnings, `PromQL warning: ${message}${this.#place(span)}`);
  }

  info(span: Span, message: string): void {
    this.#add(this.#infos, `PromQL info: ${message}${this.#place(span)}`);
  }

  /** A warning about the whole result. */
  warnOfResult(message: string): void {
    this.#add(this.#warnings, message);
  }

  /** Something to know about the whole result. */
  infoOfResult(message: string): void {
    this.#add(this.#infos, message);
  }

  get warnings(): string[] {
    return [...this.#warnings];
  }

  get infos(): string[] {
    return [...this.#infos];
  }

  #place(span: Span): string {
    const { line, column } = positionAt(this.#text, span.from);
    return ` (${line}:${column})`;
  }

  #add(messages: Set<string>, message: string): void {
    if (messages.size < ANNOTATIONS_MAX) messages.add(message);
  }
}
