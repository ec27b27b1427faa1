export { metricsHandler } from './exposition/metricsHandler.js';
