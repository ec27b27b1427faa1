import { RETRIES_IN_RESERVE, RETRY_EARNED_BY_DELIVERY } from '../constants.js';

/**
 * Bounds what retries add to the load of a server that is ill: each is paid from a reserve that only deliveries
 * fill up again. With none left, a flush is one attempt.
 */
export class RetryBudget {
  #reserve = RETRIES_IN_RESERVE;

  /** @returns whether there may be another retry. */
  take(): boolean {
    if (this.#reserve < 1) return false;
    this.#reserve--;
    return true;
  }

  earn(): void {
    this.#reserve = Math.min(RETRIES_IN_RESERVE, this.#reserve + RETRY_EARNED_BY_DELIVERY);
  }
}
