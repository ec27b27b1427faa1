import { isDeepStrictEqual } from 'node:util';
import { type Labels, TinyObsError } from '@tinyobs/model';
import type { ScrapeJob } from '../config/scrapeJob.js';
import type { TargetGroup } from '../discovery/discovery.js';
import type { AddressGuard } from '../fetch/addressGuard.js';
import { HttpClient } from '../fetch/httpClient.js';
import { DROPPED_TARGETS_KEPT_MAX, TARGETS_MAX } from '../limits.js';
import { Relabeling } from '../relabel/relabeling.js';
import { offsetOf, relabelTarget, type Target } from '../target/target.js';
import { LeavingSession } from './leavingSession.js';
import { Schedule } from './schedule.js';
import { type SessionContext, TargetSession } from './targetSession.js';

/** What all jobs have in common. */
export interface PoolContext
  extends Pick<
    SessionContext,
    'sink' | 'batches' | 'exposed' | 'metadata' | 'budget' | 'bodyBytesMax' | 'userAgent' | 'observe'
  > {
  readonly guard: AddressGuard;
  readonly now: () => number;
  readonly onLate: (latenessSeconds: number) => void;
  readonly onSkipped: (count: number) => void;
  /** Something went wrong that no target shows. */
  readonly onProblem: (error: unknown) => void;
}

interface RunningTarget {
  readonly session: TargetSession;
  readonly schedule: Schedule;
}

/** The targets of one job. */
export class ScrapePool {
  /** Labels of targets that relabelling dropped, the first of them; all are counted. */
  dropped: readonly Labels[] = [];
  droppedCount = 0;
  readonly #context: PoolContext;
  #job: ScrapeJob;
  #seed: string;
  #client: HttpClient;
  #groups: readonly TargetGroup[] = [];
  readonly #running = new Map<string, RunningTarget>();
  readonly #leaving = new Set<LeavingSession>();
  /** Schedules that were stopped, until what they had begun is done. */
  readonly #stopping = new Set<Promise<void>>();

  /** @param seed Spreads the scrapes of targets over their interval, see `offsetOf`. */
  constructor(job: ScrapeJob, seed: string, context: PoolContext) {
    this.#context = context;
    this.#job = job;
    this.#seed = seed;
    this.#client = new HttpClient(job.http, context.guard);
  }

  get job(): ScrapeJob {
    return this.#job;
  }

