export {
  type Checked,
  checkGlobalConfig,
  checkRemoteWrites,
  checkScrapeConfigs,
  type ValueProblem,
} from './config/checkValue.js';
export { type HttpClientConfig, httpClientConfigOf, SECRET_FIELDS } from './config/httpClientKeys.js';
export { type LineProblem, type PrometheusFile, readPrometheusFile } from './config/prometheusFile.js';
export type { RelabelConfig } from './config/relabelConfig.js';
export type { RemoteWriteConfig, RemoteWriteConfigInput } from './config/remoteWriteConfig.js';
export type {
  GlobalConfig,
  GlobalConfigInput,
  ScrapeConfig,
  ScrapeConfigInput,
} from './config/scrapeConfig.js';
export { problemsTogether } from './config/scrapeJob.js';
export { withFolder } from './config/withFolder.js';
export type { Discovery, TargetGroup } from './discovery/discovery.js';
export { AddressGuard } from './fetch/addressGuard.js';
export { HttpClient, type PostAnswer } from './fetch/httpClient.js';
export type { SampleSink, ScrapeObservation, TargetHealth, TargetStatus } from './loop/targetSession.js';
export { type MutableLabels, Relabeling } from './relabel/relabeling.js';
export {
  type ScrapedTarget,
  Scraper,
  type ScraperObserver,
  type ScraperOptions,
  type ScrapeSettings,
} from './scraper.js';
export type { Target } from './target/target.js';
