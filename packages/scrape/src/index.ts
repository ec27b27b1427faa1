export {
  type Checked,
  checkGlobalConfig,
  checkScrapeConfigs,
  type ValueProblem,
} from './config/checkValue.js';
export { SECRET_FIELDS } from './config/httpClientKeys.js';
export { type LineProblem, type PrometheusFile, readPrometheusFile } from './config/prometheusFile.js';
export type { RelabelConfig } from './config/relabelConfig.js';
export type {
  GlobalConfig,
  GlobalConfigInput,
  ScrapeConfig,
  ScrapeConfigInput,
} from './config/scrapeConfig.js';
export { problemsTogether } from './config/scrapeJob.js';
export { withFolder } from './config/withFolder.js';
export type { Discovery, TargetGroup } from './discovery/discovery.js';
export type { SampleSink, ScrapeObservation, TargetHealth, TargetStatus } from './loop/targetSession.js';
export {
  type ScrapedTarget,
  Scraper,
  type ScraperObserver,
  type ScraperOptions,
  type ScrapeSettings,
} from './scraper.js';
export type { Target } from './target/target.js';
