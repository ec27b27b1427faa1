/** A count, and the number of what is counted. */
export interface ItemCount {
  readonly count: number;
  readonly item: number;
}

/**
 * The largest of any number of counts, of equal ones those with the lowest numbers. They are in a heap whose root is
 * the one that goes first.
 */
export class TopCounts {
  readonly #max: number;
  readonly #heap: ItemCount[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  offer(count: number, item: number): void {
    const heap = this.#heap;
    if (heap.length < this.#max) this.#rise({ count, item });
    else if (count > heap[0].count || (count === heap[0].count && item < heap[0].item)) {
      this.#sink({ count, item });
    }
  }

  /** What is left, the largest first. */
  sorted(): ItemCount[] {
    return [...this.#heap].sort((a, b) => b.count - a.count || a.item - b.item);
  }

  /** Adds one at the end, and lets it rise above those that stay longer. */
  #rise(one: ItemCount): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let parent = (at - 1) >> 1; at > 0 && goesFirst(one, heap[parent]); parent = (at - 1) >> 1) {
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = one;
  }

  /** Puts one in the place of the root, and lets it sink below those that go first. */
  #sink(one: ItemCount): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && goesFirst(heap[child + 1], heap[child])) child++;
      if (!goesFirst(heap[child], one)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = one;
  }
}

function goesFirst(a: ItemCount, b: ItemCount): boolean {
  return a.count < b.count || (a.count === b.count && a.item > b.item);
}