  get sessions(): TargetSession[] {
    return [...this.#running.values()].map(({ session }) => session);
  }

  /** Goes on under another configuration: targets that stay keep their phase and what is known of their series. */
  reconfigure(job: ScrapeJob, seed: string): void {
    if (!isDeepStrictEqual(job.http, this.#job.http)) {
      this.#client.close();
      this.#client = new HttpClient(job.http, this.#context.guard);
    }
    this.#job = job;
    this.#seed = seed;
    this.sync(this.#groups);
  }

  /** Puts these targets in the place of those before. */
  sync(groups: readonly TargetGroup[]): void {
    this.#groups = groups;
    const targets = this.#targetsOf(groups);
    const context = this.#sessionContext();
    for (const [id, { session, schedule }] of this.#running) {
      if (!targets.has(id)) this.#leave(id, session, schedule);
    }
    for (const target of targets.values()) this.#run(target, context);
    const error = this.#targetLimitError(targets.size);
    for (const { session } of this.#running.values()) session.forcedError = error;
  }

  /** Ends all scrapes and marks the end of all series, at once. */
  async close(): Promise<void> {
    const ending = this.sessions;
    for (const { session, schedule } of this.#running.values()) {
      session.abort();
      void this.#stop(schedule);
    }
    this.#running.clear();
    const left = [...this.#leaving].map((leaving) => leaving.close());
    await Promise.all(this.#stopping);
    const timeMs = this.#context.now();
    const ends = ending.map((session) => session.end(timeMs, []).catch(this.#context.onProblem));
    await Promise.all([...ends, ...left]);
    this.#client.close();
  }

  /** As `sync` without targets; resolves when the end of all series is marked, in their time. */
  async retire(): Promise<void> {
    this.sync([]);
    await Promise.all([...this.#leaving].map(({ left }) => left));
    this.#client.close();
  }

  #sessionContext(): SessionContext {
    const { sink, batches, exposed, metadata, budget, bodyBytesMax, userAgent, observe } = this.#context;
    return {
      ...{ sink, batches, exposed, metadata, budget, bodyBytesMax, userAgent, observe },
      job: this.#job,
      client: this.#client,
      metricRelabeling: new Relabeling(this.#job.metricRelabeling),
    };
  }

  /** What relabelling leaves of the discovered targets, each once. */
  #targetsOf(groups: readonly TargetGroup[]): Map<string, Target> {
    const relabeling = new Relabeling(this.#job.relabeling);
    const kept = Math.min(
      this.#job.limits.droppedTargetsKept || Number.POSITIVE_INFINITY,
      DROPPED_TARGETS_KEPT_MAX,
    );
    const targets = new Map<string, Target>();
    const dropped: Labels[] = [];
    let droppedCount = 0;
    for (const { targets: found, labels } of groups) {
      for (const own of found) {
        try {
          const relabeled = relabelTarget({ ...labels, ...own }, this.#job, relabeling);
          if ('target' in relabeled) targets.set(relabeled.target.id, relabeled.target);
          else if (droppedCount++ < kept) dropped.push(relabeled.dropped);
          if (targets.size > TARGETS_MAX) throw tooManyTargets(this.#job);
        } catch (error) {
          this.#context.onProblem(aboutJob(this.#job, error));
          if (targets.size > TARGETS_MAX) return new Map([...targets].slice(0, TARGETS_MAX));
        }
      }
    }
    this.dropped = dropped;
    this.droppedCount = droppedCount;
    return targets;
  }

  /** Begins or goes on with a target. */
  #run(target: Target, context: SessionContext): void {
    const running = this.#running.get(target.id);
    if (running && running.session.target.intervalMs === target.intervalMs) {
      running.session.reconfigure(target, context);
      return;
    }
    if (running) void this.#stop(running.schedule);
    const known = running?.session ?? this.#comeBack(target);
    known?.reconfigure(target, context);
    const session = known ?? new TargetSession(target, context);
    const { now, onLate, onSkipped } = this.#context;
    const schedule = new Schedule({
      intervalMs: target.intervalMs,
      offsetMs: offsetOf(target, this.#seed),
      now,
      onSkipped,
      onDue: (timeMs, latenessMs) => {
        onLate(latenessMs / 1000);
        return session.scrape(timeMs);
      },
    });
    this.#running.set(target.id, { session, schedule });
  }

  #leave(id: string, session: TargetSession, schedule: Schedule): void {
    this.#running.delete(id);
    const endMs = schedule.nextMs;
    const leaving = new LeavingSession(session, {
      endMs,
      now: this.#context.now,
      others: () => this.sessions.filter(({ target }) => target.labels.key === session.target.labels.key),
      onProblem: this.#context.onProblem,
    });
    this.#leaving.add(leaving);
    void leaving.left.then(() => this.#leaving.delete(leaving));
    void this.#stop(schedule);
  }

  /** The session of a target that was away. */
  #comeBack({ id }: Target): TargetSession | undefined {
    for (const leaving of this.#leaving) {
      const session = leaving.session.target.id === id ? leaving.comeBack() : undefined;
      if (session) return session;
    }
    return undefined;
  }

  #stop(schedule: Schedule): Promise<void> {
    const stopped = schedule.stop().finally(() => this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
    return stopped;
  }

  #targetLimitError(count: number): TinyObsError | undefined {
    const { targets } = this.#job.limits;
    if (targets === 0 || count <= targets) return undefined;
    return new TinyObsError('scrape_limit', `target_limit exceeded: ${count} targets, more than ${targets}`);
  }
}

function tooManyTargets({ name }: ScrapeJob): TinyObsError {
  return new TinyObsError(
    'discovery_failed',
    `the job ${name} has more than ${TARGETS_MAX} targets; the others are left out`,
  );
}

function aboutJob({ name }: ScrapeJob, error: unknown): unknown {
  if (!(error instanceof TinyObsError) || error.code === 'discovery_failed') return error;
  return new TinyObsError('discovery_failed', `job ${name}: ${error.message}`, { cause: error });
}
