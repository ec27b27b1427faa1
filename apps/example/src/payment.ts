import { setTimeout as delay } from 'node:timers/promises';

/** The provider did not answer: nobody knows whether the money moved. */
export class PaymentUnavailable extends Error {
  override readonly name = 'PaymentUnavailable';
}

const DECLINED_PART = 0.06;
const UNAVAILABLE_PART = 0.02;

/**
 * Pretends to ask a payment provider, which takes 20 to 120 ms. @returns whether the customer can pay.
 * @throws PaymentUnavailable in 2 % of cases.
 */
export async function takePayment(random: () => number): Promise<'paid' | 'declined'> {
  const fate = random();
  await delay(20 + 100 * random());
  if (fate < UNAVAILABLE_PART) throw new PaymentUnavailable('the payment provider did not answer');
  return fate < UNAVAILABLE_PART + DECLINED_PART ? 'declined' : 'paid';
}
