import type { WriteBatch } from '@tinyobs/model';
import type { SampleSink } from '@tinyobs/scrape';
import { refusalAdvice } from '../ingest/advice.js';
import { metricNameOf } from '../ingest/metricName.js';
import { type WriteContext, type WriteOutcome, writeSamples } from '../ingest/writeSamples.js';

/** Scraped samples on their way into the one funnel. */
export class ScrapeSink implements SampleSink {
  readonly #context: WriteContext;

  constructor(context: WriteContext) {
    this.#context = context;
  }

  get numbering(): object {
    return this.#context.store.numbering;
  }

  /** @throws TinyObsError those of `writeSamples` */
  async append(batch: WriteBatch): Promise<string | undefined> {
    const outcome = await writeSamples(batch, { protocol: 'scrape' }, this.#context);
    return outcome.refusals.codes.length === 0 ? undefined : this.#describe(batch, outcome);
  }

  #describe(batch: WriteBatch, { accepted, refusals }: WriteOutcome): string {
    const { store, limits, lastHeard } = this.#context;
    const [code] = refusals.codes;
    const metric = metricNameOf(batch, refusals.series[0], store);
    const { activeSeries } = store.stats();
    const message = refusalAdvice(code, metric, { limits, activeSeries, key: undefined });
    lastHeard.noteProblem('scrape', { code, message, place: {} });
    const count = refusals.codes.length;
    return `${count} of ${accepted + count} samples refused (${code}); first: ${message}`;
  }
}
