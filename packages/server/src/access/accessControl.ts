import { type ErrorCode, TinyObsError } from '@tinyobs/model';
import type { Request, Response } from '../http/exchange.js';
import type { PathParameters } from '../routes/route.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { actionDetailOf } from './actionDetail.js';
import { hashKey, keyIdOf } from './apiKey.js';
import type { AuditTrail } from './auditTrail.js';
import { presentedKey } from './credentials.js';
import { type KeylessGuard, refuseForeign } from './foreignRequests.js';
import { Guessing, tooManyFailures } from './guessing.js';
import type { KeyRing, Refusal } from './keyRing.js';
import { keyOf, type RequestKey, setKeyOf } from './requestKey.js';
import { accessOf, isNoted, PANEL_PATHS, type Scope } from './routeAccess.js';

export interface AccessControlOptions {
  readonly keys: KeyRing;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly addressOf: (request: Request) => string;
  /** What is refused while nobody is asked for a key; undefined where a host guards its own app. */
  readonly keylessGuard: () => KeylessGuard | undefined;
}

const REALM = 'Bearer realm="TinyObs"';

const REFUSALS: Readonly<Record<Refusal | 'key_required', string>> = {
  key_required:
    'a key is needed here: send it as `Authorization: Bearer <key>`, or as the password of basic authentication',
  key_unknown: 'this key is not known here; check which key is sent, or make one with `tinyobs keys create`',
  key_expired: 'this key has expired; make another with `tinyobs keys create`',
  key_revoked: 'this key was revoked; make another with `tinyobs keys create`',
};

/** The same to those who look at a page that shows a panel, and have never seen a key. */
const PANEL_REFUSALS: typeof REFUSALS = {
  key_required: 'this panel is shown with a link of its own; ask whoever runs TinyObs for one',
  key_unknown: 'the link to this panel is not known here; ask for another one',
  key_expired: 'the link to this panel has expired; ask for another one',
  key_revoked: 'the link to this panel was revoked; ask for another one',
};

/** A key that is not taken, by the id it claims to have. */
type Refused =
  | { readonly key: string; readonly result: Refusal }
  | { readonly key: string; readonly result: 'too_many_failures'; readonly waitSeconds: number };

/**
 * Who may do what. Every request is first identified, then, once its route is known, authorized for it:
 * `ROUTE_ACCESS` says what that takes.
 */
export class AccessControl {
  readonly #options: AccessControlOptions;
  readonly #guessing: Guessing;
  /** What was wrong with the key that a request came with. */
  readonly #refused = new WeakMap<Request, Refused>();

  constructor(options: AccessControlOptions) {
    this.#options = options;
    this.#guessing = new Guessing(options.now);
  }

  /**
   * Finds out whose key the request came with, if with any. A wrong one is refused only where one is needed:
   * `authorize` does that.
   *
   * @throws TinyObsError while nobody is asked for a key `host_refused`, `origin_refused`
   */
  identify(request: Request): void {
    const { keys, keylessGuard } = this.#options;
    if (!keys.isInUse) {
      const guard = keylessGuard();
      if (guard) refuseForeign(request, guard);
      return;
    }
    const text = presentedKey(request);
    if (text === undefined) return;
    const found = this.#find(text, request);
    if ('result' in found) this.#refused.set(request, found);
    else setKeyOf(request, found);
  }

  /**
   * Lets the request go on to the route, given by its path as Express has it and what that stands for.
   *
   * @throws TinyObsError `key_required`, `key_unknown`, `key_expired`, `key_revoked`, `too_many_failures`,
   * `scope_missing`
   */
  authorize(request: Request, response: Response, routePath: string, parameters: PathParameters): void {
    const access = accessOf(routePath, request.method ?? 'GET');
    if (access === 'open' || !this.#options.keys.isInUse) return;
    const isPanel = PANEL_PATHS.has(routePath);
    const key = this.#requireKey(request, response, isPanel ? PANEL_REFUSALS : REFUSALS);
    if (key.scopes.includes(access) || (isPanel && isFor(key, parameters))) return;
    response.setHeader('WWW-Authenticate', `${REALM}, error="insufficient_scope", scope="${access}"`);
    this.#noteRefusal(request, { key: key.id, result: 'scope_missing' });
    throw missingScope(key, access);
  }

  /** For what is no route's: a key of any scope. @throws TinyObsError as `authorize` */
  requireAnyKey(request: Request, response: Response): void {
    if (this.#options.keys.isInUse) this.#requireKey(request, response, REFUSALS);
  }

  /** Writes down what a request came to, where that is noted. */
  noteAction(request: Request, routePath: string, result: string): void {
    if (!isNoted(routePath, request.method ?? 'GET')) return;
    const { audit, addressOf } = this.#options;
    const key = keyOf(request)?.id ?? 'none';
    const detail = actionDetailOf(request);
    audit.act({
      key,
      action: actionOf(request),
      ...(detail === undefined ? {} : { detail }),
      from: addressOf(request),
      result,
    });
  }

  #requireKey(request: Request, response: Response, refusals: typeof REFUSALS): RequestKey {
    const key = keyOf(request);
    if (key) return key;
    const refused = this.#refused.get(request) ?? { key: 'none', result: 'key_required' as const };
    this.#noteRefusal(request, refused);
    if (refused.result === 'too_many_failures') {
      response.setHeader('Retry-After', String(refused.waitSeconds));
      throw tooManyFailures(refused.waitSeconds);
    }
    const wrong = refused.result === 'key_required' ? '' : ', error="invalid_token"';
    response.setHeader('WWW-Authenticate', `${REALM}${wrong}`);
    if (wrong !== '') this.#guessing.fail(this.#options.addressOf(request));
    throw new TinyObsError(refused.result, refusals[refused.result]);
  }

  #find(text: string, request: Request): RequestKey | Refused {
    const address = this.#options.addressOf(request);
    const hash = hashKey(text);
    const hashText = hash.toString('base64');
    const key = keyIdOf(text) ?? 'unknown';
    const waitSeconds = this.#guessing.waitSeconds(address, hashText);
    if (waitSeconds > 0) return { key, result: 'too_many_failures', waitSeconds };
    const found = this.#options.keys.find(text, hash);
    if (typeof found === 'string') return { key, result: found };
    this.#guessing.succeed(address, hashText);
    return found;
  }

  #noteRefusal(
    request: Request,
    { key, result }: { readonly key: string; readonly result: ErrorCode },
  ): void {
    const { audit, metrics, addressOf } = this.#options;
    metrics.accessRefused.inc({ code: result });
    audit.refuse({ key, action: actionOf(request), from: addressOf(request), result });
  }
}

/** Whether the key is one for the panel that a path names. */
function isFor({ grant }: RequestKey, { id, panel }: PathParameters): boolean {
  return grant !== undefined && grant.dashboard === id && grant.panel === panel;
}

function missingScope({ id, scopes, grant }: RequestKey, scope: Scope): TinyObsError {
  const isFor = grant === undefined ? scopes.join(' and ') : 'one panel of a dashboard';
  return new TinyObsError(
    'scope_missing',
    `the key ${id} is for ${isFor}; this path needs the scope ${scope}`,
    { details: { scope } },
  );
}

function actionOf({ method, originalUrl, url }: Request): string {
  return `${method} ${(originalUrl ?? url ?? '/').split('?')[0]}`;
}
