import { decodeJson } from '@tinyobs/formats';
import { tooLarge } from '../http/body.js';
import { asTinyObsError } from '../http/respond.js';
import { type IngestContext, type Report, refusalOf, writeDecoded } from '../routes/ingestReport.js';
import { inSpan } from '../tracing/spans.js';
import { errorAnswer, type WriteAnswer } from './hostWrites.js';
import type { Sender } from './sender.js';
import { watched } from './watchedRoute.js';

const PROTOCOL = 'embedded';

/** Sends a body of TinyObs JSON through the funnel. @throws TinyObsError `malformed_json`, `body_too_large` and those of `writeSamples` */
export function writeJson(body: Uint8Array, sender: Sender, context: IngestContext): Promise<Report> {
  return context.batches.use((batch) => {
    const decoded = inSpan('tinyobs.decode', () => decodeJson(body, batch, { nowMs: context.now() }));
    return writeDecoded(batch, sender, decoded, context);
  });
}

/** What was stored, in words, for an answer without refusals. */
export function storedJson({ accepted }: Report): string {
  const message = `stored ${accepted} ${accepted === 1 ? 'sample' : 'samples'}`;
  return JSON.stringify({ status: 'ok', count: accepted, message });
}

/** Stores a body that the host itself brings; it counts against what bodies may take of the memory. Never rejects. */
export async function writeBody(body: Uint8Array, context: IngestContext): Promise<WriteAnswer> {
  const { bodies } = context;
  try {
    return await watched(PROTOCOL, context, async () => {
      if (body.length > bodies.sizeBytesMax) throw tooLarge(bodies);
      const write = () => writeJson(body, { protocol: PROTOCOL }, context);
      const report = await bodies.budget.hold(body.length, write);
      if (report.refusedCount === 0) return { status: 200, body: storedJson(report) };
      const { error, extra } = refusalOf(report);
      return errorAnswer(error, extra);
    });
  } catch (error) {
    return errorAnswer(asTinyObsError(error));
  }
}
