import type { CDPSession, Page } from 'playwright-core';

/** What of a snapshot is needed: nodes are rows of numbers, one after the other. */
interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: string[][] } };
  readonly nodes: readonly number[];
}

/** The JavaScript heap of a page, without what is only garbage. */
export class Heap {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<Heap> {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.enable');
    return new Heap(session);
  }

  async usedBytes(): Promise<number> {
    await this.#session.send('HeapProfiler.collectGarbage');
    return (await this.#session.send('Runtime.getHeapUsage')).usedSize;
  }

  /** Of it what the engine has compiled, which grows as it compiles more, and anew, of what runs often. */
  async compiledBytes(): Promise<number> {
    const { snapshot, nodes } = await this.#snapshot();
    const { node_fields: fields, node_types: types } = snapshot.meta;
    const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
    const code = types[type].indexOf('code');
    let sum = 0;
    for (let row = 0; row < nodes.length; row += fields.length) {
      if (nodes[row + type] === code) sum += nodes[row + size];
    }
    return sum;
  }

  async #snapshot(): Promise<Snapshot> {
    const chunks: string[] = [];
    const take = ({ chunk }: { chunk: string }): unknown => chunks.push(chunk);
    this.#session.on('HeapProfiler.addHeapSnapshotChunk', take);
    await this.#session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    this.#session.off('HeapProfiler.addHeapSnapshotChunk', take);
    return JSON.parse(chunks.join('')) as Snapshot;
  }
}
