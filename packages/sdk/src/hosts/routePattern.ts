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
}

/**
 * Follows a request through Express' routers to learn the pattern of the route that took it.
 *
 * `req.route` knows only the part of the pattern below its router, and `req.baseUrl` holds the requested path of
 * the mount point, `/users/42` for a router at `/users/:id`; it is also reset when a handler passes an error on,
 * before the response closes. So both properties are watched: a mount is remembered with its parameters put back
 * in the place of their values, and the pattern is fixed in the moment a route is chosen.
 */
export class RoutePattern {
  /** Pattern of the route chosen last, or undefined while no route has matched. */
  route: string | undefined;
  readonly #mounts: Mount[] = [{ path: '', pattern: '' }];

  constructor(request: RoutedRequest) {
    this.#enter(request.baseUrl ?? '', request.params);
    watch(request, 'baseUrl', (path) => {
      if (typeof path === 'string') this.#enter(path, request.params);
    });
    watch(request, 'route', (route) => {
      if (route !== undefined && route !== null) this.route = this.#mounted(route);
    });
  }

  /** Routers set `baseUrl` to a longer path when they enter a mount and back to the shorter when they leave. */
  #enter(path: string, params: unknown): void {
    let mount = this.#mounts[this.#mounts.length - 1];
    while (!path.startsWith(mount.path)) {
      this.#mounts.pop();
      mount = this.#mounts[this.#mounts.length - 1];
    }
    if (path === mount.path) return;
    const added = withParameterNames(path.slice(mount.path.length), params);
    this.#mounts.push({ path, pattern: mount.pattern + added });
  }

  #mounted(route: unknown): string {
    const { path } = route as { path?: unknown };
    const base = this.#mounts[this.#mounts.length - 1].pattern;
    const below = Array.isArray(path) ? path.map(String).join('|') : String(path);
    return base !== '' && below === '/' ? base : base + below;
  }
}

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

/** Keeps the property readable and writable as it was, and tells what is written to it. */
function watch<K extends keyof RoutedRequest>(
  request: RoutedRequest,
  name: K,
  onSet: (value: RoutedRequest[K]) => void,
): void {
  let current = request[name];
  Object.defineProperty(request, name, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: RoutedRequest[K]) => {
      current = value;
      onSet(value);
    },
  });
}
