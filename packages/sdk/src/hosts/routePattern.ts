import { IncomingMessage } from 'node:http';
import { Attached } from './attached.js';
import { ownPrototype } from './ownPrototype.js';

/** What tells the route of a request while Express takes it through its routers. */
export interface RoutedRequest {
  baseUrl?: string;
  route?: unknown;
  params?: unknown;
}

interface Mount {
  /** The part of the path that routers have taken so far, as requested. */
  readonly path: string;
  /** The same as it was written in the app. */
  readonly pattern: string;
  readonly outer: Mount | undefined;
}

const ROOT: Mount = { path: '', pattern: '', outer: undefined };

const patterns = new Attached<RoutePattern>(IncomingMessage.prototype);

/** Has what is watched. */
const WATCHED = Symbol('tinyobs.watched');

/**
 * Follows a request through Express' routers to learn the pattern of the route that took it.
 *
 * `req.route` knows only the part of the pattern below its router, and `req.baseUrl` holds the requested path of
 * the mount point, `/users/42` for a router at `/users/:id`; it is also reset when a handler passes an error on,
 * before the response closes. So both properties are watched: a mount is remembered with its parameters put back
 * in the place of their values, and the pattern is fixed in the moment a route is chosen.
 */
export class RoutePattern {
  /** What the two properties of the request hold. */
  baseUrl: string | undefined;
  route: unknown;
  /** Pattern of the route chosen last, or undefined while no route has matched. */
  chosen: string | undefined;
  #mount = ROOT;

  /** Of a request; from here on what happens to it is seen. */
  static of(request: RoutedRequest): RoutePattern {
    const pattern = patterns.get(request) ?? new RoutePattern();
    patterns.set(request, pattern);
    if (!isWatched(request)) watch(request);
    return pattern;
  }

  /** Routers set `baseUrl` to a longer path when they enter a mount and back to the shorter when they leave. */
  enter(path: string, params: unknown): void {
    let mount = this.#mount;
    while (mount.outer && !path.startsWith(mount.path)) mount = mount.outer;
    if (path !== mount.path) {
      const added = withParameterNames(path.slice(mount.path.length), params);
      mount = { path, pattern: mount.pattern + added, outer: mount };
    }
    this.#mount = mount;
  }

  choose(route: unknown): void {
    const { path } = route as { path?: unknown };
    const base = this.#mount.pattern;
    const below = Array.isArray(path) ? path.map(String).join('|') : String(path);
    this.chosen = base !== '' && below === '/' ? base : base + below;
  }
}

/** A property of its own hides the one that is watched; Express 4 sets it before a request has its prototype. */
function isWatched(request: RoutedRequest): boolean {
  return WATCHED in request && (!Object.hasOwn(request, 'baseUrl') || Object.hasOwn(request, WATCHED));
}

/**
 * Has what is set of a request and of all that share its prototype told to their patterns; the properties stay readable
 * and writable as they were.
 */
function watch(request: RoutedRequest): void {
  const { baseUrl, route } = request;
  delete request.baseUrl;
  delete request.route;
  if (!(WATCHED in request)) {
    Object.defineProperties(ownPrototype(request, IncomingMessage.prototype), WATCHING);
  }
  Object.assign(request, { baseUrl, route });
}

const WATCHING: PropertyDescriptorMap & ThisType<RoutedRequest> = {
  [WATCHED]: { value: true },
  baseUrl: {
    configurable: true,
    get() {
      return patterns.get(this)?.baseUrl;
    },
    set(path: unknown) {
      const pattern = RoutePattern.of(this);
      pattern.baseUrl = path as string | undefined;
      if (typeof path === 'string') pattern.enter(path, this.params);
    },
  },
  route: {
    configurable: true,
    get() {
      return patterns.get(this)?.route;
    },
    set(route: unknown) {
      const pattern = RoutePattern.of(this);
      pattern.route = route;
      if (route !== undefined && route !== null) pattern.choose(route);
    },
  },
};

/** Puts `:name` where a path segment is the value of a parameter; from the end, where parameters usually are. */
function withParameterNames(path: string, params: unknown): string {
  if (typeof params !== 'object' || params === null) return path;
  const segments = path.split('/');
  let end = segments.length;
  for (const [name, value] of Object.entries(params).reverse()) {
    for (const text of [value].flat().reverse()) {
      const at = segments.slice(0, end).findLastIndex((segment) => decode(segment) === text);
      if (at === -1) continue;
      segments[at] = `:${name}`;
      end = at;
    }
  }
  return segments.join('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not a valid escape, so not the value of a parameter either: routers refuse such a path.
    return segment;
  }
}
