import { CATALOGUE, type Product } from './catalogue.js';

/** The cart of whoever looks at the shop with a browser. */
const BROWSER_CART = 'browser';

export function frontPage(): string {
  return page(
    'Tea shop',
    `<form action="/search"><input name="q" placeholder="tea" aria-label="Search"> <button>Search</button></form>
    ${productList(CATALOGUE)}
    <form method="post" action="/carts/${BROWSER_CART}/checkout"><button>Check out</button></form>`,
  );
}

export function productPage(product: Product): string {
  return page(
    product.name,
    `<p>${euros(product.cents)}</p>
    <form method="post" action="/carts/${BROWSER_CART}/items">
      <input type="hidden" name="product" value="${product.id}"><button>Add to cart</button>
    </form>`,
  );
}

export function searchPage(found: readonly Product[]): string {
  return page('Search', found.length === 0 ? '<p>Nothing found.</p>' : productList(found));
}

function productList(products: readonly Product[]): string {
  const items = products.map(
    ({ id, name, cents }) => `<li><a href="/products/${id}">${name}</a>, ${euros(cents)}</li>`,
  );
  return `<ul>${items.join('')}</ul>`;
}

function euros(cents: number): string {
  return `${(cents / 100).toFixed(2)} €`;
}

/** Texts come from the catalogue alone, never from a request, so nothing needs escaping. */
function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
    <meta name="viewport" content="width=device-width">
    <style>body{font:16px/1.5 system-ui;max-width:36em;margin:2em auto;padding:0 1em}</style></head>
    <body><h1>${title}</h1>${content}<p><a href="/">All products</a></p></body></html>`;
}
