import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@tinyobs/sdk';
import express, { type Express, type NextFunction, type Request, type Response, Router } from 'express';
import { Carts } from './carts.js';
import { findProduct, searchProducts } from './catalogue.js';
import { frontPage, productPage, searchPage } from './pages.js';
import { PaymentUnavailable, takePayment } from './payment.js';
import { registerShopMetrics } from './shopMetrics.js';

interface Shop {
  readonly carts: Carts;
  readonly metrics: ReturnType<typeof registerShopMetrics>;
  readonly random: () => number;
}

/** The shop as an Express app, instrumented with the client. `random` decides what is slow and what fails. */
export function createShopApp(obs: Client, random: () => number): Express {
  const carts = new Carts();
  const shop: Shop = { carts, metrics: registerShopMetrics(obs, carts), random };
  const app = express();
  app.disable('x-powered-by');
  app.use(obs.express());
  app.get('/', (_request, response) => void response.send(frontPage()));
  app.get('/products/:product', (request, response) => showProduct(shop, request, response));
  app.get('/search', (request, response) => search(shop, request, response));
  app.use('/carts', cartRoutes(shop));
  app.use((_request, response) => void response.status(404).json({ error: 'there is no such page' }));
  app.use(answerError);
  return app;
}

function showProduct(shop: Shop, request: Request, response: Response): void {
  const product = findProduct(request.params['product']);
  if (product === undefined) {
    response.status(404).json({ error: 'there is no such product' });
    return;
  }
  shop.metrics.views.inc({ product: product.id });
  response.send(productPage(product));
}

/** Takes 5 to 60 ms, and for one search in twenty up to 1.3 s: the tail that averages hide. */
async function search(shop: Shop, request: Request, response: Response): Promise<void> {
  const stop = shop.metrics.searches.startTimer();
  const { q } = request.query;
  const isSlow = shop.random() < 0.05;
  await delay(isSlow ? 300 + 1_000 * shop.random() : 5 + 55 * shop.random());
  const found = searchProducts(typeof q === 'string' ? q : '');
  stop({ found: found.length > 0 });
  response.send(searchPage(found));
}

function cartRoutes(shop: Shop): Router {
  const router = Router();
  router.use(express.urlencoded({ extended: false, limit: '4kb' }));
  router.post('/:cart/items', (request, response) => {
    const product = findProduct((request.body as { product?: unknown } | undefined)?.product);
    if (product === undefined) {
      response.status(400).json({ error: 'product must be the id of a product' });
      return;
    }
    const items = shop.carts.add(request.params.cart, product);
    if (items === null) response.status(409).json({ error: 'the cart is full' });
    else response.status(201).json({ items });
  });
  router.post('/:cart/checkout', (request, response) => checkOut(shop, request.params.cart, response));
  return router;
}

async function checkOut(shop: Shop, cart: string, response: Response): Promise<void> {
  const { carts, metrics, random } = shop;
  const items = carts.itemsOf(cart);
  if (items.length === 0) {
    metrics.orders.inc({ status: 'empty' });
    response.status(409).json({ error: 'the cart is empty' });
    return;
  }
  // Emptied first: a second click must not pay for the same items.
  carts.empty(cart);
  const euros = items.reduce((sum, product) => sum + product.cents, 0) / 100;
  try {
    const outcome = await takePayment(random);
    metrics.orders.inc({ status: outcome === 'paid' ? 'ok' : 'declined' });
    if (outcome === 'paid') metrics.amount.observe(euros);
    response.status(outcome === 'paid' ? 200 : 402).json({ outcome, euros });
  } catch (error) {
    metrics.orders.inc({ status: 'failed' });
    throw error;
  }
}

function answerError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) {
    next(error);
    return;
  }
  const isPayment = error instanceof PaymentUnavailable;
  const status = isPayment ? 502 : ((error as { status?: number }).status ?? 500);
  response.status(status).json({ error: isPayment ? error.message : 'the shop failed' });
}
