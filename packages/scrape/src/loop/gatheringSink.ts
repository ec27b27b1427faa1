import type { WriteBatch } from '@tinyobs/model';
import { GATHER_MS, GATHERED_SAMPLES_MAX } from '../limits.js';
import type { SampleSink } from './targetSession.js';

/**
 * Hands what is scraped within a moment on together, so that one write to the disk takes all of it: alone each scrape
 * would wait for a sync of its own. Nobody waits for a scrape but its target's next.
 */
export class GatheringSink implements SampleSink {
  readonly #sink: SampleSink;
  #gathering: Gathering | undefined;

  constructor(sink: SampleSink) {
    this.#sink = sink;
  }

  get numbering(): object {
    return this.#sink.numbering;
  }

  /** @throws TinyObsError those of the sink behind it */
  async append(batch: WriteBatch): Promise<string | undefined> {
    await this.#gather(batch.sampleCount);
    return this.#sink.append(batch);
  }

  /** Resolves for all that gather at the same time, in one turn. */
  #gather(samples: number): Promise<void> {
    this.#gathering ??= this.#begin();
    const gathering = this.#gathering;
    gathering.samples += samples;
    if (gathering.samples >= GATHERED_SAMPLES_MAX) gathering.end();
    return gathering.ended;
  }

  #begin(): Gathering {
    let resolve: () => void;
    const ended = new Promise<void>((done) => {
      resolve = done;
    });
    // Not unreferenced: what was scraped is to be stored before the process may end.
    const timer = setTimeout(() => gathering.end(), GATHER_MS);
    const gathering: Gathering = {
      samples: 0,
      ended,
      end: () => {
        clearTimeout(timer);
        this.#gathering = undefined;
        resolve();
      },
    };
    return gathering;
  }
}

interface Gathering {
  samples: number;
  readonly ended: Promise<void>;
  readonly end: () => void;
}
