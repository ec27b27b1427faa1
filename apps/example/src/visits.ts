import { CATALOGUE } from './catalogue.js';
import { pick } from './random.js';

/** One request of a visitor. */
export interface Visit {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Form fields, url-encoded. */
  readonly form?: string;
}

const VISITORS = 60;
const SEARCHES = ['tea', 'sencha', 'set of two', 'g', 'coffee', 'bamboo', 'cup'];

/** How often visitors do what, in percent. Two things are put into a cart for every checkout. */
const HABITS: readonly { readonly part: number; readonly visit: (random: () => number) => Visit }[] = [
  { part: 24, visit: () => get('/') },
  { part: 32, visit: (random) => get(`/products/${pick(random, CATALOGUE).id}`) },
  { part: 15, visit: (random) => get(`/search?q=${encodeURIComponent(pick(random, SEARCHES))}`) },
  { part: 17, visit: (random) => post(`${cart(random)}/items`, `product=${pick(random, CATALOGUE).id}`) },
  { part: 9, visit: (random) => post(`${cart(random)}/checkout`) },
  { part: 3, visit: (random) => get(`/old-pages/${Math.floor(random() * 1e6)}`) },
];

/** What the next visitor does; the same random numbers give the same visits. */
export function nextVisit(random: () => number): Visit {
  let point = random() * 100;
  for (const { part, visit } of HABITS) {
    point -= part;
    if (point < 0) return visit(random);
  }
  return get('/');
}

function cart(random: () => number): string {
  return `/carts/visitor-${Math.floor(random() * VISITORS)}`;
}

function get(path: string): Visit {
  return { method: 'GET', path };
}

function post(path: string, form?: string): Visit {
  return { method: 'POST', path, form };
}
