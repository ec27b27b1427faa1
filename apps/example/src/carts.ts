import type { Product } from './catalogue.js';

const CARTS_MAX = 500;
const ITEMS_PER_CART_MAX = 20;

/** The open carts. Bounded: the cart that was touched longest ago makes room for a new one. */
export class Carts {
  readonly #carts = new Map<string, Product[]>();

  get openCount(): number {
    return this.#carts.size;
  }

  get itemCount(): number {
    let count = 0;
    for (const items of this.#carts.values()) count += items.length;
    return count;
  }

  /** @returns the number of items in the cart, or null when it is full. */
  add(cartId: string, product: Product): number | null {
    const items = this.#carts.get(cartId) ?? [];
    if (items.length >= ITEMS_PER_CART_MAX) return null;
    items.push(product);
    this.#carts.delete(cartId);
    this.#carts.set(cartId, items);
    if (this.#carts.size > CARTS_MAX) this.#carts.delete(this.#carts.keys().next().value as string);
    return items.length;
  }

  itemsOf(cartId: string): readonly Product[] {
    return this.#carts.get(cartId) ?? [];
  }

  empty(cartId: string): void {
    this.#carts.delete(cartId);
  }
}
