/**
 * uPlot formats numbers in the browser's language, and fails to load where that is no language: Chromium under the
 * locale C calls it `en-US@posix`. To be imported before it by whoever imports it, since scripts are loaded in parts.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
