import { randomBytes } from 'node:crypto';
import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { decodeRecord, encodeRecord, type Saved } from './dashboardRecord.js';
import type { Dashboard, Panel } from './dashboardSchema.js';
import { DASHBOARD_BYTES_MAX, DASHBOARDS_MAX, VERSIONS_BYTES_MAX, VERSIONS_MAX } from './limits.js';

/** What a list says of a dashboard. */
export interface ListedDashboard {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly version: number;
  readonly savedMs: number;
  readonly by: string;
}

export interface DashboardsOptions {
  readonly documents: Store['documents'];
  readonly now: () => number;
}

/** Who changes a dashboard, and which version they have changed. */
export interface Change {
  readonly by: string;
  readonly version: number;
}

/**
 * The dashboards of the server: documents of the store, each with its last versions. Changes are made one after the
 * other, so that none is written over another that it has not seen.
 */
export class Dashboards {
  readonly #options: DashboardsOptions;
  /** What lists say, by id: read from the store once, when it is first asked for. */
  #listed: Map<string, ListedDashboard> | undefined;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: DashboardsOptions) {
    this.#options = options;
  }

  /** By title. @throws TinyObsError `store_corrupt`, `store_closed` */
  async list(): Promise<ListedDashboard[]> {
    const listed = await this.#inTurn(() => this.#allListed());
    return [...listed.values()].sort((a, b) => a.title.localeCompare(b.title) || (a.id < b.id ? -1 : 1));
  }

  /** The newest version. @throws TinyObsError `not_found`, `store_corrupt`, `store_closed` */
  async get(id: string): Promise<Saved> {
    return newestOf(await this.versions(id));
  }

  /** A panel of the newest version, with its dashboard. @throws TinyObsError as `get`, also where it is not on it */
  async panel(
    id: string,
    panelId: string,
  ): Promise<{ readonly dashboard: Dashboard; readonly panel: Panel }> {
    const { dashboard } = await this.get(id);
    const panel = dashboard.panels.find((one) => one.id === panelId);
    if (panel) return { dashboard, panel };
    throw new TinyObsError('not_found', `dashboard ${id} has no panel ${JSON.stringify(panelId)}`);
  }

  /** All that are kept, the newest last. @throws TinyObsError as `get` */
  async versions(id: string): Promise<readonly Saved[]> {
    const bytes = await this.#options.documents.get('dashboard', id);
    if (bytes !== undefined) return decodeRecord(id, bytes);
    throw new TinyObsError(
      'not_found',
      `there is no dashboard ${JSON.stringify(id)}; GET /v1/dashboards lists all`,
    );
  }

  /** @throws TinyObsError as `get`; `not_found` also for a version that is not kept */
  async version(id: string, version: number): Promise<Saved> {
    const found = (await this.versions(id)).find((one) => one.version === version);
    if (found) return found;
    throw new TinyObsError('not_found', `version ${version} of dashboard ${id} is not kept`);
  }

  /** @throws TinyObsError `too_many_documents`, `invalid_parameter` for one that is too large; those of the store */
  create(dashboard: Dashboard, by: string): Promise<ListedDashboard> {
    return this.#inTurn(async () => {
      requireSize(dashboard);
      if ((await this.#allListed()).size >= DASHBOARDS_MAX) throw tooMany();
      return this.#write(randomBytes(6).toString('hex'), [], dashboard, by);
    });
  }

  /**
   * Saves a further version.
   *
   * @throws TinyObsError `dashboard_conflict` where the newest is another than was changed, and as `get` and `create`
   */
  update(id: string, dashboard: Dashboard, { by, version }: Change): Promise<ListedDashboard> {
    return this.#inTurn(async () => {
      requireSize(dashboard);
      const versions = await this.versions(id);
      requireNewest(newestOf(versions), version);
      return this.#write(id, versions, dashboard, by);
    });
  }

  /** Saves an earlier version again, as the newest. @throws TinyObsError as `version`, and those of the store */
  restore(id: string, version: number, by: string): Promise<ListedDashboard> {
    return this.#inTurn(async () => {
      const { dashboard } = await this.version(id, version);
      return this.#write(id, await this.versions(id), dashboard, by);
    });
  }

  /** With all versions. @throws TinyObsError `not_found`, those of the store */
  delete(id: string): Promise<void> {
    return this.#inTurn(async () => {
      // Damaged ones are deleted, too: what they say does not matter then.
      if (!(await this.#options.documents.delete('dashboard', id))) await this.versions(id);
      this.#listed?.delete(id);
    });
  }

  async #write(
    id: string,
    versions: readonly Saved[],
    dashboard: Dashboard,
    by: string,
  ): Promise<ListedDashboard> {
    const version = (versions.at(-1)?.version ?? 0) + 1;
    const saved: Saved = { version, savedMs: this.#options.now(), by, dashboard };
    await this.#options.documents.put('dashboard', id, encodeRecord(kept([...versions, saved])));
    const listed = listedOf(id, saved);
    this.#listed?.set(id, listed);
    return listed;
  }

  async #allListed(): Promise<Map<string, ListedDashboard>> {
    if (this.#listed === undefined) {
      const documents = await this.#options.documents.list('dashboard');
      this.#listed = new Map(
        documents.map(({ id, bytes }) => [id, listedOf(id, newestOf(decodeRecord(id, bytes)))]),
      );
    }
    return this.#listed;
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#lastChange.then(action);
    // Whoever asked is told what failed; the next has nothing to do with it.
    this.#lastChange = result.catch(() => undefined);
    return result;
  }
}

function listedOf(id: string, { version, savedMs, by, dashboard }: Saved): ListedDashboard {
  return { id, title: dashboard.title, tags: dashboard.tags, version, savedMs, by };
}

function newestOf(versions: readonly Saved[]): Saved {
  return versions[versions.length - 1];
}

/** As many of the newest as there is room for. */
function kept(versions: readonly Saved[]): readonly Saved[] {
  const newest = versions.slice(-VERSIONS_MAX);
  let sizeBytes = 0;
  const from = newest.findLastIndex((one) => {
    sizeBytes += sizeOf(one);
    return sizeBytes > VERSIONS_BYTES_MAX;
  });
  return newest.slice(from + 1);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function requireSize(dashboard: Dashboard): void {
  const sizeBytes = sizeOf(dashboard);
  if (sizeBytes <= DASHBOARD_BYTES_MAX) return;
  throw new TinyObsError(
    'invalid_parameter',
    `a dashboard has at most ${DASHBOARD_BYTES_MAX} bytes, this one has ${sizeBytes}: part it in two`,
    { details: { parameter: 'dashboard', sizeBytes, sizeBytesMax: DASHBOARD_BYTES_MAX } },
  );
}

function requireNewest({ version, savedMs, by }: Saved, changed: number): void {
  if (version === changed) return;
  const saved = new Date(savedMs).toISOString();
  throw new TinyObsError(
    'dashboard_conflict',
    `You changed version ${changed}, but there is version ${version} since ${saved}${by === 'none' ? '' : `, saved with the key ${by}`}; look at it before you save`,
    { details: { version, saved, by } },
  );
}

function tooMany(): TinyObsError {
  return new TinyObsError(
    'too_many_documents',
    `there are ${DASHBOARDS_MAX} dashboards; delete one that is not needed any more`,
  );
}
