import type { IncomingHttpHeaders } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';
import type { OpenApiDocument } from '../packages/server/src/apiDescription/openApi.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface DescribedResponse {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** Holds answers of a server against the document that describes them. */
export class DescribedApi {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #unseen: Set<string>;

  constructor(document: OpenApiDocument) {
    this.#document = document;
    formats.default(this.#ajv);
    this.#ajv.addSchema(document, 'api');
    this.#unseen = new Set(
      Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    );
  }

  /** Operations that no answer below 300 has come from. */
  unseen(): string[] {
    return [...this.#unseen];
  }

  /** Fails the test when this status, content type or body is not described for the operation. */
  expectDescribed(method: string, pathAndQuery: string, { status, headers, body }: Answer): void {
    const path = this.#pathOf(pathAndQuery.split('?')[0]);
    const operation = this.#document.paths?.[path]?.[method.toLowerCase() as 'get'];
    const responses = (operation?.responses ?? {}) as Record<string, DescribedResponse>;
    expect(Object.keys(responses), `${method} ${path} answered ${status}`).toContain(String(status));
    const { headers: described = {}, content = {} } = responses[status];
    const missing = Object.entries(described).filter(
      ([name, { required }]) => required && headers[name.toLowerCase()] === undefined,
    );
    expect(missing).toEqual([]);
    if (status < 300) this.#unseen.delete(`${method} ${path}`);
    if (Object.keys(content).length === 0) {
      expect(body.toString()).toBe('');
      return;
    }
    const type = (headers['content-type'] ?? '').split(';')[0];
    expect(Object.keys(content), `${method} ${path} answered ${status} with ${type}`).toContain(type);
    const keys = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ];
    const validate = this.#validator(keys);
    const text = body.toString();
    if (!validate(type === 'application/json' ? JSON.parse(text) : text)) {
      throw new Error(
        `${method} ${path} ${status}: ${this.#ajv.errorsText(validate.errors)}\n${text.slice(0, 500)}`,
      );
    }
  }

  #pathOf(path: string): string {
    const found = Object.keys(this.#document.paths ?? {}).find((template) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    if (found === undefined) throw new Error(`${path} is not described`);
    return found;
  }

  #validator(keys: readonly string[]): ValidateFunction {
    const pointer = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
    return this.#ajv.compile({ $ref: `api#/${pointer.join('/')}` });
  }
}
