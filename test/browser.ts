// The benches of the dashboard open the same browser; what they are built of cannot lie here.
export { findBrowser, launchBrowser } from '../bench/src/web/browser.js';
