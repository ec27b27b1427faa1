import type { ErrorCode } from '@tinyobs/model';
import type { z } from 'zod';
import type { ErrorStyle } from '../http/respond.js';
import type { Route } from '../routes/route.js';

export type Method = Route['methods'][number];

/** What a request may say by name, in its path, URL or form, or an answer in a header. */
export interface Parameter {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly isRequired: boolean;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/**
 * What one path does for those of its methods that do the same. In texts `code` is written as in
 * Markdown, and nothing else is.
 */
export interface Operation {
  /** Its name in generated clients and its anchor on the page, such as `queryRange`. */
  readonly id: string;
  /** As its route has it, below where TinyObs is mounted. */
  readonly path: string;
  readonly methods: readonly Method[];
  /** One line without a full stop. */
  readonly summary: string;
  readonly about?: string;
  readonly pathParameters?: Parameters;
  /** Of the URL; where a POST or PUT has no `body` also of a form. */
  readonly parameters?: Parameters;
  readonly body?: Body;
  readonly answers: readonly Answer[];
  readonly errors: RouteErrors;
  /** What comes behind `curl -sS` and the key; `{url}` stands for where TinyObs is. */
  readonly curl: string;
}

export interface Body {
  readonly about: string;
  /** Schemas by content type. */
  readonly content: Readonly<Record<string, z.ZodType>>;
  /** The content type of the same as protobuf, where it may be that. */
  readonly binaryType?: string;
  readonly example?: unknown;
}

/** An answer that is no error. */
export interface Answer {
  readonly status: number;
  readonly about: string;
  /** Absent where the answer has no body. */
  readonly type?: string;
  /** The content type of the same as protobuf, where the request may choose it. */
  readonly binaryType?: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  readonly headers?: Parameters;
}

/** What the route itself may refuse; what may be refused before it is reached is added for every route. */
export interface RouteErrors {
  readonly style: ErrorStyle;
  readonly codes: readonly ErrorCode[];
  /** Refused rows are listed in the error. */
  readonly listsRows?: boolean;
}

/** Operations that belong together, in the order in which a reader meets them. */
export interface OperationGroup {
  readonly name: string;
  readonly about: string;
  readonly operations: readonly Operation[];
}

export function required(schema: z.ZodType, about: string): Parameter {
  return { schema, about, isRequired: true };
}

export function optional(schema: z.ZodType, about: string): Parameter {
  return { schema, about, isRequired: false };
}
